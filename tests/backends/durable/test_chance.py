"""Random programs, random cases: both backends say the same, and the samples are worth their time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.draws import parts

from averment.backends import durable, reference


def test_random_programs_agree(kit: Any) -> None:
    tally: Counter[str] = Counter()
    for seed in range(120):
        _compare(kit, seed, 6, tally)
    assert tally["fired"] > 0.3 * tally["cases"]
    assert tally["joined"] > 20 and tally["undecided"] > 20 and tally["errors"] > 0


@pytest.mark.parametrize("part", parts(30, quick=0, slow=6))
def test_many_random_programs_agree(kit: Any, part: int) -> None:
    tally: Counter[str] = Counter()
    for seed in range(1000 * (part + 1), 1000 * (part + 2)):
        _compare(kit, seed, 8, tally)
    print(tally)


def _compare(kit: Any, seed: int, cases: int, tally: Counter[str]) -> None:
    chance = kit.chance(seed)
    with durable.Engine(chance.program) as engine:
        for _ in range(cases):
            case = chance.case()
            expected = kit.outcome(reference.evaluate, chance.program, case)
            assert kit.outcome(lambda _, case: engine.evaluate(case), chance.program, case) == expected, seed
            tally["cases"] += 1
            if expected[0] == "error":
                tally["errors"] += 1
                continue
            tally["fired"] += bool(expected[0])
            tally["undecided"] += bool(expected[1])
            tally["joined"] += any(len(premises) > 1 for _, premises, _ in expected[0])


def test_the_order_of_facts_and_rules_is_nothing(kit: Any) -> None:
    for seed in range(40):
        chance = kit.chance(seed)
        program = chance.program
        turned = kit.program(list(program.types.values()), *[stratum[::-1] for stratum in program.strata])
        for _ in range(4):
            case = chance.case()
            back = case._replace(facts=case.facts[::-1])
            assert kit.outcome(durable.evaluate, program, case) == kit.outcome(durable.evaluate, turned, back)
