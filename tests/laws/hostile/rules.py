"""Hostile rules and tables."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.laws.hostile.good import Files, change, put_parts, put_rules, rule


def expressions(files: Files, rng: random.Random, size: int) -> None:
    many = rng.choice((50, 500, 5000)) * size
    text = rng.choice(
        (
            "(" * many + "$s" + ")" * many + " > 1",
            " + ".join(["$s"] * many) + " > 1",
            " * ".join(["$s"] * many) + " > 1",
            " / ".join(["$s"] * many) + " > 1",
            " - ".join(["$s * $s"] * many) + " > 1",
            "-" * many + "$s > 1",
            "abs(" * many + "$s" + ")" * many + " > 1",
            "min(" + ", ".join(["$s"] * many) + ") > 1",
            "min($s, " * many + "1" + ")" * many + " > 1",
            "9" * many + " > $s",
            " > ".join(["$s"] * many),
            "$" * many,
            "$s > 1" + " " * many + "?",
            "$s > " + "1." * many,
        )
    )
    put_rules(files, [rule("e", [{"thing": {"size": "$s"}}, {"test": text}])])


def cells(files: Files, rng: random.Random, size: int) -> None:
    many = rng.choice((50, 500, 10_000)) * size
    text = rng.choice(
        (
            ", ".join(map(str, range(many))),
            "not(" * many + "1" + ")" * many,
            "not(" + ", ".join(f"[{n}..{n + 1}]" for n in range(0, 3 * many, 3)) + ")",
            "[" * many + "1..2]",
            ">" * many + "1",
            ", " * many,
            "$a" * many,
            "[5..1]",
            "-, -",
        )
    )
    put_rules(files, [rule("c", [{"thing": {rng.choice(("size", "name", "level")): text}}])])


def alternatives(files: Files, rng: random.Random, size: int) -> None:
    """``any`` of ``any``: many ways once expanded."""
    wide, deep = rng.choice(((2, 16), (10, 5), (2, 30), (1000 * size, 1), (30, 3), (2, 20 * size)))

    def tree(left: int) -> Any:
        return {"thing": {"size": left}} if left == 0 or wide**left > 3000 else {"any": [tree(left - 1)] * wide}

    if wide == 2 or rng.random() < 0.5:  # one after the other
        when: list[Any] = [{"any": [{"thing": {"size": n}} for n in range(wide)]} for _ in range(deep)]
    else:
        when = [tree(deep)]
    put_rules(files, [rule("a", when)])


def within(files: Files, rng: random.Random, size: int) -> None:
    """Conditions within each other."""
    node: Any = {"thing": {"size": 1}}
    for _ in range(rng.choice((5, 20, 60)) * size):
        node = {rng.choice(("not", "any")): [node] if rng.random() < 0.9 else node}
    put_rules(files, [rule("w", [node])])


def cycles(files: Files, rng: random.Random, size: int) -> None:
    many = rng.choice((1, 10, 300)) * size
    inner = rng.choice(("not", "count", "plain", "value"))

    def types(document: Any) -> None:
        fields = {"n": {"type": "integer"}}
        document["facts"].update({f"d{n}": {"derived": True, "fields": fields} for n in range(many)})

    def condition(name: str) -> list[Any]:
        if inner == "not":
            return [{"not": {name: {"n": 1}}}]
        if inner == "count":
            return [{"count": {"of": name, "as": "$c"}}, {"test": "$c > 0"}]
        return [{name: {"n": "$n"}}]

    value = {"plain": "$n", "value": "$n + 1"}.get(inner, 1)
    change(files, "pack/facts.yaml", types)
    put_rules(files, [rule(f"r{n}", condition(f"d{(n + 1) % many}"), [{f"d{n}": {"n": value}}]) for n in range(many)])


def many_rules(files: Files, rng: random.Random, size: int) -> None:
    many = 2000 * size
    good_one = rng.random() < 0.7
    when = [{"thing": {"size" if good_one else "sise": ">= 1"}}]
    put_rules(files, [rule(f"r{n}" if good_one else "r", when) for n in range(many)])


def long_rules(files: Files, rng: random.Random, size: int) -> None:
    many = rng.choice((20, 300)) * size
    when = [{"part": {"name": f"$v{n}", "of": f"$v{n + 1}"}} for n in range(many)]
    put_rules(files, [rule("long", when)])
    put_parts(files, rng, 20)


def tables(files: Files, rng: random.Random, size: int) -> None:
    rows, columns = rng.choice(((20_000 * size, 2), (10, 2000 * size), (3000, 30)))
    table: dict[str, Any] = {
        "table": "t",
        "says": "It is so.",
        "backing": "judgement",
        "author": "The authors",
        "hit": rng.choice(("unique", "any", "first", "priority", "collect", "collect sum", "?")),
        "when": {f"s{n}" if n else "size": "thing.size" for n in range(columns)},
        "then": {"word": "verdict.word"},
        "rows": [{"when": ["-"] * columns, "then": ["yes"]} for _ in range(rows)],
    }
    files["pack/tables/t.yaml"] = json.dumps(table).encode()
    if rng.random() < 0.5:
        files["pack/tables/t.csv"] = b",".join([b"size"] * columns) + b"\n" + (b"1," * columns + b"yes\n") * rows


def sentences(files: Files, rng: random.Random, size: int) -> None:
    text = rng.choice(
        ("{" * 5000, "$size " * 10_000, "$nobody " * 5000, "\x1b[31m" * 5000, "$" * 60_000, "{{}}" * 9000)
    )
    text *= size
    change(files, "pack/rules/base.yaml", lambda document: document["rules"][0].update(says=text))
