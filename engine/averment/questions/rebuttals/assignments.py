"""The smallest assignments of some fields that turn a claim, found size by size, thousands at once.

Of values that nothing tells apart one stands for all. An assignment that holds a smaller one that turns the claim is
none. How far the search goes is bounded by how many assignments it tries, not by time, so that the same case always has
the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from averment.backends.symbolic.planes import Plane, states_of
from averment.core.program import Value
from averment.dataclass import dataclass
from averment.law.truth import Quantity
from averment.questions.flip.answers import Way, gathered
from averment.questions.judging.alternatives import kinds
from averment.questions.judging.budget import Budget, Spent
from averment.questions.judging.choices import Batch, Choices, Taken
from averment.questions.judging.judge import NO_OUTCOME, Judge, Verdict
from averment.questions.judging.quickest import Circuitry, judge_of
from averment.questions.judging.situation import Situation
from averment.questions.judging.together import parted

MOST_STATES = 1 << 15  # assignments tried in all
MOST_ALONE = 1 << 9  # of a case that has no circuit
MOST_STEPS = 200_000  # to write out a circuit
AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True)
class Turns:
    """``ways`` to turn the claim, smallest first, each with the claim it turns to; values of a slot that do alike stand
    together. ``up_to``: those of up to so many fields are all there; ``None`` where these are all there are.
    """

    ways: tuple[tuple[Way, str], ...]
    up_to: int | None


def bounded_judge(situation: Situation, steps: int = MOST_STEPS) -> Judge:
    """A judge of a situation. Raises: Spent where it is too large to look at many assignments of it."""
    budget = Budget(steps, count().__next__)
    judge = judge_of(situation, budget)
    if judge.circuitry is None and not budget.left:
        raise Spent
    return judge


def turns(judge: Judge, numbers: Sequence[int], claim: str, most: int = MOST_STATES, first: bool = False) -> Turns:
    """What assignments of these slots turn ``claim``. ``first``: only those of the least size that does."""
    return _Search(judge, numbers, claim).run(most, first)


class _Search:
    def __init__(self, judge: Judge, numbers: Sequence[int], claim: str) -> None:
        self._judge, self._claim = judge, claim
        forms = {number: _forms(judge, number) for number in numbers}
        self._slots = [number for number, each in forms.items() if each]
        self._forms = [forms[number] for number in self._slots]
        self._found: list[tuple[Taken, str]] = []

    def run(self, most: int, first: bool) -> Turns:
        choices = Choices([len(each) for each in self._forms])
        most = most if isinstance(self._judge.circuitry, Circuitry) else min(most, MOST_ALONE)
        told: list[tuple[Way, str]] = []
        for size in range(1, len(self._slots) + 1):
            most -= choices.count(0, size)
            if most < 0:
                return Turns(tuple(told), size - 1)
            found = [each for batch in choices.batches(size, AT_ONCE) for each in self._turning(batch)]
            self._found += found
            told += self._gathered(found)
            if first and found:
                return Turns(tuple(told), size)
        return Turns(tuple(told), None)

    def _gathered(self, found: list[tuple[Taken, str]]) -> list[tuple[Way, str]]:
        """What was found of one size, with the values of a slot together that turn the claim alike."""
        told: list[tuple[Way, str]] = []
        for claim in dict.fromkeys(claim for _, claim in found):
            ways = [(self._way(taken), claim) for taken, word in found if word == claim]
            told += [(way, claim) for way in gathered(ways, self._judge.fresh)]
        return sorted(told, key=lambda entry: sorted(entry[0]))

    def _turning(self, batch: Batch) -> Iterator[tuple[Taken, str]]:
        left = (1 << batch.size) - 1
        for taken, _ in self._found:
            held = left
            for each in taken:
                held &= batch.planes.get(each, 0)
            left &= ~held
        for verdict, plane in self._parted(batch).items():
            if verdict is not None and not self._turns(verdict):
                continue  # most do not, so no way is written out to be thrown away
            for state in states_of(plane & left):
                taken = batch.way(state)
                found = self._judge.verdict(dict(self._values(taken))) if verdict is None else verdict
                if self._turns(found) and self._judge.fresh.in_order([*self._values(taken)]):
                    yield taken, found.claim

    def _turns(self, verdict: Verdict) -> bool:
        return verdict.definite and verdict.claim not in (self._claim, NO_OUTCOME)

    def _parted(self, batch: Batch) -> dict[Verdict | None, Plane]:
        fields: dict[int, dict[Quantity, Plane]] = {}
        for (place, form), plane in batch.planes.items():
            fields.setdefault(self._slots[place], {})[self._forms[place][form][0]] = plane
        return parted(self._judge, batch.size, fields)

    def _values(self, taken: Taken) -> Iterator[tuple[int, Value]]:
        return ((self._slots[place], self._forms[place][form][0]) for place, form in taken)

    def _way(self, taken: Taken) -> Way:
        return {self._slots[place]: self._forms[place][form] for place, form in taken}


def _forms(judge: Judge, number: int) -> list[tuple[Value, ...]]:
    """What a field may be instead: values that do alike together, without those that do as the one it holds."""
    held = judge.situation.slots[number].value
    if judge.candidates[number] is None:
        return []
    return [tuple(judge.fresh.once(number, values)) for values in kinds(judge, number) if held not in values]
