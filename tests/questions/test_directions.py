"""A change that is said to keep a claim keeps it in every state: by chance, of packs that negate, sum and join."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

from averment.backends.symbolic.directions import Directions
from averment.questions.judging.alternatives import alternatives, representatives
from averment.questions.judging.quickest import Circuitry, judge_of
from averment.questions.judging.situation import Changes, Situation
from averment.questions.judging.together import verdicts

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def flips() -> ModuleType:
    """``benchmarks/flips.py`` as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_flips", BENCHMARKS / "flips.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_flips"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", ["votes", "relations"])
@pytest.mark.parametrize("seed", [3, 4])
def test_what_keeps_a_claim_keeps_it_in_every_state(flips: ModuleType, kind: str, seed: int) -> None:
    files, facts = flips.flip_packs.KINDS[kind](seed, 40)
    pack, rng = flips.load(files), random.Random(seed)
    kept = 0
    for _ in range(3):
        judge = judge_of(Situation(pack.program(), pack.case(facts(rng))))
        assert isinstance(judge.circuitry, Circuitry)
        places, word = judge.circuitry.places, judge.verdict({}).claim
        given = [number for number in judge.given() if number in places]
        values = {number: representatives(judge, number) for number in given}
        states: list[Changes] = [{number: rng.choice(values[number]) for number in given} for _ in range(150)]
        directions = Directions(judge.circuitry.circuit, {places[number]: None for number in given})
        for number in given:
            held = judge.situation.slots[number].value
            before = verdicts(judge, [{**state, number: held} for state in states])
            for alternative in alternatives(judge, number):
                value = alternative.values[0]
                if directions.keep(places[number], held, [value], word):
                    kept += 1
                    after = verdicts(judge, [{**state, number: value} for state in states])
                    turned = [one for one, other in zip(before, after, strict=True) if one.claim == word != other.claim]
                    assert turned == [], (number, value)
    assert kept > 5
