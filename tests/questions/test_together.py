"""Many changes judged together, and a judge told answers: the same verdicts as one by one, by the reference backend."""

from __future__ import annotations

import random
from types import ModuleType
from typing import Any

import pytest

from averment.questions.ask.kept_judge import told
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry, judge_of
from averment.questions.judging.situation import Changes, Situation
from averment.questions.judging.together import doubts, verdicts
from averment.questions.missing.completing import values_of


def judge_at(benchmark_questions: ModuleType, seed: int) -> Judge:
    """A judge of a random case of a random pack."""
    enumeration: Any = benchmark_questions.enumeration
    generator = enumeration.small_packs()
    pack, files = enumeration.small_pack(generator, seed)
    rng = random.Random(seed)
    case = pack.case(generator.random_case(files, rng, rng.choice((0.3, 0.6, 0.9)))["facts"])
    return judge_of(Situation(pack.program(), case))


def random_changes(judge: Judge, rng: random.Random) -> Changes:
    """Other values, and nothing known, of some slots that the rules read."""
    read = [number for number in range(len(judge.situation.slots)) if judge.read(number)]
    return {
        number: None if rng.random() < 0.3 else rng.choice(values_of(judge, number) or (None,))
        for number in rng.sample(read, rng.randint(0, len(read)))
    }


@pytest.mark.parametrize("first", [0, 40])
def test_together_is_as_one_by_one(benchmark_questions: ModuleType, first: int) -> None:
    states = 0
    for seed in range(first, first + 40):
        judge, rng = judge_at(benchmark_questions, seed), random.Random(seed)
        many = [random_changes(judge, rng) for _ in range(30)]
        assert verdicts(judge, many) == [judge.replayed(changes) for changes in many], seed
        if isinstance(judge.circuitry, Circuitry):
            sure = [changes for changes in many if judge.circuitry.verdict(changes) is not None]
            assert doubts(judge, sure) == pytest.approx([judge.doubt(changes) for changes in sure]), seed
            states += len(sure)
    assert states > 600


def test_a_judge_told_answers_is_one_of_the_case_with_them(benchmark_questions: ModuleType) -> None:
    for seed in range(80, 140):
        first, rng = judge_at(benchmark_questions, seed), random.Random(seed)
        answers = {number: rng.choice(values_of(first, number)) for number in first.unknown() if rng.random() < 0.6}
        after = told(first, answers)
        anew = judge_of(Situation(first.situation.program, first.situation.told(answers)))
        assert [slot.path for slot in after.situation.slots] == [slot.path for slot in anew.situation.slots]
        assert after.candidates == anew.candidates
        many = [random_changes(after, rng) for _ in range(10)]
        expected = [anew.replayed(changes) for changes in many]
        assert verdicts(after, many) == expected == [after.verdict(changes) for changes in many], seed
