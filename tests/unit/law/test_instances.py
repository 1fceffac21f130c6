"""What a pattern may meet, and which facts may coincide, are found as trying every fact would find them."""

from __future__ import annotations

import random
from itertools import combinations, product

import pytest

from averment.core.program import Among, Cell, Ranges
from averment.law import network as net
from averment.law.cells import passes, points
from averment.law.instances import Candidate, Candidates, coinciding
from averment.law.truth import TRUE

CONSTANTS = 4  # columns 0 to 3 hold themselves, later ones differ from case to case


NODES = [*map(net.Constant, range(CONSTANTS)), *(net.FieldOf("record", index) for index in range(3))]


def _constant_of(column: int) -> int | None:
    return column if column < CONSTANTS else None


@pytest.mark.parametrize("seed", range(200))
def test_a_pattern_meets_what_may_have_its_values_in_order(seed: int) -> None:
    chance = random.Random(seed)
    fields, columns = chance.randint(1, 3), CONSTANTS + chance.choice((0, 0, 1, 3))
    facts = [Candidate(tuple(chance.choices(range(columns), k=fields)), None) for _ in range(chance.randint(0, 30))]
    late = chance.randint(0, len(facts))
    candidates = Candidates(NODES, facts[:late])
    for round in range(3):
        wanted = {
            index: chance.sample(range(CONSTANTS), chance.randint(0, CONSTANTS))
            for index in chance.sample(range(fields), chance.randint(0, fields))
        }
        known = facts if round == 2 else facts[:late]
        found = candidates.meeting(wanted)
        assert [fact for fact in found if _may_have(fact, wanted)] == [
            fact for fact in known if _may_have(fact, wanted)
        ]
        assert len(found) <= len(known)
        if round == 1:
            for fact in facts[late:]:
                candidates.add(fact)


def _may_have(fact: Candidate, wanted: dict[int, list[int]]) -> bool:
    return all((held := _constant_of(fact.values[index])) is None or held in values for index, values in wanted.items())


def test_of_many_facts_only_those_with_the_value_are_met() -> None:
    facts = [Candidate((number, 9), None) for number in range(1_000)]
    candidates = Candidates([*map(net.Constant, range(1_000))], facts)
    assert candidates.meeting({0: (7, 8)}) == facts[7:9]
    assert candidates.meeting({0: (2_000,)}) == []
    assert candidates.meeting({}) == facts


@pytest.mark.parametrize(
    "cell",
    [
        Ranges(((3, 3),)),
        Ranges(((1, 2), (5, 7))),
        Ranges(((0, 15),)),
        Ranges(()),
        Among(frozenset(("a", "b")), False),
    ],
)
def test_the_points_of_a_cell_are_all_that_pass_it(cell: Cell) -> None:
    found = points(cell)
    values = ["a", "b", "c"] if isinstance(cell, Among) else range(-5, 30)
    assert found is not None
    assert sorted(found) == [value for value in values if passes(cell, value) is TRUE]


@pytest.mark.parametrize(
    "cell",
    [
        Ranges(((0, 16),)),
        Ranges(((0, 9), (12, 18))),
        Ranges(((None, 3),)),
        Ranges(((3, None),)),
        Among(frozenset(("a", "b")), True),
    ],
)
def test_a_cell_that_too_many_pass_has_no_points(cell: Cell) -> None:
    assert points(cell) is None


@pytest.mark.parametrize("seed", range(200))
def test_facts_coincide_unless_a_constant_tells_them_apart(seed: int) -> None:
    chance = random.Random(seed)
    fields, columns = chance.randint(1, 3), CONSTANTS + chance.randint(0, 3)
    possible = list(product(range(columns), repeat=fields))
    slots = [
        net.Derivable(values, 100 + place, place)
        for place, values in enumerate(chance.sample(possible, min(len(possible), chance.randint(0, 12))))
    ]
    expected = {
        frozenset((left.truth, right.truth))
        for left, right in combinations(slots, 2)
        if all(
            one == other or max(one, other) >= CONSTANTS for one, other in zip(left.values, right.values, strict=True)
        )
    }
    found = coinciding(slots, lambda column: column < CONSTANTS, most=1_000)
    assert len(found) == len(expected)
    assert {frozenset((left.truth, right.truth)) for left, right in found} == expected
    few = coinciding(slots, lambda column: column < CONSTANTS, most=3)
    assert len(few) > 3 if len(expected) > 3 else len(few) == len(expected)
