"""Which unknown fact to ask for next.

The best question leaves the fewest claims possible, expected over its answers (each of the values that can differ
counts alike); among equals the one that takes most doubt away for its declared cost: expected number of undecided
facts, and how wide the intervals are that counts and sums lie in; then the cheapest; then the first declared. Where a
circuit is not sure of an answer, as many claims count as possible as before it: to decide that case by itself would
keep the reader waiting, and the order of questions decides nothing.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

from averment.dataclass import dataclass
from averment.questions.budget import Spent
from averment.questions.completing import values_of
from averment.questions.judge import Judge
from averment.questions.situation import Changes, Slot

MOST_TRIALS = 8  # answers tried of one question


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its slot, and how many claims are possible after its answer, on average."""

    slot: Slot
    number: int
    expected: Fraction
    doubt: float

    @property
    def text(self) -> str:
        """The question as the pack words it."""
        field = self.slot.field
        return field.ask or f"What is the {field.label or field.name.replace('_', ' ')}?"

    def document(self) -> dict[str, Any]:
        return {
            "field": self.slot.path,
            "ask": self.text,
            "cost": self.slot.field.cost,
            "expected_claims": f"{float(self.expected):.6f}",
        }


def questions(judge: Judge, answers: Changes, numbers: list[int]) -> list[Question]:
    """The questions that these slots stand for, the best first, where ``answers`` are given already.

    Where time runs out, those that were weighed by then.
    """
    asked: list[Question] = []
    doubt = 0.0
    with suppress(Spent):
        before, doubt = len(judge.verdict(answers).possible), judge.doubt(answers)
        for number in numbers:
            asked.append(_weigh(judge, answers, number, before))

    def rank(question: Question) -> tuple[Fraction, float, int, int]:
        cost = question.slot.field.cost
        return question.expected, (question.doubt - doubt) / max(cost, 1), cost, question.number

    return sorted(asked, key=rank)


def unweighed(judge: Judge, number: int, possible: int) -> Question:
    """The question that a slot stands for where there is no time to weigh it: all of the claims stay ``possible``."""
    return Question(judge.situation.slots[number], number, Fraction(possible), 0.0)


def _weigh(judge: Judge, answers: Changes, number: int, before: int) -> Question:
    values = values_of(judge, number)
    step = max(1, -(-len(values) // MOST_TRIALS))
    tried = values[::step]
    claims, doubt = 0, 0.0
    for value in tried:
        judge.budget.check()
        after = {**answers, number: value}
        verdict = judge.circuitry.verdict(after) if judge.circuitry else judge.verdict(after)
        claims += before if verdict is None else len(verdict.possible)
        doubt += judge.doubt(after)
    slot = judge.situation.slots[number]
    return Question(slot, number, Fraction(claims, len(tried)), doubt / len(tried))
