"""Records with unknown fields, decided set at a time: every small case, and what open claims hang on."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest

from averment.core.program import (
    Absent,
    Aggregate,
    Among,
    Compare,
    FactType,
    Field,
    Head,
    Kind,
    Known,
    Literal,
    Match,
    Program,
    Ranges,
    Rule,
    Variable,
)

TEAM, NAME = Field("team", Kind.TEXT), Field("name", Kind.TEXT)
PART = FactType("part", (NAME, TEAM, Field("size", Kind.INTEGER, minimum=0)), key=("name",))
OWNER = FactType("owner", (TEAM, Field("able", Kind.BOOLEAN)), key=("team",), absent_unknown=True)
LONE = FactType("lone", (NAME,), derived=True)
SHARED = FactType("shared", (TEAM,), derived=True)
WEIGHT = FactType("weight", (Field("size", Kind.INTEGER, minimum=0, maximum=5),), derived=True)
TALLY = FactType("tally", (Field("lone", Kind.INTEGER),), derived=True)
LINKED = FactType("linked", (NAME, Field("other", Kind.TEXT)), derived=True)


def _claim(id: str, role: str, *guards: Any, matches: tuple[Match, ...] = ()) -> Rule:
    return Rule(id, 0, matches, guards, (Head("claim", (Literal(role),)),))


def _count(type: str, name: str, function: str = "count", place: int | None = None) -> Aggregate:
    return Aggregate(function, Match(type), place, name)


def _at_least(name: str, least: int) -> Compare:
    return Compare(">=", Variable(name), Literal(least))


def _less(name: str, than: int) -> Compare:
    return Compare("<", Variable(name), Literal(than))


@pytest.fixture(scope="module")
def program(kit: Any) -> Program:
    """A join over a field that may be unknown, its negation, recursion over what it derives, and all aggregates."""
    named = Match("part", (), ((0, "p"), (1, "t")))
    other = Match("part", (), ((0, "q"), (1, "t")))
    apart = Compare("!=", Variable("p"), Variable("q"))
    pair = Head("linked", (Variable("p"), Variable("q")))
    owned = Match("owner", ((1, Among(frozenset([True]), False)),), ((0, "t"),))
    total = _count("weight", "w", "sum", 0)
    program: Program = kit.program(
        [PART, OWNER, LONE, SHARED, WEIGHT, TALLY, LINKED],
        [
            Rule("lone", 0, (named,), (Absent(owned),), (Head("lone", (Variable("p"),)),)),
            Rule("shared", 0, (named, other), (apart,), (Head("shared", (Variable("t"),)), pair)),
            Rule("owned", 0, (named, Match("owner", (), ((0, "t"),))), (), (Head("shared", (Variable("t"),)),)),
            Rule("weight", 0, (Match("part", (), ((2, "s"),)),), (), (Head("weight", (Variable("s"),)),)),
            Rule(
                "back",
                0,
                (Match("linked", (), ((0, "p"), (1, "q"))),),
                (),
                (Head("linked", (Variable("q"), Variable("p"))),),
            ),
        ],
        [
            Rule("tally", 0, (), (_count("lone", "n"),), (Head("tally", (Variable("n"),)),)),
            _claim("green", "green", _count("shared", "n"), _count("part", "s", "sum", 2), _at_least("s", 3)),
            _claim("blue", "blue", Absent(Match("shared")), _count("part", "s", "min", 2), _at_least("s", 1)),
            _claim(
                "many", "red", Aggregate("count", Match("linked", (), ((0, "p"),)), None, "n"), _at_least("n", 1),
                matches=(Match("part", ((2, Ranges(((0, 2),))),), ((0, "p"),)),),
            ),
            _claim("heavy", "blue", total, _at_least("w", 1), _count("weight", "n"), _at_least("n", 2)),
            Rule("strong", 0, (), (Known(Match("owner"), 1, True),), (Head("strength", (Literal(1),)),)),
            Rule("weak", 0, (), (total, _less("w", 9)), (Head("strength", (Literal(0),)),)),
            Rule("few", 0, (), (_count("shared", "n"), _less("n", 2)), (Head("strength", (Literal(0),)),)),
        ],
        [_claim("red", "red", matches=(Match("tally", ((0, Ranges(((2, None),))),)),))],
    )  # fmt: skip
    return program


def test_every_small_case_with_gaps_is_decided_as_the_law_says_and_together(kit: Any, program: Program) -> None:
    parts: list[Any] = list(itertools.product((None, "x", "y"), (None, 0, 3)))
    owners: list[Any] = [None, [], [("x", None)], [("x", True)], [("x", True), ("y", None)]]
    cases = [
        kit.case(
            *(("part", name, *held) for name, held in zip("ab", chosen, strict=True) if held),
            *(("owner", *owner) for owner in owned or ()),
            mentioned=("part",) if owned is None else ("part", "owner"),
        )
        for chosen in itertools.product([None, *parts], repeat=2)
        for owned in owners
    ]
    said, alone = kit.columnar(program, cases)
    for case, found in zip(cases, said, strict=True):
        assert found == kit.referee(program, case), case.facts
    tally = Counter(found.status for found in said)
    assert all(tally[status] > 10 for status in ("settled", "open", "gap", "conflict"))
    assert alone == 0


@pytest.mark.parametrize(
    ("facts", "mentioned", "hangs_on"),
    [
        ([("part", "a", None, 3)], ["owner"], ()),
        ([("part", "a", "x", None)], ["owner"], ('part["a"].size',)),
        ([("part", "a", None, 0), ("part", "b", "x", 0)], ["owner"], ('part["a"].team',)),
        ([("part", "a", "x", 0), ("part", "b", "y", 0)], [], ("owner",)),
        ([("part", "a", "x", 0), ("part", "b", "y", 0), ("owner", "y", None)], [], ('owner["y"].able',)),
    ],
)
def test_an_open_claim_names_the_fields_of_records_it_hangs_on(
    kit: Any, program: Program, facts: list[Any], mentioned: list[str], hangs_on: tuple[str, ...]
) -> None:
    case = kit.case(*facts, mentioned=("part", *mentioned))
    (found,), alone = kit.columnar(program, [case])
    assert found == kit.referee(program, case)
    assert (found.hangs_on, alone) == (hangs_on, 0)


def test_a_variable_that_a_pattern_has_thrice_is_one_value(kit: Any) -> None:
    """Where one of the three is unknown the other two must still agree."""
    triple = FactType("triple", (NAME, *(Field(name, Kind.TEXT) for name in "uvw")), key=("name",))
    same = Match("triple", (), ((1, "x"), (2, "x"), (3, "x")))
    program = kit.program([triple], [_claim("red", "red", matches=(same,)), _claim("blue", "blue", Absent(same))])
    cases = [kit.case(("triple", "a", *values)) for values in itertools.product((None, "p", "q"), repeat=3)]
    said, alone = kit.columnar(program, cases)
    assert said == [kit.referee(program, case) for case in cases]
    assert alone == 0


@pytest.mark.parametrize(("least", "greatest"), [(None, None), (0, 5)])
def test_numbers_carried_into_derived_facts_are_counted_and_summed_together(
    kit: Any, least: int | None, greatest: int | None
) -> None:
    """A score without its number may stand for many: no sum or count of it has an end; of one record's field it has."""
    firm = FactType(
        "firm", tuple(Field(name, Kind.INTEGER, minimum=least, maximum=greatest) for name in "ab"), one=True
    )
    points = FactType(
        "points", (Field("of", Kind.TEXT), Field("n", Kind.INTEGER, minimum=least, maximum=greatest)), derived=True
    )
    score = [
        Rule(name, 0, (Match("firm", (), ((place, "n"),)),), (), (Head("points", (Literal(name), Variable("n"))),))
        for place, name in enumerate("ab")
    ]
    found = [_count("points", "c"), _count("points", "s", "sum", 1), _count("points", "m", "max", 1)]
    decided = [
        _claim("red", "red", *found, _less("c", 3), _at_least("m", 3)),
        _claim("green", "green", *found, _less("s", 5)),
        _claim("blue", "blue", _count("firm", "s", "sum", 0), _less("s", 1)),
        Rule("known", 0, (), (_count("points", "c"), _at_least("c", 1)), (Head("strength", (Literal(1),)),)),
        Rule("low", 0, (), (_count("points", "s", "sum", 1), _less("s", 20)), (Head("strength", (Literal(0),)),)),
    ]
    program = kit.program([firm, points], score, decided)
    cases = [
        kit.case(("firm", *values), mentioned=("firm",)) for values in itertools.product((None, 0, 1, 3), repeat=2)
    ]
    said, alone = kit.columnar(program, cases)
    assert said == [kit.referee(program, case) for case in cases]
    assert alone == 0
