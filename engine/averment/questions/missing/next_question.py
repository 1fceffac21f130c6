"""Which unknown fact to ask for next.

First come the questions that may settle the claim by themselves, those first of whose answers the greatest part does;
among equals those that leave the fewest claims possible, expected over their answers; then those that take most doubt
away for their declared cost: how wide the intervals are that counts and sums lie in, and how many facts are undecided;
then the cheapest; then the first declared. Questions that there was no time to weigh come last.

The answers are those that the rules tell apart, and each counts alike; of many a part is tried. Where a circuit is not
sure of an answer, as many claims count as possible as before it: to decide that case by itself would keep the reader
waiting, and the order of questions decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from averment.core.naming import question
from averment.dataclass import dataclass
from averment.questions.judging.alternatives import representatives
from averment.questions.judging.budget import Spent
from averment.questions.judging.judge import Judge
from averment.questions.judging.situation import Changes, Slot
from averment.questions.missing.completing import values_of

MOST_TRIALS = 8  # answers tried of one question


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its slot, and what its answers do.

    ``settling`` of the ``tried`` answers settle the claim; ``answers`` is how many there are, 0 where they are too many
    to count. On average ``expected`` claims of those ``possible`` are left, and ``relief`` is the part of the doubt
    that goes. Nothing was tried where there was no time for it.
    """

    slot: Slot
    number: int
    expected: Fraction
    possible: int
    settling: int = 0
    tried: int = 0
    answers: int = 0
    relief: float = 0.0

    @property
    def text(self) -> str:
        """The question as the pack words it."""
        return question(self.slot.field)

    @property
    def rank(self) -> tuple[bool, Fraction, Fraction, float, int, int]:
        """What questions are ordered by, the best first."""
        cost = self.slot.field.cost
        settling = Fraction(self.settling, self.tried or 1)
        return not self.tried, -settling, self.expected, -self.relief / max(cost, 1), cost, self.number

    def document(self) -> dict[str, Any]:
        return {
            "field": self.slot.path,
            "ask": self.text,
            "cost": self.slot.field.cost,
            "answers": self.answers or None,
            "tried": self.tried,
            "settling": self.settling,
            "expected_claims": f"{float(self.expected):.6f}" if self.tried else None,
            "relief": f"{self.relief:.6f}" if self.tried else None,
        }


def questions(
    judge: Judge, answers: Changes, numbers: Sequence[int], words: Sequence[str] | None = None
) -> list[Question]:
    """The questions that these slots stand for, the best first, where ``answers`` are given already.

    ``words``: the claims that count, where it is known which can still come about. Where time runs out, those that were
    weighed by then.
    """
    asked: list[Question] = []
    with suppress(Spent):
        possible = judge.verdict(answers).possible
        counted = frozenset(possible if words is None else words)
        doubt = judge.doubt(answers)
        for number in numbers:
            asked.append(_weigh(judge, answers, number, counted, doubt))
    return sorted(asked, key=lambda question: question.rank)


def unweighed(judge: Judge, number: int, possible: int) -> Question:
    """The question that a slot stands for where there is no time to weigh it: all of the claims stay ``possible``."""
    return Question(judge.situation.slots[number], number, Fraction(possible), possible)


def _weigh(judge: Judge, answers: Changes, number: int, counted: frozenset[str], doubt: float) -> Question:
    values = representatives(judge, number) or values_of(judge, number)
    step = max(1, -(-len(values) // MOST_TRIALS))
    tried = values[::step]
    claims = settling = 0
    left = 0.0
    for value in tried:
        judge.budget.check()
        after = {**answers, number: value}
        verdict = judge.circuitry.verdict(after) if judge.circuitry else judge.verdict(after)
        claims += len(counted) if verdict is None else len(counted.intersection(verdict.possible))
        settling += verdict is not None and verdict.settled
        left += judge.doubt(after)
    return Question(
        judge.situation.slots[number],
        number,
        Fraction(claims, len(tried)),
        len(counted),
        settling,
        len(tried),
        len(values) if judge.candidates[number] is not None else 0,
        max(0.0, 1 - left / len(tried) / doubt) if doubt else 0.0,
    )
