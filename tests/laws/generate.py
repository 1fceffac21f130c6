"""Random packs and cases, directed by types: everything the rule language has, over small domains so that rules fire.

``random_pack(seed)`` gives the files of a pack that is valid by construction; ``random_case`` a case for it. A seed
gives the same pack and case for ever.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

DATES = ("2024-01-31", "2024-02-29", "2025-06-01")
TEXTS = ("x", "y", 'q"t', "", "é\u00a0z")
KINDS = ("boolean", "integer", "decimal", "text", "choice", "level", "set", "date")


@dataclass
class Layered:
    """A pack under construction: fact types by name (as in ``facts.yaml``) and in which layer each is finished."""

    rng: random.Random
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    layer: dict[str, int] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    variables: int = 0

    def variable(self) -> str:
        self.variables += 1
        return f"v{self.variables}"

    def fields(self, type: str) -> dict[str, dict[str, Any]]:
        return self.facts[type]["fields"]

    def below(self, layer: int) -> list[str]:
        return [name for name in self.facts if self.layer[name] < layer]


def random_pack(seed: int) -> dict[str, bytes]:
    """The files of a pack, as JSON (which is YAML)."""
    rng = random.Random(seed)
    pack = Layered(rng)
    for number in range(rng.randint(1, 2)):
        _declare(pack, f"one{number}", 0, {"cardinality": "one"}, rng.randint(2, 4))
    for number in range(rng.randint(0, 2)):
        extra: dict[str, Any] = {"cardinality": "many", "key": "id"} | (
            {"absent": "unknown"} if rng.random() < 0.2 else {}
        )
        _declare(pack, f"many{number}", 0, extra, rng.randint(1, 3))
        pack.fields(f"many{number}")["id"] = {"type": "choice", "of": ["a", "b", "c"]}
    if rng.random() < 0.4:
        _add_recursion(pack)
    for layer in range(1, rng.randint(2, 4)):
        for number in range(rng.randint(1, 2)):
            name = f"d{layer}{number}"
            _declare(pack, name, layer, {"derived": True}, rng.randint(1, 2))
            for _ in range(rng.randint(1, 3)):
                _add_rule(pack, name, layer)
    pack.facts["verdict"] = {"derived": True, "fields": {"role": {"type": "choice", "of": ["yes", "no", "maybe"]}}}
    pack.layer["verdict"] = 5
    pack.facts["degree"] = {"derived": True, "fields": {"much": {"type": "level", "of": ["little", "much"]}}}
    pack.layer["degree"] = 5
    for _ in range(rng.randint(1, 4)):
        _add_rule(pack, "verdict", 5)
    for _ in range(rng.randint(0, 2)):
        _add_rule(pack, "degree", 5)
    if rng.random() < 0.4:
        pack.facts["note"] = {"derived": True, "fields": {"b": {"type": "boolean"}}}
        pack.layer["note"] = 6
        _add_rule(pack, "note", 6, known=True)
    rng.shuffle(pack.rules)
    manifest = {
        "pack": "random",
        "version": "1.0.0",
        "title": "A random pack",
        "claim": {"fact": "verdict", "field": "role", "strength": {"fact": "degree", "field": "much"}},
        "parameters": {"p": {"type": "integer", "value": rng.randint(0, 4), "says": "A threshold."}},
    }
    half = len(pack.rules) // 2
    files: dict[str, Any] = {
        "pack.yaml": manifest,
        "facts.yaml": {"facts": pack.facts},
        "rules/b.yaml": {"author": "nobody", "rules": pack.rules[half:]},
    }
    if half:
        files["rules/a.yaml"] = {"author": "nobody", "rules": pack.rules[:half]}
    return {name: json.dumps(content, indent=1).encode() for name, content in files.items()}


def random_case(pack: dict[str, bytes], rng: random.Random, given: float = 0.75, name: str = "case") -> dict[str, Any]:
    """A case document; each field is given with probability ``given``."""
    declared = json.loads(pack["facts.yaml"])["facts"]
    facts: dict[str, Any] = {}
    for type, about in declared.items():
        if about.get("derived"):
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
                records[json.dumps([record[key] for key in keys])] = record
            facts[type] = list(records.values())
    if not facts:
        one = next(type for type, about in declared.items() if about.get("cardinality") == "one")
        facts[one] = {}
    return {"case": name, "facts": facts}


def random_value(about: dict[str, Any], rng: random.Random) -> Any:
    """A value of a declared field, as a fact file has it."""
    match about["type"]:
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.randint(about.get("min", -2), about.get("max", 6))
        case "decimal":
            return f"{rng.randint(-10, 40) / 10:.1f}"
        case "text":
            return rng.choice(TEXTS)
        case "date":
            return rng.choice(DATES)
        case "set":
            return [value for value in about["of"] if rng.random() < 0.4]
        case _:
            return rng.choice(about["of"])


def _record(fields: dict[str, Any], rng: random.Random, given: float, keys: Any) -> dict[str, Any]:
    return {name: random_value(about, rng) for name, about in fields.items() if name in keys or rng.random() < given}


def _declare(pack: Layered, name: str, layer: int, extra: dict[str, Any], fields: int) -> None:
    rng = pack.rng
    declared = {f"f{number}": _field(rng.choice(KINDS), rng, given=not layer) for number in range(fields)}
    if layer:
        declared = {name: about for name, about in declared.items() if about["type"] != "set"} or {
            "f0": {"type": "integer"}
        }
    pack.facts[name] = {**extra, "fields": declared}
    pack.layer[name] = layer


def _field(kind: str, rng: random.Random, given: bool) -> dict[str, Any]:
    about: dict[str, Any] = {"type": kind}
    if kind in ("choice", "level", "set"):
        about["of"] = ["u", "v", "w"]
    if kind == "decimal":
        about["places"] = 1
    if kind == "integer" and rng.random() < 0.5 and given:
        about |= {"min": 0, "max": 5}
    if given and rng.random() < 0.1:
        about["default"] = random_value(about, rng)
    return about


def _add_recursion(pack: Layered) -> None:
    """A graph and what can be reached in it."""
    ends = {
        "from": {"type": "choice", "of": ["a", "b", "c", "d"]},
        "to": {"type": "choice", "of": ["a", "b", "c", "d"]},
    }
    pack.facts["edge"] = {"cardinality": "many", "fields": ends}
    pack.facts["reach"] = {"derived": True, "fields": ends}
    pack.layer |= {"edge": 0, "reach": 1}
    pack.rules.append(
        _rule("reach-one", [{"edge": {"from": "$a", "to": "$b"}}], [{"reach": {"from": "$a", "to": "$b"}}])
    )
    step = [{"reach": {"from": "$a", "to": "$b"}}, {"edge": {"from": "$b", "to": "$c"}}]
    pack.rules.append(_rule("reach-more", step, [{"reach": {"from": "$a", "to": "$c"}}]))


def _rule(name: str, when: list[Any], then: list[Any]) -> dict[str, Any]:
    return {"rule": name, "says": "It is so.", "backing": "judgement", "when": when, "then": then}


def _add_rule(pack: Layered, head: str, layer: int, known: bool = False) -> None:
    rng = pack.rng
    scope: dict[str, dict[str, Any]] = {}  # the variables bound so far, with the field they take values from
    numbers: list[str] = []
    when: list[Any] = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
        when.append(_pattern(pack, rng.choice(pack.below(layer)), scope))
    if rng.random() < 0.25:
        when.append({"any": [_alternative(pack, layer) for _ in range(rng.randint(1, 3))]})
    if rng.random() < 0.3:
        when.append({"not": _pattern(pack, rng.choice(pack.below(layer)), dict(scope))})
    for _ in range(rng.choice((0, 0, 1, 2)) if when else 1):
        when.append(_aggregate(pack, layer, scope, numbers))
    counted = [next(iter(condition.values()))["as"] for condition in when if "count" in condition]
    if counted and rng.random() < 0.3:
        when += _joined_on_a_count(pack, layer, rng.choice(counted))
    numbers += [name for name, about in scope.items() if about["type"] in ("integer", "decimal")]
    if numbers and rng.random() < 0.7:
        compared = rng.choice(("<", "<=", ">", ">=", "=", "!="))
        when.append({"test": f"{_sum(rng, numbers)} {compared} {_sum(rng, [*numbers, 'p', '2'])}"})
    alike = [(one, other) for one, other in combinations(scope, 2) if _same(scope[one], scope[other])]
    if alike and rng.random() < 0.8:
        one, other = rng.choice(alike)
        when.append({"test": f"${one} {rng.choice(('=', '=', '!='))} ${other}"})
    if known:
        one = rng.choice([name for name in pack.facts if pack.facts[name].get("cardinality") == "one"])
        when.append({rng.choice(("known", "unknown")): f"{one}.{rng.choice(list(pack.fields(one)))}"})
    rng.shuffle(when)
    then = {head: {name: _conclusion(about, rng, scope, numbers) for name, about in pack.fields(head).items()}}
    pack.rules.append(_rule(f"r{len(pack.rules)}", when, [then]))


def _joined_on_a_count(pack: Layered, layer: int, variable: str) -> list[Any]:
    """No fact has this count in one of its whole numbers."""
    whole = [
        (type, name)
        for type in pack.below(layer)
        for name, about in pack.fields(type).items()
        if about["type"] == "integer"
    ]
    return [{"not": {type: {name: variable}}} for type, name in whole[:1]]


def _alternative(pack: Layered, layer: int) -> Any:
    one = [_pattern(pack, pack.rng.choice(pack.below(layer)), {}) for _ in range(pack.rng.choice((1, 1, 2)))]
    return one[0] if len(one) == 1 else one


def _pattern(pack: Layered, type: str, scope: dict[str, dict[str, Any]]) -> dict[str, Any]:
    rng = pack.rng
    cells: dict[str, Any] = {}
    for name, about in pack.fields(type).items():
        chance = rng.random()
        if chance < 0.4:
            cells[name] = _cell(about, rng)
        elif chance < 0.75 and about["type"] != "set":
            joined = [variable for variable, bound in scope.items() if _same(bound, about)]
            if joined and rng.random() < 0.7:
                cells[name] = f"${rng.choice(joined)}"
            else:
                variable = pack.variable()
                scope[variable] = about
                cells[name] = f"${variable}"
    return {type: cells}


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (one["type"], one.get("of"), one.get("places")) == (other["type"], other.get("of"), other.get("places"))


def _aggregate(pack: Layered, layer: int, scope: dict[str, dict[str, Any]], numbers: list[str]) -> dict[str, Any]:
    rng = pack.rng
    type = rng.choice(pack.below(layer))
    pattern = _pattern(pack, type, dict(scope))
    variable = f"n{len(numbers)}"
    summed = [name for name, about in pack.fields(type).items() if about["type"] in ("integer", "decimal")]
    function = rng.choice(("count", "sum", "min", "max")) if summed else "count"
    numbers.append(variable)
    content: dict[str, Any] = {"of": pattern, "as": f"${variable}"}
    if function != "count":
        content["field"] = rng.choice(summed)
    return {function: content}


def _cell(about: dict[str, Any], rng: random.Random) -> Any:
    def literal() -> str:
        value = random_value(about, rng)
        if about["type"] == "set":
            return rng.choice(about["of"])
        if about["type"] == "text":
            return json.dumps(value, ensure_ascii=False)
        return str(value).lower() if about["type"] == "boolean" else str(value)

    if about["type"] in ("integer", "decimal", "level", "date") and rng.random() < 0.7:
        if rng.random() < 0.7:
            return f"{rng.choice(('<', '<=', '>', '>='))} {literal()}"
        low, high = sorted((literal(), literal()), key=lambda end: _order(about, end))
        return f"{rng.choice('[(')}{low}..{high}{rng.choice(')]')}"
    return rng.choice((literal(), f"{literal()}, {literal()}", f"not({literal()})", "-"))


def _order(about: dict[str, Any], literal: str) -> Any:
    if about["type"] == "level":
        return about["of"].index(literal)
    return literal if about["type"] == "date" else float(literal)


def _sum(rng: random.Random, terms: list[str]) -> str:
    def named(term: str) -> str:
        return term if term in ("p", "2") else f"${term}"

    return rng.choice(
        (named(rng.choice(terms)), f"{named(rng.choice(terms))} {rng.choice('+-*')} {named(rng.choice(terms))}")
    )


def _conclusion(about: dict[str, Any], rng: random.Random, scope: dict[str, dict[str, Any]], numbers: list[str]) -> Any:
    fitting = [name for name, bound in scope.items() if _same(bound, about)]
    if fitting and rng.random() < 0.6:
        return f"${rng.choice(fitting)}"
    if about["type"] == "integer":
        whole = [name for name in numbers if name in scope and scope[name]["type"] == "integer"]
        if whole and rng.random() < 0.3:
            return f"${rng.choice(whole)} + 1"
    value = random_value(about, rng)
    return json.dumps(value, ensure_ascii=False) if about["type"] == "text" else value
