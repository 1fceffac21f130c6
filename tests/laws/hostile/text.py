"""Hostile text, names and numbers."""

from __future__ import annotations

import random
from typing import Any

from tests.laws.hostile.good import Files, anywhere, change, put_rules, rule

WEIRD = (
    "\u200b", "\u200d\u200d", "\u202e\u202d", "\ufeff", "\u2060", "e\u0301" * 40, "\U000e0041", "\u3164", "ﷺ" * 60,
    "\x85", "\u2028", "İ", "ß", "ﬁ", "a\u0300\u0301\u0302" * 90, "\U0001f468\u200d\U0001f469", "\ud7ff", "\uffff",
    "\U0010ffff", "𝔞",
)  # fmt: skip
NUMBERS = (
    "1e400", "-1e400", "1e-400", "NaN", ".nan", ".inf", "-.inf", "Infinity", "9" * 400, "-" + "9" * 5000,
    "0." + "0" * 300 + "1", "1" + "0" * 60_000, "0x" + "f" * 5000, "1_000", "012", "1e999999999", "١٢", "½", "-0",
    "--1", "1e", "0b1", "12:30:45",
)  # fmt: skip


def nesting(files: Files, rng: random.Random, size: int) -> None:
    deep = rng.choice((65, 1000, 100_000)) * size
    name = anywhere(files, rng)
    opened, closed = rng.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"? ", b""), (b"[{a: ", b"}]")))
    files[name] = (opened * deep + b"x" + closed * deep)[: 17 << 20]


def steps(files: Files, rng: random.Random, size: int) -> None:
    files[anywhere(files, rng)] = b"".join(b" " * depth + b"a:\n" for depth in range(300 * size))


def scalar(files: Files, rng: random.Random, size: int) -> None:
    text = rng.choice(("a", "é", "\U0001f600", "a ", "\\u0041", "''", "$", "(")) * (100_000 * size)
    quote = rng.choice(('"', "'", "", "|\n ", ">\n "))
    name = anywhere(files, rng)
    files[name] += f"\nmore: {quote}{text}{rng.choice((quote, ''))}\n".encode() if rng.random() < 0.5 else b""
    files[name] = f"case: {quote}{text}{quote if quote in '“' else rng.choice((quote, ''))}\n".encode() + files[name]


def entities(files: Files, rng: random.Random, size: int) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 8 * size)]
    files[anywhere(files, rng)] = "\n".join(lines).encode()


def bytes_(files: Files, rng: random.Random, size: int) -> None:
    name = anywhere(files, rng)
    files[name] = rng.choice(
        (
            b"\0" * 1_000_000 * size,
            rng.randbytes(100_000 * size),
            b"\xff\xfe" + files[name].decode().encode("utf-16-le"),
            b"\xef\xbb\xbf" * 1000,
            b"\n" * 1_000_000 * size,
            b"\t" * 1_000_000,
            b"#" * (17 << 20),
            b"---\n" * 100_000 * size,
            b"- " * 500_000,
            b"{" * 1_000_000,
            b'"' + b"a" * (15 << 20),
            b"!!python/object:os.system [a]\n" * 1000,
            b"%YAML 9.9\n---\n" + files[name],
            b"a: b: c\n" * 100_000,
            b"\xed\xa0\x80: 1\n" * 1000,
            b"\r" * 1_000_000,
        )
    )


def duplicates(files: Files, rng: random.Random, size: int) -> None:
    name = anywhere(files, rng)
    key = rng.choice(("facts", "rules", "case", "pack", "a", "é", "e\u0301"))
    files[name] = b"{" + f'"{key}": {{}}, '.encode() * (20_000 * size) + files[name].strip()[1:]


def unknown_keys(files: Files, rng: random.Random, size: int) -> None:
    name = anywhere(files, rng)
    change(files, name, lambda document: document.update({f"fact{n}": n for n in range(30_000 * size)}))


def misfits(files: Files, rng: random.Random, size: int) -> None:
    """A value of the wrong kind in some place of a document."""
    odd: Any = rng.choice((None, [], {}, True, "", 0, -1, 10**30, [[]], [None], {"": ""}, "$x", "$", "not(", "~"))

    def put(node: Any) -> None:
        places = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
        if not places:
            return
        key = rng.choice(places)
        if isinstance(node[key], (dict, list)) and node[key] and rng.random() < 0.8:
            put(node[key])
        else:
            node[key] = odd

    for _ in range(size):
        change(files, anywhere(files, rng), put)


def names(files: Files, rng: random.Random, size: int) -> None:
    name = rng.choice((*WEIRD, "a" * 60_000, "", " ", "x" * 300, "\u200b" * 5000, "size" * 4000))
    name *= rng.choice((1, size))
    where = rng.randrange(6)
    fields: Any = {name: {"type": "integer"}, name + "x": {"type": "integer"}}
    if where == 0:
        change(files, "pack/facts.yaml", lambda d: d["facts"].update({name: {"cardinality": "one", "fields": fields}}))
    elif where == 1:
        change(files, "pack/facts.yaml", lambda d: d["facts"]["thing"]["fields"].update(fields))
    elif where == 2:
        put_rules(files, [rule(name, [{"thing": {"size": 1}}]), rule(name, [{"thing": {name: name}}])])
    elif where == 3:
        change(files, "case.yaml", lambda d: d["facts"]["thing"].update({name: 1, "name": name}))
    elif where == 4:
        levels = [name, name + "x"]
        change(files, "pack/facts.yaml", lambda d: d["facts"]["thing"]["fields"]["level"].update(of=levels))
    else:
        parameters = {name: {"type": "integer", "value": 1}}
        change(files, "pack/pack.yaml", lambda d: d.update(pack=name, parameters=parameters))


def numbers(files: Files, rng: random.Random, size: int) -> None:
    number = rng.choice(NUMBERS).encode()
    if rng.random() < 0.5:
        field = rng.choice((b"size", b"price", b"day", b"level"))
        files["case.yaml"] = b"case: c\nfacts: {thing: {" + field + b": " + number + b"}}\n"
        if rng.random() < 0.3:
            files["case.json"] = b'{"case": "c", "facts": {"thing": {"' + field + b'": ' + number + b"}}}"
            del files["case.yaml"]
    else:
        cell = rng.choice((">= %s", "[%s..%s]", "not(%s)", "%s, %s", "(%s..1)", "< -%s")).replace("%s", number.decode())
        put_rules(files, [rule("n", [{"thing": {rng.choice(("size", "price", "day")): cell}}])])
