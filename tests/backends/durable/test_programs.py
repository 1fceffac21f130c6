"""What the two backends must agree on, by hand: a table of small programs with a case and how often they fire."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.backends.durable.words import (
    BIG,
    COMPONENTS,
    CROSS,
    FLAT,
    INTEGER,
    NUMBERED,
    ODD,
    PATH,
    SET,
    SUM_LESS_COUNT,
    TEXT,
    L,
    V,
    among,
    but,
    chain,
    derived,
    m,
    many,
    one,
    rule,
    says,
    total,
    within,
)

from averment.core.program import Absent, Aggregate, Arithmetic, Compare, Known, Ranges, Rule, Size

from averment.core.program import FactType, Field, Kind  # isort: skip

TABLE: list[tuple[str, list[FactType], list[list[Rule]], list[tuple[Any, ...]], tuple[str, ...], int, int]] = [
    (
        "a join of three with an inequality",
        COMPONENTS,
        [[CROSS]],
        [
            *[("component", "a", "x"), ("component", "b", "y"), ("component", "c", "y")],
            *[("dependency", "a", "b"), ("dependency", "b", "c"), ("dependency", "c", "a"), ("dependency", "a", "zz")],
        ],
        (),
        2,
        0,
    ),
    (
        "a fact that meets itself",
        COMPONENTS,
        [[rule("self", m("component", (0, "c")), m("component", (0, "c")), then=("cross", V("c"), V("c")))]],
        [("component", "a", "x"), ("component", "b", "x")],
        (),
        2,
        0,
    ),
    (
        "recursion around a cycle",
        COMPONENTS,
        [PATH],
        [("dependency", str(n), str((n + 1) % 7)) for n in range(7)],
        (),
        7 + 49,
        0,
    ),
    (
        "odd texts join with themselves alone",
        COMPONENTS,
        [[rule("twin", m("component", (0, "c")), m("dependency", (0, "c")), then=("cross", V("c"), L("")))]],
        [("component", text, "t") for text in ODD] + [("dependency", text, "") for text in ODD],
        (),
        len(ODD),
        0,
    ),
    (
        "odd texts in cells",
        COMPONENTS,
        [
            [
                rule(f"r{n}", m("component", f0=among(text), f1=but("t")), then=("cross", L(text), L("")))
                for n, text in enumerate(ODD)
            ]
        ],
        [("component", text, other) for text in ODD for other in "tu"],
        (),
        len(ODD),
        0,
    ),
    (
        "huge integers are told apart",
        NUMBERED,
        [
            [rule("same", m("number", (0, "n")), m("number", (0, "n")), then=("got", V("n")))]
            + [
                rule(f"r{n}", m("number", f0=within(number, number)), then=("got", L(n)))
                for n, number in enumerate(BIG)
            ]
        ],
        [("number", number) for number in BIG],
        (),
        2 * len(BIG),
        0,
    ),
    (
        "cells of every kind",
        FLAT,
        [
            [
                says("level", f0=within(1, None)),
                says("levels", f0=Ranges(((0, 0), (2, 2)))),
                says("no level", f0=within(0, 0)),
                says("flag", f1=among(True)),
                says("no flag", f1=among(False)),
                says("not the flag", f1=but(False)),
                says("choice", f2=among("b")),
                says("choices", f2=among("a", "b")),
                says("other choice", f2=but("a")),
                says("no choice", f2=but("b")),
                says("set", f3=among("a")),
                says("none of the set", f3=but("a", "b")),
                says("set without", f3=but("b")),
                says("date", f4=within(700_000, 730_000)),
                says("date after", f4=within(730_001, None)),
                says("number", f5=within(-5, -5)),
                says("price", f6=within(1999, 1999)),
                says("price below", f6=within(None, 1998)),
                says("anything known", f6=within(None, None)),
                says("together", f0=within(2, 2), f1=among(True), f2=but("c"), f3=among("a"), f6=within(0, 10**9)),
            ]
        ],
        [("product", 2, True, "b", frozenset("ac"), 730_000, -5, 1999)],
        (),
        14,
        0,
    ),
    (
        "a blank record leaves all undecided",
        FLAT,
        [
            [
                says("level", f0=within(1, None)),
                says("flag", f1=among(True)),
                rule("any", m("product"), then=("said", L(""))),
            ]
        ],
        [],
        (),
        1,
        2,
    ),
    (
        "negation and aggregates over a finished layer",
        [*NUMBERED, derived("end", INTEGER)],
        [
            [rule("got", m("number", (0, "n")), Compare(">", V("n"), L(0)), then=("got", V("n")))],
            [
                rule(f, Aggregate(f, m("got"), None if f == "count" else 0, "n"), then=("end", V("n")))
                for f in ("count", "sum", "min", "max")
            ]
            + [
                rule("no nine", Absent(m("got", f0=within(9, 9))), then=("end", L(-1))),
                rule("no three", Absent(m("got", f0=within(3, 3))), then=("end", L(-2))),
                rule("each", m("got", (0, "n")), Absent(m("got", (0, "n"))), then=("end", L(-3))),
                rule("known", Known(m("got"), 0, True), then=("end", L(-4))),
                rule("computed", Aggregate("sum", m("number"), 0, "s"), then=("end", Arithmetic("*", V("s"), L(-10)))),
            ],
        ],
        [("number", n) for n in (-2, 1, 2, 3)],
        (),
        3 + 4 + 1 + 0 + 1 + 1,
        0,
    ),
    (
        "what is only possible",
        [many("number", INTEGER, unknown=True), derived("got", INTEGER), derived("end", INTEGER)],
        [
            [rule("got", m("number", (0, "n")), then=("got", V("n")))],
            [
                rule("none", Absent(m("got")), then=("end", L(0))),
                rule("some", Aggregate("count", m("got"), None, "n"), Compare(">", V("n"), L(3)), then=("end", L(1))),
            ],
        ],
        [],
        (),
        0,
        3,
    ),
    (
        "sizes of sets, and sets that join",
        [one("left", SET), many("right", SET), derived("size", INTEGER)],
        [[rule("size", m("left", (0, "s")), m("right", (0, "s")), then=("size", Size("s")))]],
        [("left", frozenset("ab")), ("right", frozenset("ba")), ("right", frozenset("a"))],
        (),
        1,
        0,
    ),
    (
        "two fields of one fact that must be equal",
        [one("pair", TEXT, TEXT), many("twin", TEXT, TEXT), derived("same", TEXT)],
        [
            [
                rule("one", m("pair", (0, "a"), (1, "a")), then=("same", V("a"))),
                rule("many", m("twin", (0, "a"), (1, "a")), then=("same", V("a"))),
                rule("both", m("twin", (1, "b"), (0, "a")), m("pair", (0, "b"), (1, "a")), then=("same", V("b"))),
            ]
        ],
        [("pair", "x", "x"), ("twin", "x", "x"), ("twin", "x", "y")],
        (),
        3,
        0,
    ),
    (
        "an error is the same error",
        NUMBERED,
        [
            [
                rule("b", m("number", (0, "n")), then=("got", Arithmetic("*", V("n"), V("n")))),
                rule("a", m("number", (0, "n")), then=("got", Arithmetic("+", V("n"), L(1)))),
            ]
        ],
        [("number", 2**63 - 1), ("number", 2**63 - 2), ("number", -(2**63))],
        (),
        -1,
        0,
    ),
    (
        "an expression too deep to write out, and one that leaves 64 bits only in the middle",
        NUMBERED,
        [
            [
                rule("deep", m("number", (0, "n")), Compare("=", chain("+", 60), L(60)), then=("got", L(1))),
                rule("wide", m("number", (0, "n")), Compare("<", chain("*", 8), L(9)), then=("got", chain("+", 25))),
            ]
        ],
        [("number", 0), ("number", 1)],
        (),
        3,
        0,
    ),
    (
        "a sum that leaves 64 bits, where one rule does not come so far",
        NUMBERED,
        [
            [
                rule("stopped", Compare("=", L(1), L(2)), total("sum", "n"), then=("got", V("n"))),
                rule("not", total("count", "n"), Compare("=", V("n"), L(2)), then=("got", L(0))),
            ]
        ],
        [("number", 2**63 - 1), ("number", 1)],
        (),
        1,
        0,
    ),
    (
        "a sum that leaves 64 bits, where a rule needs it",
        NUMBERED,
        [
            [
                rule("sum", total("sum", "n"), then=("got", V("n"))),
                rule("not", total("count", "n"), then=("got", V("n"))),
            ]
        ],
        [("number", 2**63 - 1), ("number", 1)],
        (),
        -1,
        0,
    ),
    (
        "a difference of two aggregates that leaves 64 bits in a rule that does not come so far",
        NUMBERED,
        [
            [
                rule(
                    "far",
                    total("min", "a"),
                    total("max", "b"),
                    Compare(">", V("a"), V("b")),
                    Compare(">", Arithmetic("-", V("b"), V("a")), L(0)),
                    then=("got", L(1)),
                ),
                rule(
                    "sums",
                    total("sum", "s"),
                    total("count", "c"),
                    Compare("<", SUM_LESS_COUNT, L(0)),
                    then=("got", L(2)),
                ),
            ]
        ],
        [("number", -(2**63)), ("number", 2**63 - 1)],
        (),
        1,
        0,
    ),
    (
        "the least and greatest of nothing",
        NUMBERED,
        [
            [
                rule(f, total(f, "n"), Compare("<", Arithmetic("+", V("n"), L(1)), L(0)), then=("got", V("n")))
                for f in ("min", "max")
            ]
        ],
        [],
        ("number",),
        0,
        0,
    ),
    (
        "in an uncertain case, guards that look at what is certain, and at what is not",
        [many("left", INTEGER, INTEGER), many("right", INTEGER), derived("got", INTEGER)],
        [
            [
                rule("certain", m("right", (0, "n")), Aggregate("count", m("right"), None, "c"), then=("got", V("c"))),
                rule("sum", m("right", (0, "n")), Aggregate("sum", m("left"), 1, "s"), then=("got", V("s"))),
                rule("again", m("right", (0, "n")), Aggregate("sum", m("left"), 1, "z"), then=("got", V("z"))),
                rule("count", m("right", (0, "n")), Aggregate("count", m("left"), None, "d"), then=("got", V("d"))),
            ]
        ],
        [("left", 1, None), ("left", 2, 5), ("right", 1), ("right", 2)],
        (),
        4,
        4,
    ),
    (
        "a pattern of an aggregate that binds a variable twice",
        [many("pair", INTEGER, INTEGER), derived("got", INTEGER)],
        [
            [
                rule("all", Aggregate("count", m("pair", (0, "x"), (1, "y")), None, "n"), then=("got", V("n"))),
                rule("same", Aggregate("count", m("pair", (0, "x"), (1, "x")), None, "n"), then=("got", V("n"))),
            ]
        ],
        [("pair", 1, 1), ("pair", 1, 2), ("pair", 3, 3)],
        (),
        2,
        0,
    ),
    (
        "a hundred rules on one fact, and a thousand",
        FLAT,
        [
            [
                says(f"r{n}", **{f"f{n % 2}": within(n % 3, None) if not n % 2 else among(n % 4 == 1)})
                for n in range(1100)
            ]
        ],
        [("product", 2, True, "b", frozenset("ac"), 730_000, -5, 1999)],
        (),
        825,
        0,
    ),
    (
        "three hundred rules on one condition, each over every pair",
        [many("left", INTEGER), many("right", INTEGER), derived("pair", INTEGER)],
        [[rule(f"r{n}", m("left", (0, "a")), m("right", (0, "b")), then=("pair", L(n))) for n in range(300)]],
        [("left", 1), ("left", 2), ("right", 1), ("right", 3)],
        (),
        1200,
        0,
    ),
    (
        "four hundred fields of one fact, and five hundred types",
        [FactType("wide", tuple(Field(f"x{n}", Kind.BOOLEAN) for n in range(400)), one=True)]
        + [many(f"t{n}", INTEGER) for n in range(500)]
        + [derived("said", INTEGER)],
        [
            [rule(f"w{n}", m("wide", **{f"f{n}": among(n % 2 == 0)}), then=("said", L(n))) for n in range(400)]
            + [rule(f"m{n}", m(f"t{n}", (0, "a")), m("said", (0, "a")), then=("said", V("a"))) for n in range(500)]
        ],
        [("wide", *[True] * 400)] + [(f"t{n}", n) for n in range(500)],
        (),
        400,
        0,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_both_backends_agree(row: Any, kit: Any) -> None:
    _, types, strata, facts, mentioned, firings, undecided = row
    outcome = kit.same(kit.program(types, *strata), kit.case(*facts, mentioned=mentioned))
    if firings < 0:
        assert outcome[0] == "error"
        return
    found, possible = outcome[0], outcome[1]
    assert isinstance(found, Counter) and isinstance(possible, Counter)
    assert (found.total(), possible.total()) == (firings, undecided)
