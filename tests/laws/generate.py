"""Random packs and cases, directed by types: everything the rule language has, over small domains so that rules fire.

``random_pack(seed)`` gives the files of a pack that is valid by construction; ``random_case`` a case for it. A seed
gives the same pack and case for ever.

Every derived type has a layer. A rule of a layer looks by patterns at types up to it, so that it may be recursive, by
``not`` and aggregates only at lower ones, and concludes facts of types from it upwards, of several as it may happen.
"""

from __future__ import annotations

import json
import random
from typing import Any

from tests.laws.optional import make_optional
from tests.laws.owned import add_data
from tests.laws.policies import give_policy
from tests.laws.ruling import ASIDE, CLAIM, KINDS, PARTS, Field, Layered, Ruling, cell, constant, rule
from tests.laws.ruling_times import TIMES

TEXTS = ("x", "y", 'q"t', "", "é\u00a0z")
HUGE = 2**62


def random_pack(seed: int, calendar: bool = True) -> dict[str, bytes]:
    """The files of a pack, as JSON (which is YAML). ``calendar``: whether it reckons with dates and times."""
    rng = random.Random(seed)
    pack = Layered(rng, _field, random_value, calendar=calendar, times=TIMES, parts=PARTS)
    _declare_types(pack)
    for kind in KINDS:
        if kind != "set":
            about = _field(kind, rng, given=False)
            pack.parameters[f"p_{kind}"] = about | {"value": random_value(about, rng), "says": "A threshold."}
    elements = random.Random(f"{seed} elements").sample(("u", "v", "w"), seed % 4)
    pack.parameters["p_set"] = {"type": "set", "of": ["u", "v", "w"], "value": elements, "says": "Some values."}
    for name in pack.derived(1):
        for _ in range(rng.choice((1, 1, 2, 3)) if rng.random() < 0.95 else 0):
            Ruling(pack, pack.layer[name]).write(name)
    if rng.random() < 0.4:
        pack.facts["note"] = {"derived": True, "fields": {"b": {"type": "boolean"}}}
        pack.layer["note"] = ASIDE
        Ruling(pack, ASIDE).write("note")
    if rng.random() < 0.35:
        _add_table(pack)
        give_policy(pack, random.Random(f"{seed} policy"))
    rng.shuffle(pack.rules)
    make_optional(pack, seed)
    owned = add_data(pack, seed)
    manifest: dict[str, Any] = {
        "pack": "random",
        "version": "1.0.0",
        "title": "A random pack",
        "claim": {"fact": "verdict", "field": "role", "strength": {"fact": "degree", "field": "much"}},
        "parameters": pack.parameters,
    }
    if (rng := random.Random(f"parts {seed}")).random() < 0.25:
        _part(pack, rng)
    if results := _results(pack, random.Random(f"results {seed}")):
        manifest["results"] = results
    plain = all(table.get("hit", "collect") == "collect" and "else" not in table for table in pack.tables)
    if plain and (days := [path for path in _dates(pack) if random.Random(path).random() < 0.7]):
        manifest["day"] = days[-1]
        _limit(pack, random.Random(f"{seed} {days}"))
    half = len(pack.rules) // 2
    files: dict[str, Any] = {
        "pack.yaml": manifest,
        "facts.yaml": {"facts": pack.facts},
        "rules/b.yaml": {"author": "nobody", "rules": pack.rules[half:]},
    }
    if half:
        files["rules/a.yaml"] = {"author": "nobody", "rules": pack.rules[:half]}
    if half % 5 == 4:
        files["rules/a.yaml"]["when"] = [{"one0": {"f0": "$head"}}]
    files |= {f"tables/{table['table']}.yaml": table for table in pack.tables}
    return owned | {name: json.dumps(content, indent=1).encode() for name, content in files.items()}


def _part(pack: Layered, rng: random.Random) -> None:
    """Deny unless allowed, on one type: its layers go by the value of a choice."""
    before, pack.rng = pack.rng, rng
    choices = {"how": ["allow", "deny", "other"], "who": ["a", "b"]}
    fields = {name: {"type": "choice", "of": of} for name, of in choices.items()}
    pack.facts["access"], pack.layer["access"] = {"derived": True, "fields": fields}, CLAIM
    ruling = Ruling(pack, CLAIM)

    def add(name: str, how: str, *conditions: Any) -> None:
        when = [*conditions, *(ruling.inner({}) for _ in range(rng.choice((0, 1, 1, 2))))]
        pack.rules.append(rule(name, when, [{"access": {"how": how, "who": rng.choice("ab")}}]))

    add("allow-one", "allow", ruling.inner({}))
    add("allow-two", "allow", ruling.inner({}))
    add("deny", "deny", {"not": {"access": {"how": "allow", "who": rng.choice(("a", "-"))}}})
    add("other", "other", {"access": {"how": rng.choice(("deny", "allow, deny"))}})
    count = {"count": {"of": {"access": {"how": rng.choice(("deny", "not(other)", "other"))}}, "as": "$access"}}
    when = [count, {"test": f"$access > {rng.choice('01')}"}]
    pack.rules.append(rule("by-access", when, [{"verdict": {"role": "no"}}]))
    pack.rng = before


def _results(pack: Layered, rng: random.Random) -> dict[str, Any]:
    """Some fields of derived types as results, one or many values of each."""
    fields = [(name, field) for name in pack.derived(1) for field in pack.facts[name]["fields"] if name != "note"]
    chosen = rng.sample(fields, min(rng.choice((0, 1, 2, 3)), len(fields)))
    return {
        f"r{number}": {"fact": name, "field": field, **({"many": True} if rng.random() < 0.3 else {})}
        for number, (name, field) in enumerate(chosen)
    }


def _dates(pack: Layered) -> list[str]:
    ones = [name for name, about in pack.facts.items() if about.get("cardinality") == "one"]
    fields = ((f"{one}.{name}", about) for one in ones for name, about in pack.fields(one).items())
    return [path for path, about in fields if about["type"] == "date" and not about.get("optional")]


def _limit(pack: Layered, rng: random.Random) -> None:
    """Some rules and tables are in force for a time only, and some parameters have values by period."""

    def valid() -> dict[str, str]:
        ends = {"from": "2024-01-31", "until": rng.choice(("2024-02-28", "2024-02-29", "2025-05-31"))}
        return {word: ends[word] for word in rng.choice((["from"], ["until"], ["from", "until"]))}

    for limited in (*pack.rules, *pack.tables):
        if rng.random() < 0.2:
            limited["valid"] = valid()
    for about in pack.parameters.values():
        if rng.random() < 0.4:
            until, first = rng.choice((("2024-01-31", "2024-02-01"), ("2025-05-31", "2025-06-01")))
            values = [about.pop("value"), random_value(about, rng)]
            about["values"] = [
                {"value": values[0], "valid": {"until": until}},
                {"value": values[1], "valid": {"from": first, **rng.choice(({}, {"until": "2025-06-01"}))}},
            ]


def _declare_types(pack: Layered) -> None:
    rng = pack.rng
    for number in range(rng.randint(1, 2)):
        pack.declare(f"one{number}", 0, rng.randint(2, 4), cardinality="one")
    for number in range(rng.randint(0, 2)):
        name, keys = f"many{number}", {"id": {"type": "choice", "of": ["a", "b", "c"]}}
        pack.declare(name, 0, rng.randint(1, 3), cardinality="many", absent=rng.choice(("none", "none", "unknown")))
        if pack.facts[name]["absent"] == "none":
            del pack.facts[name]["absent"]
        shape = rng.random()
        if shape < 0.3:
            keys["kind"] = {"type": rng.choice(("text", "integer"))}
        if shape < 0.9:
            pack.facts[name] |= {"key": [*keys] if len(keys) > 1 else "id", "fields": pack.fields(name) | keys}
        else:
            pack.facts[name]["fields"] = {key: _undefaulted(about) for key, about in pack.fields(name).items()}
    if rng.random() < 0.4:
        ends = {name: {"type": "choice", "of": ["a", "b", "c", "d"]} for name in ("from", "to")}
        pack.facts |= {"edge": {"cardinality": "many", "fields": ends}, "reach": {"derived": True, "fields": ends}}
        pack.layer |= {"edge": 0, "reach": 1}
        one, more = (
            {"from": "$a", "to": "$b"},
            [{"reach": {"from": "$a", "to": "$b"}}, {"edge": {"from": "$b", "to": "$c"}}],
        )
        pack.rules.append(rule("reach-one", [{"edge": one}], [{"reach": one}]))
        pack.rules.append(rule("reach-more", more, [{"reach": {"from": "$a", "to": "$c"}}]))
    for layer in range(1, rng.randint(2, CLAIM)):
        for number in range(rng.randint(1, 2)):
            pack.declare(f"d{layer}{number}", layer, rng.randint(1, 2), derived=True)
    for name in pack.derived(1):
        if random.Random(f"{name} {json.dumps(pack.fields(name))}").random() < 0.25 and "rule" not in pack.fields(name):
            pack.facts[name]["distinct"] = "by_rule"
    pack.facts["verdict"] = {"derived": True, "fields": {"role": {"type": "choice", "of": ["yes", "no", "maybe"]}}}
    pack.facts["degree"] = {"derived": True, "fields": {"much": {"type": "level", "of": ["little", "much"]}}}
    pack.layer |= {"verdict": CLAIM, "degree": CLAIM}


def random_case(pack: dict[str, bytes], rng: random.Random, given: float = 0.75, name: str = "case") -> dict[str, Any]:
    """A case document; each field is given with probability ``given``."""
    declared = json.loads(pack["facts.yaml"])["facts"]
    facts: dict[str, Any] = {}
    for type, about in declared.items():
        if about.get("derived") or "data" in about:
            continue
        if about["cardinality"] == "one":
            record = _record(about["fields"], rng, given, ())
            if record or rng.random() < 0.5:
                facts[type] = record
        elif rng.random() < 0.85:
            keys = about.get("key", list(about["fields"]))
            keys = [keys] if isinstance(keys, str) else keys
            records = {}
            for _ in range(rng.randint(0, 4)):
                record = _record(about["fields"], rng, given, keys)
                records[
                    json.dumps([sorted(held) if isinstance(held := record[key], list) else held for key in keys])
                ] = record
            facts[type] = list(records.values())
    if not facts:
        one = next(type for type, about in declared.items() if about.get("cardinality") == "one")
        facts[one] = {}
    return {"case": name, "facts": facts}


def random_value(about: Field, rng: random.Random) -> Any:
    """A value of a declared field, as a fact file has it."""
    if about.get("optional") and rng.random() < 0.25:
        return "none"
    match about["type"]:
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.randint(about.get("min", -2), about.get("max", 6))
        case "decimal":
            return f"{rng.randint(-10, 40) / 10:.1f}"
        case "text":
            return rng.choice(TEXTS)
        case "date" | "time" | "datetime" | "duration":
            return rng.choice(TIMES[about["type"]])
        case "set":
            return [value for value in about["of"] if rng.random() < 0.4]
        case _:
            return rng.choice(about["of"])


def _record(fields: dict[str, Field], rng: random.Random, given: float, keys: Any) -> dict[str, Any]:
    record = {name: random_value(about, rng) for name, about in fields.items() if name in keys or rng.random() < given}
    for name in record:
        if fields[name]["type"] == "integer" and "max" not in fields[name] and rng.random() < 0.01:
            record[name] = rng.choice((HUGE, -HUGE))
    return record


def _field(kind: str, rng: random.Random, given: bool) -> Field:
    about: Field = {"type": kind}
    if kind in ("choice", "level", "set"):
        about["of"] = ["u", "v", "w"]
    if kind == "choice" and rng.random() < 0.2:
        about["of"] = ["w", "t", "u"]
    if kind == "decimal":
        about["places"] = rng.choice((1, 1, 2))
    if kind == "integer" and rng.random() < (0.5 if given else 0.1):
        about |= {"min": 0, "max": 5}
    if given and rng.random() < 0.1:
        about["default"] = random_value(about, rng)
    return about


def _undefaulted(about: Field) -> Field:
    return {key: value for key, value in about.items() if key != "default"}


def _add_table(pack: Layered) -> None:
    """A decision table over `one` records."""
    rng = pack.rng
    fields = [
        (type, name)
        for type, about in pack.facts.items()
        if about.get("cardinality") == "one"
        for name in about["fields"]
    ]
    columns = rng.sample(fields, min(len(fields), rng.randint(0, 2)))
    head = rng.choice(pack.derived(1))
    then = pack.fields(head)
    rows = [
        [
            *(cell(pack, pack.fields(type)[name]) for type, name in columns),
            *(constant(pack, about) for about in then.values()),
        ]
        for _ in range(rng.randint(1, 4))
    ]
    names = {"when": [".".join(column) for column in columns], "then": [f"{head}.{name}" for name in then]}
    pack.tables.append(
        {"table": "grid", "says": "It is so.", "backing": "judgement", "author": "nobody", **names, "rows": rows}
    )
