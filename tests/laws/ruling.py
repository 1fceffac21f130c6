"""The rules of a random pack: conditions and conclusions directed by the types that there are by then."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from tests.laws.ruling_times import TIMES, calendar_tests, calendar_values

KINDS = ("boolean", "integer", "decimal", "text", "choice", "level", "set", "date", "time", "datetime", "duration")
ORDERED = ("integer", "decimal", "level", *TIMES)
MADE = ("starts with", "ends with", "contains")  # tests of what a text is made of
PARTS = ('"x"', '"q"', '"t"', '"é"', '"\\""', '""')
NUMBERS = ("integer", "decimal")
CLAIM, ASIDE = 4, 5  # the layers of the claim, and of what it does not rest on

Field = dict[str, Any]  # as in ``facts.yaml``
Scope = dict[str, Field]  # variables, each with the field that it takes values from


@dataclass
class Layered:
    """A pack under construction: fact types by name (as in ``facts.yaml``) and in which layer each is finished."""

    rng: random.Random
    field: Callable[[str, random.Random, bool], Field]  # draws a field of a kind, given or derived
    value: Callable[[Field, random.Random], Any]  # draws a value of a field
    facts: dict[str, dict[str, Any]] = dataclass_field(default_factory=dict)
    layer: dict[str, int] = dataclass_field(default_factory=dict)
    parameters: dict[str, Field] = dataclass_field(default_factory=dict)
    rules: list[dict[str, Any]] = dataclass_field(default_factory=list)
    tables: list[dict[str, Any]] = dataclass_field(default_factory=list)
    variables: int = 0
    calendar: bool = True
    times: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=lambda: TIMES)  # what is drawn, in its order
    parts: tuple[str, ...] = ()  # of texts, that cells ask for

    def variable(self) -> str:
        self.variables += 1
        return f"v{self.variables}"

    def fields(self, type: str) -> dict[str, Field]:
        return self.facts[type]["fields"]

    def up_to(self, layer: int) -> list[str]:
        return [name for name in self.facts if self.layer[name] <= layer]

    def derived(self, least: int, most: int = CLAIM) -> list[str]:
        return [name for name in self.facts if max(1, least) <= self.layer[name] <= most]

    def declare(self, name: str, layer: int, fields: int, **extra: Any) -> None:
        declared = {f"f{number}": self.field(self.rng.choice(KINDS), self.rng, not layer) for number in range(fields)}
        self.facts[name] = {**extra, "fields": declared}
        self.layer[name] = layer


def rule(name: str, when: list[Any], then: list[Any], says: str = "It is so.") -> dict[str, Any]:
    return {"rule": name, "says": says, "backing": "judgement", "when": when, "then": then}


class Ruling:
    """A rule of a layer under construction. ``scope`` has the variables bound so far, ``results`` what was counted."""

    def __init__(self, pack: Layered, layer: int) -> None:
        self.pack, self.rng, self.layer = pack, pack.rng, layer
        self.scope: Scope = {}
        self.results: Scope = {}
        self.recursive = False
        self.circular: set[str] = set()  # variables of facts that the rule derives: a ``not`` may not compare with them

    def write(self, head: str) -> None:
        rng, pack = self.rng, self.pack
        when: list[Any] = [self.pattern(self.scope) for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3)))]
        if rng.random() < 0.3:
            when.append(self.alternatives())
        if rng.random() < 0.3:
            when.append({"not": self.inner(dict(self.scope), compares=True)})
        for _ in range(rng.choice((0, 0, 1, 2)) if when or rng.random() < 0.1 else 1):
            when.append(self.aggregate())
        if self.results and rng.random() < 0.3:
            when.append({"not": self.inner(self.scope | self.results, compares=True)})
        when += self.tests()
        unless = self.apart(when)
        if self.layer == ASIDE:
            when.append({rng.choice(("known", "unknown")): self.field_asked_for()})
        rng.shuffle(when)
        heads = [
            head,
            *(
                rng.choice(pack.derived(self.layer, max(CLAIM, self.layer)))
                for _ in range(rng.choice((0, 0, 0, 1, 1, 2)))
            ),
        ]
        then = [
            {name: {key: self.conclusion(name, about) for key, about in pack.fields(name).items()}} for name in heads
        ]
        says = f"It is so with ${rng.choice([*self.scope])}." if self.scope and rng.random() < 0.3 else "It is so."
        made = rule(f"r{len(pack.rules)}", when, [then[0], *(each for each in then[1:] if each != then[0])], says)
        pack.rules.append(made | ({"unless": unless} if unless else {}))

    def apart(self, when: list[Any]) -> list[Any]:
        """Now and then conditions that must not hold together: under ``not``, or those of ``unless``. What is drawn for
        them changes nothing else that is drawn.
        """
        pack, before = self.pack, self.pack.rng
        pack.rng = self.rng = random.Random(f"{len(pack.rules)} {pack.variables} {len(when)}")
        drawn = [self.denied() for _ in range(pack.rng.choice((0, 0, 0, 0, 1, 1, 2)) if not self.recursive else 0)]
        unless = drawn.pop() if drawn and pack.rng.random() < 0.5 else []
        when += [{"not": denied} for denied in drawn]
        pack.rng = self.rng = before
        return unless

    def denied(self, nested: bool = False) -> list[Any]:
        inner, rng = Ruling(self.pack, self.layer), self.pack.rng
        inner.scope = self.scope | self.results
        types = self.pack.up_to(self.layer - 1)
        found = [inner.pattern(inner.scope, rng.choice(types)) for _ in range(rng.choice((0, 1, 1, 2, 2)))]
        if rng.random() < 0.2:
            found.append({"not": inner.inner(dict(inner.scope))})
        if rng.random() < 0.2:
            found.append(inner.aggregate())
        if rng.random() < 0.15:
            found.append({"any": [inner.pattern(dict(inner.scope), rng.choice(types)) for _ in range(2)]})
        if rng.random() < 0.15 and not nested:
            found.append({"not": inner.denied(nested=True)})
        found += inner.tests()
        return found or [inner.pattern(inner.scope, rng.choice(types))]

    # --- conditions -----------------------------------------------------------------------------------------------

    def pattern(self, scope: Scope, type: str = "") -> dict[str, Any]:
        """A pattern that stands as a condition; now and then it makes the rule recursive."""
        own = [
            name
            for name in self.pack.facts
            if self.layer and self.pack.layer[name] == self.layer and self.layer < ASIDE
        ]
        if not type:
            lower = self.pack.up_to(self.layer - 1)
            type = self.rng.choice(own if own and self.rng.random() < 0.12 else lower)
        cells = self.cells(type, scope, inner=False)
        if type in own:
            self.recursive = True
            self.circular |= {name for name in scope if f"${name}" in cells.values()}
        return {type: cells}

    def inner(self, scope: Scope, compares: bool = False) -> dict[str, Any]:
        """A pattern within a condition: over what is finished."""
        type = self.rng.choice(self.pack.up_to(self.layer - 1))
        return {type: self.cells(type, scope, inner=True, compares=compares)}

    def cells(self, type: str, scope: Scope, inner: bool, compares: bool = False) -> dict[str, Any]:
        rng, cells = self.rng, dict[str, Any]()
        before = dict(scope)
        for name, about in self.pack.fields(type).items():
            chance = rng.random()
            if chance < 0.4:
                cells[name] = cell(self.pack, about)
            elif chance < 0.75:
                joined = [variable for variable, bound in scope.items() if _joins(bound, about)]
                if joined and rng.random() < 0.7:
                    variable = rng.choice(joined)
                    cells[name] = f"${variable}"
                    if not inner and scope[variable].get("of") != about.get("of"):
                        self.mix(variable, scope)
                else:
                    variable = self.pack.variable()
                    scope[variable] = about
                    cells[name] = f"${variable}"
            elif chance < 0.85 and (compares or not inner):
                others = [one for one in before if _joins(before[one], about) and not (inner and one in self.circular)]
                if others:
                    bounds = ("not({})", "< {}", "<= {}", "> {}", ">= {}") if about["type"] in ORDERED else ("not({})",)
                    cells[name] = rng.choice(bounds).format(f"${rng.choice(others)}")
        return cells

    def mix(self, variable: str, scope: Scope) -> None:
        """A variable that fields of different values share is read as the first of them, whichever that will be."""
        for held in (scope, self.scope):
            if variable in held:
                held[variable] = {**held[variable], "mixed": True}

    def alternatives(self) -> dict[str, Any]:
        """An ``any``, at times one that binds a variable in each of its alternatives."""
        rng = self.rng
        fields = [(type, name) for type in self.pack.up_to(self.layer - 1) for name in self.pack.fields(type)]
        type, name = rng.choice(fields)
        about = self.pack.fields(type)[name]
        same = [(of, key) for of, key in fields if _same(self.pack.fields(of)[key], about)]
        variable = self.pack.variable() if rng.random() < 0.5 else ""
        found: list[Any] = []
        for _ in range(rng.randint(1, 3)):
            scope = dict(self.scope)
            conditions = [
                self.pattern(scope) for _ in range(rng.choice((0, 1, 1, 2)) if variable else rng.choice((1, 1, 2)))
            ]
            if variable:
                of, key = rng.choice(same)
                conditions.append({of: self.cells(of, scope, inner=False) | {key: f"${variable}"}})
            if rng.random() < 0.2:
                conditions.append({"not": self.inner(scope)})
            found.append(conditions[0] if len(conditions) == 1 else conditions)
        if variable:
            self.scope[variable] = about
        return {"any": found}

    def aggregate(self) -> dict[str, Any]:
        rng = self.rng
        pattern = self.inner(self.scope | self.results)
        (type, cells), variable = next(iter(pattern.items())), self.pack.variable()
        fields = self.pack.fields(type)
        usable = {
            "count": [""],
            "sum": [name for name, about in fields.items() if about["type"] in (*NUMBERS, "duration")],
            "min": [name for name, about in fields.items() if about["type"] in ORDERED],
        }
        usable["max"] = usable["min"]
        usable["average"] = [name for name, about in fields.items() if about["type"] in NUMBERS]
        function = rng.choice([name for name, names in usable.items() if names])
        of = rng.choice(usable[function])
        result = (
            {"type": "integer"}
            if function == "count"
            else {"type": "quotient"}
            if function == "average"
            else {k: v for k, v in fields[of].items() if k in ("type", "of", "places")}
        )
        self.results[variable] = result
        content: dict[str, Any] = {"of": pattern if cells or rng.random() < 0.5 else type, "as": f"${variable}"}
        return {function: content | ({"field": of} if of else {})}

    def tests(self) -> list[Any]:
        rng, found = self.rng, list[Any]()
        bound = self.scope | self.results
        numbers = [f"${name}" for name, about in bound.items() if about["type"] in (*NUMBERS, "quotient")]
        numbers += [f"count(${name})" for name, about in bound.items() if about["type"] == "set"]
        if numbers and rng.random() < 0.7:
            left, right = self.sum(numbers), self.sum([*numbers, "p_integer", "p_decimal", "2", "0.5"])
            found.append({"test": f"{left} {rng.choice(('<', '<=', '>', '>=', '=', '!='))} {right}"})
        pairs = [(one, other) for one in bound for other in bound if one < other and _joins(bound[one], bound[other])]
        if pairs and rng.random() < 0.6:
            one, other = rng.choice(pairs)
            orders = ("=", "=", "!=", "<", ">=") if bound[one]["type"] in ORDERED else ("=", "=", "!=")
            found.append({"test": f"${one} {rng.choice(orders)} ${other}"})
        plain = [
            name for name, about in bound.items() if about["type"] not in ("set", "quotient") and "mixed" not in about
        ]
        if plain and rng.random() < 0.25:
            name = rng.choice(plain)
            about = bound[name]
            order = rng.choice(("=", "!=", "<", "<=", ">", ">=") if about["type"] in ORDERED else ("=", "!="))
            found.append({"test": f"${name} {order} {_literal(self.pack, about)}"})
        if self.pack.calendar and (tests := calendar_tests(bound, rng)) and rng.random() < 0.6:
            found.append({"test": rng.choice(tests)})
        return found

    def sum(self, terms: list[str]) -> str:
        rng = self.rng
        one, two, three = (rng.choice(terms) for _ in range(3))
        if rng.random() < 0.3:
            return self.quotient(one, two, three)
        return rng.choice((one, one, f"{one} {rng.choice('+-*')} {two}", f"({one} - {two}) * {three}"))

    def quotient(self, one: str, two: str, three: str) -> str:
        """A quotient, or a choice of numbers; its denominator may be zero, and may be negative."""
        function, under = self.rng.choice(("min", "max")), self.rng.choice((two, two, "2", "-3", f"max({two}, 1)"))
        under = "2" if under.startswith("p_") else under  # which may be zero in all cases, an error of the pack
        return self.rng.choice(
            (
                f"{one} / {under}",
                f"({one} + {three}) / {under}",
                f"{one} - {three} / {under}",
                f"{one} / {under} * {three}",
                f"abs({one} - {three})",
                f"abs({one} / {under})",
                f"{function}({one}, {two})",
                f"{function}({one} / {under}, {three})",
            )
        )

    def field_asked_for(self) -> Any:
        rng, pack = self.rng, self.pack
        if rng.random() < 0.5:
            one = rng.choice([name for name in pack.facts if pack.facts[name].get("cardinality") == "one"])
            return f"{one}.{rng.choice(list(pack.fields(one)))}"
        given = rng.choice(pack.up_to(0))
        cells = self.cells(given, dict(self.scope), inner=True)
        return {"of": {given: cells}, "field": rng.choice(list(pack.fields(given)))}

    # --- conclusions ----------------------------------------------------------------------------------------------

    def conclusion(self, type: str, about: Field) -> Any:
        rng = self.rng
        computes = not (self.recursive and self.pack.layer[type] == self.layer)
        bound = self.scope | self.results if computes else self.scope
        fitting = [
            name
            for name, held in bound.items()
            if becomes(held, about) and (computes or held.get("places") == about.get("places"))
        ]
        if fitting and rng.random() < 0.6:
            return f"${rng.choice(fitting)}"
        whole = [name for name, held in bound.items() if held["type"] == "integer"]
        if computes and about["type"] in NUMBERS and whole and rng.random() < 0.3:
            return f"${rng.choice(whole)} {rng.choice('+-*')} {rng.choice(('1', '2', 'p_integer'))}"
        numbers = [f"${name}" for name, held in bound.items() if held["type"] in (*NUMBERS, "quotient")]
        if computes and about["type"] in NUMBERS and numbers and rng.random() < 0.3:
            rounding = rng.choice(("half_up", "half_even", "floor", "ceiling"))
            terms = (rng.choice(numbers), rng.choice((*numbers, "2")), rng.choice((*numbers, "p_integer", "7")))
            return f"round {rounding} {self.quotient(*terms)}"
        times = calendar_values(about["type"], bound, rng) if computes and self.pack.calendar else []
        if times and rng.random() < 0.5:
            return rng.choice(times)
        sets = [name for name, held in bound.items() if held["type"] == "set"]
        if computes and about["type"] == "integer" and sets and rng.random() < 0.3:
            return f"count(${rng.choice(sets)})"
        return constant(self.pack, about)


def _joins(one: Field, other: Field) -> bool:
    if one["type"] != other["type"] or one.get("places") != other.get("places"):
        return False
    if one["type"] == "level":
        return one["of"] == other["of"]
    return "of" not in one or not {*one["of"]}.isdisjoint(other["of"])


def _same(one: Field, other: Field) -> bool:
    return (one["type"], one.get("of"), one.get("places")) == (other["type"], other.get("of"), other.get("places"))


def becomes(one: Field, other: Field) -> bool:
    """Whether every value of one field may stand in another."""
    if one["type"] in NUMBERS and other["type"] in NUMBERS:
        return one.get("places", 0) <= other.get("places", 0)
    if other["type"] == "text":
        return one["type"] in ("text", "choice")
    if one["type"] != other["type"] or "mixed" in one:
        return False
    return one.get("of") == other.get("of") or (one["type"] != "level" and {*one["of"]} <= {*other["of"]})


def _literal(pack: Layered, about: Field) -> str:
    """A value as it stands in a cell or an expression; of an optional field too it is one."""
    if about["type"] == "set":
        return pack.rng.choice(about["of"])
    value = pack.value({**about, "optional": False}, pack.rng)
    if about["type"] == "text":
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if value in (True, False) else str(value)


def cell(pack: Layered, about: Field) -> Any:
    rng = pack.rng
    parameter = f"p_{'choice' if about['type'] == 'set' else about['type']}"

    def literal() -> str:
        usable = parameter in pack.parameters and becomes(pack.parameters[parameter], about | {"type": parameter[2:]})
        if usable and rng.random() < 0.15:
            several = about["type"] in ("choice", "set", "text") and {*"uvw"} <= {*about.get("of", "uvw")}
            return "p_set" if several and rng.random() < 0.4 else parameter
        return _literal(pack, about)

    if about["type"] in ORDERED and rng.random() < 0.7:
        if rng.random() < 0.7:
            return f"{rng.choice(('<', '<=', '>', '>='))} {literal()}"
        low, high = sorted((_literal(pack, about), _literal(pack, about)), key=lambda end: _order(pack, about, end))
        return f"{rng.choice('[(]')}{low}..{high}{rng.choice(')][')}"
    if rng.random() < 0.2 and about["type"] in ("choice", "level", "set"):
        return [literal(), literal()]
    if about["type"] == "text" and pack.parts and rng.random() < 0.4:
        made = [f"{rng.choice(MADE)} {rng.choice((literal(), *pack.parts))}" for _ in range(rng.randint(1, 2))]
        listed = ", ".join([*made, *([literal()] if rng.random() < 0.3 else [])])
        return f"not({listed})" if rng.random() < 0.3 else listed
    return rng.choice(
        (literal(), f"{literal()}, {literal()}", f"not({literal()})", f"not({literal()}, {literal()})", "-")
    )


def _order(pack: Layered, about: Field, literal: str) -> Any:
    if about["type"] == "level":
        return about["of"].index(literal)
    return pack.times[about["type"]].index(literal) if about["type"] in pack.times else float(literal)


def constant(pack: Layered, about: Field) -> Any:
    """A value, or a parameter that has one, as a rule concludes it."""
    rng, name = pack.rng, f"p_{about['type']}"
    fits = name != "p_set" and name in pack.parameters and becomes(pack.parameters[name], about)
    if fits and "max" not in about and rng.random() < 0.2:
        return name
    value = pack.value(about, pack.rng)
    return json.dumps(value, ensure_ascii=False) if about["type"] == "text" else value
