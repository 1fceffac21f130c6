"""The columnar backend says of every case what the law says."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import Any

import pytest
from tests.draws import parts

from averment.backends.columnar.support import unsupported
from averment.core.program import (
    Absent,
    Aggregate,
    Among,
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


def _rule(id: str, matches: list[Match], guards: list[Any], *heads: tuple[str, Any], alternative: int = 0) -> Rule:
    made = tuple(Head(type, (value if isinstance(value, Variable) else Literal(value),)) for type, value in heads)
    return Rule(id, alternative, tuple(matches), tuple(guards), made)


def _agree(kit: Any, program: Any, cases: list[Any]) -> tuple[Counter[str], int]:
    said, alone = kit.columnar(program, cases)
    for case, found in zip(cases, said, strict=True):
        assert found == kit.referee(program, case), case.facts
    return Counter(found.status for found in said), alone


def test_every_small_case_of_records(kit: Any) -> None:
    """All values and unknowns of four fields: cells, joins, negation, sums, a recursive pair of facts."""
    fields = tuple(kit.fields[kind] for kind in (Kind.BOOLEAN, Kind.LEVEL, Kind.SET, Kind.INTEGER))
    given = FactType("given", fields, one=True)
    trait = FactType(
        "trait", (Field("name", Kind.CHOICE, ("x", "y", "z")), Field("weight", Kind.INTEGER)), derived=True
    )

    def has(name: str) -> Match:
        return Match("trait", ((0, Among(frozenset([name]), False)),))

    def give(id: str, match: Match, name: str, weight: Any, alternative: int = 0) -> Rule:
        value = Variable("i") if weight is None else Literal(weight)
        return Rule(id, alternative, (match,), (), (Head("trait", (Literal(name), value)),))

    total = Aggregate("sum", Match("trait"), 1, "n")
    program = kit.program(
        [given, trait],
        [
            give("b", Match("given", ((0, Among(frozenset([True]), False)),)), "x", 2, 1),
            give("b", Match("given", ((1, Ranges(((2, None),))),)), "x", 2, 2),
            give("s", Match("given", ((2, Among(frozenset("vw"), True)),)), "y", 1),
            give("i", Match("given", ((1, Ranges(((0, 1),))),), ((3, "i"),)), "z", None),
            give("again", has("x"), "y", 1),
            give("back", has("y"), "x", 2),
        ],
        [
            _rule("red", [], [total, Compare(">=", Variable("n"), Literal(3))], ("claim", "red"), ("strength", 1)),
            _rule("green", [], [Absent(has("x"))], ("claim", "green")),
            _rule("blue", [has("z")], [total, Compare("<", Variable("n"), Literal(1))], ("claim", "blue")),
        ],
    )
    values = [(None, *kit.pool[field.kind]) for field in fields]
    cases = [kit.case(("given", *chosen), mentioned=("given",)) for chosen in itertools.product(*values)]
    found, alone = _agree(kit, program, cases)
    assert all(found[status] > 10 for status in ("settled", "open", "gap", "conflict"))
    assert alone < len(cases) / 2


@pytest.mark.parametrize("seed", range(12))
def test_traits_rest_on_traits_in_any_order(kit: Any, seed: int) -> None:
    """Rules that derive a fact of a type from others of it, many times over and in circles; every case of four bits."""
    chance = random.Random(seed)
    bits = [Field(name, Kind.BOOLEAN) for name in "abcd"]
    names = tuple(f"t{number}" for number in range(14))
    trait = FactType("trait", (Field("name", Kind.CHOICE, names),), derived=True)

    def has(name: str) -> Match:
        return Match("trait", ((0, Among(frozenset([name]), False)),))

    def give(id: str, matches: list[Match], name: str) -> Rule:
        return Rule(id, 0, tuple(matches), (), (Head("trait", (Literal(name),)),))

    rules = [
        give(f"b{place}", [Match("given", ((place, Among(frozenset([True]), False)),))], names[place])
        for place in range(4)
    ]
    links = [(chance.sample(names, chance.choice((1, 1, 2))), chance.choice(names)) for _ in range(30)]
    rules += [give(f"r{place}", [has(one) for one in needed], name) for place, (needed, name) in enumerate(links)]
    claims = [_rule(color, [has(name)], [], ("claim", color)) for color, name in (("red", "t12"), ("green", "t13"))]
    program = kit.program([FactType("given", tuple(bits), one=True), trait], rules, claims)
    values = itertools.product((None, False, True), repeat=len(bits))
    cases = [kit.case(("given", *chosen), mentioned=("given",)) for chosen in values]
    found, alone = _agree(kit, program, cases)
    assert found["gap"] and not alone


def test_every_small_graph(kit: Any) -> None:
    """All graphs of three nodes: a join, recursion, negation and a count over what it reaches; an unknown beside."""
    node, edge = Field("node", Kind.TEXT), Field("from", Kind.TEXT)
    given = FactType("given", (Field("flag", Kind.BOOLEAN),), one=True)
    link = FactType("link", (edge, Field("to", Kind.TEXT)), key=("from", "to"))
    reach = FactType("reach", (edge, Field("to", Kind.TEXT)), derived=True)
    lone = FactType("lone", (node,), derived=True)

    def pair(type: str, one: str, other: str) -> Match:
        return Match(type, (), ((0, one), (1, other)))

    flag = Match("given", ((0, Among(frozenset([True]), False)),))
    passed = Head("reach", (Variable("a"), Variable("c")))
    program = kit.program(
        [given, link, reach, lone],
        [
            Rule("direct", 0, (pair("link", "a", "c"),), (), (passed,)),
            Rule("through", 0, (pair("reach", "a", "b"), pair("link", "b", "c"), flag), (), (passed,)),
        ],
        [
            Rule(
                "lone",
                0,
                (pair("link", "a", "b"),),
                (Absent(pair("reach", "b", "any")),),
                (Head("lone", (Variable("b"),)),),
            )
        ],
        [
            _rule("red", [Match("lone")], [], ("claim", "red")),
            _rule(
                "green",
                [pair("reach", "a", "a")],
                [
                    Aggregate("count", Match("reach", (), ((0, "a"),)), None, "n"),
                    Compare(">=", Variable("n"), Literal(2)),
                ],
                ("claim", "green"),
            ),
        ],
    )
    pairs = list(itertools.product("xyz", repeat=2))
    cases = [
        kit.case(
            ("given", flagged), *(("link", *chosen) for chosen in itertools.compress(pairs, bits)), mentioned=("link",)
        )
        for flagged in (True, None)
        for bits in itertools.product((0, 1), repeat=len(pairs))
    ]
    found, _ = _agree(kit, program, cases)
    assert all(found[status] > 10 for status in ("settled", "open", "gap", "conflict"))


@pytest.mark.parametrize("joined", [False, True])
def test_random_programs_agree(kit: Any, joined: bool) -> None:
    tally, alone = _compare_chances(kit, range(50, 300), 8, joined)
    assert min(tally["settled"], tally["open"], tally["gap"]) > 20
    assert tally["AV501"] > 0 or not joined
    assert alone < 0.05 * tally.total()


@pytest.mark.parametrize("part", parts(14, quick=0, slow=3))
@pytest.mark.parametrize("joined", [False, True])
def test_many_random_programs_agree(kit: Any, joined: bool, part: int) -> None:
    print(_compare_chances(kit, range(1_000 + 500 * part, 1_500 + 500 * part), 8, joined))


def _compare_chances(kit: Any, seeds: range, each: int, joined: bool) -> tuple[Counter[str], int]:
    tally: Counter[str] = Counter()
    left = 0
    for seed in seeds:
        chance = kit.chance(seed, joined)
        if unsupported(chance.program):
            tally["unsupported"] += each
            continue
        cases = [chance.case() for _ in range(each)]
        said, alone = kit.columnar(chance.program, cases)
        left += alone
        for case, found in zip(cases, said, strict=True):
            assert found == kit.referee(chance.program, case), (seed, case.facts)
            tally[found.status] += 1
    return tally, left
