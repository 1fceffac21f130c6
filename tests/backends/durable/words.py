"""The words that small programs are written with by hand: types, rules, patterns and cells, in few characters."""

from __future__ import annotations

from typing import Any

from averment.core.program import (
    Aggregate,
    Among,
    Arithmetic,
    Compare,
    FactType,
    Field,
    Head,
    Kind,
    Literal,
    Match,
    Ranges,
    Rule,
    Variable,
)

V, L = Variable, Literal
TEXT, INTEGER, LEVEL = Field("x", Kind.TEXT), Field("x", Kind.INTEGER), Field("x", Kind.LEVEL, ("low", "mid", "high"))
BOOLEAN, DATE, SET = Field("x", Kind.BOOLEAN), Field("x", Kind.DATE), Field("x", Kind.SET, ("a", "b", "c"))
CHOICE, PRICE = Field("x", Kind.CHOICE, ("a", "b", "c")), Field("x", Kind.DECIMAL, places=2, minimum=0, maximum=10**9)


def one(name: str, *fields: Field) -> FactType:
    return FactType(name, fields, one=True)


def many(name: str, *fields: Field, unknown: bool = False) -> FactType:
    return FactType(name, fields, absent_unknown=unknown)


def derived(name: str, *fields: Field) -> FactType:
    return FactType(name, fields, derived=True)


def rule(id: str, *conditions: Any, then: tuple[Any, ...]) -> Rule:
    matches = tuple(condition for condition in conditions if isinstance(condition, Match))
    guards = tuple(condition for condition in conditions if not isinstance(condition, Match))
    name, *values = then
    return Rule(id, 0, matches, guards, (Head(name, tuple(values)),))


def m(type: str, *binds: tuple[int, str], **cells: Any) -> Match:
    return Match(type, tuple((int(key[1:]), cell) for key, cell in cells.items()), binds)


def within(low: int | None, high: int | None) -> Ranges:
    return Ranges(((low, high),))


def among(*values: Any) -> Among:
    return Among(frozenset(values), False)


def but(*values: Any) -> Among:
    return Among(frozenset(values), True)


COMPONENTS = [many("component", TEXT, TEXT), many("dependency", TEXT, TEXT), derived("cross", TEXT, TEXT)]
CROSS = rule(
    "cross",
    m("component", (0, "c"), (1, "t")),
    m("dependency", (0, "c"), (1, "d")),
    m("component", (0, "d"), (1, "u")),
    Compare("!=", V("t"), V("u")),
    then=("cross", V("c"), V("d")),
)
PATH = [
    rule("edge", m("dependency", (0, "a"), (1, "b")), then=("cross", V("a"), V("b"))),
    rule("path", m("cross", (0, "a"), (1, "b")), m("dependency", (0, "b"), (1, "c")), then=("cross", V("a"), V("c"))),
]
ODD = ['quote " and \\ slash', "😀", "", "1", "1.0", "true", "null", "x" * 70_000, "x" * 69_999 + "y", "é", "e\u0301"]
BIG = [2**53, 2**53 + 1, 2**63 - 2, 2**63 - 1, -(2**63), -(2**53) - 1, 0, -1]
NUMBERED = [many("number", INTEGER), derived("got", INTEGER)]
FLAT = [one("product", LEVEL, BOOLEAN, CHOICE, SET, DATE, INTEGER, PRICE), derived("said", TEXT)]


def says(id: str, **cells: Any) -> Rule:
    return rule(id, m("product", **cells), then=("said", L(id)))


def chain(operator: str, length: int) -> Any:
    """``n + 1 + 1 …``, with so many operators."""
    made: Any = V("n")
    for _ in range(length):
        made = Arithmetic(operator, made, L(1))
    return made


def total(function: str, variable: str) -> Aggregate:
    return Aggregate(function, m("number"), None if function == "count" else 0, variable)


SUM_LESS_COUNT = Arithmetic("-", V("s"), V("c"))


#  name, types, strata, facts, mentioned, number of firings, number of undecided firings
