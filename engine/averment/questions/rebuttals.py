"""The rebuttals of a presumed claim: the smallest assignments of unknown fields that turn it (``outcome.presumption``).

They are searched for size by size, thousands of assignments at once, of values that nothing tells apart one; whatever
holds a rebuttal already found is none. How far the search goes is bounded by the number of assignments, not by time,
so that the same case always has the same rebuttals. Only unknown fields that the open claim hangs on can bear on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.backends.symbolic.planes import Plane, states_of
from averment.ir.program import Value
from averment.law.truth import Quantity
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Denial, Rebuttal, Rebuttals
from averment.questions.alternatives import kinds
from averment.questions.answers import Way, gathered
from averment.questions.choices import Batch, Choices, Taken
from averment.questions.judge import NO_OUTCOME, Judge, Verdict
from averment.questions.quick import Circuitry, judge_of
from averment.questions.situation import Situation
from averment.questions.together import parted

MOST_STATES = 1 << 15  # assignments tried in all
MOST_ALONE = 1 << 9  # of a case that has no circuit
AT_ONCE = 1 << 14


def rebuttals(outcome: Outcome, presumed: Outcome) -> Rebuttals:
    """The rebuttals of ``presumed``, which is the outcome of the case of ``outcome`` with presumptions filled in."""
    judge = judge_of(Situation(presumed.evaluation.program, presumed.case))
    numbers = judge.situation.numbers
    unknown = [numbers[path] for path in outcome.hangs_on if path in numbers]
    wide = judge.beyond(unknown)
    search = _Search(judge, sorted(number for number in unknown if judge.candidates[number] is not None))
    ways, up_to = search.run(presumed.claim)
    if up_to is None and (wide or len(unknown) < len(outcome.hangs_on)):
        up_to = 0  # a number with too many values to try, or records that may be there, may turn the claim at once
    found = [_rebuttal(judge, way, claim) for way, claim in ways]
    named = {denial.path for rebuttal in found for denial in rebuttal.denials}
    idle = () if up_to is not None else tuple(path for path in outcome.hangs_on if path not in named)
    return Rebuttals(tuple(found), up_to, idle)


class _Search:
    def __init__(self, judge: Judge, unknown: list[int]) -> None:
        self._judge = judge
        forms = {number: _forms(judge, number) for number in unknown}
        self._slots = [number for number, each in forms.items() if each]
        self._forms = [forms[number] for number in self._slots]
        self._found: list[tuple[Taken, str]] = []

    def run(self, claim: str) -> tuple[list[tuple[Way, str]], int | None]:
        """The ways that turn the claim, each with what it turns to; the size up to which they are all, if not all."""
        choices = Choices([len(each) for each in self._forms])
        most = MOST_STATES if isinstance(self._judge.circuitry, Circuitry) else MOST_ALONE
        up_to = None
        for size in range(1, len(self._slots) + 1):
            most -= choices.count(0, size)
            if most < 0:
                up_to = size - 1
                break
            for batch in choices.batches(size, AT_ONCE):
                self._found += [*self._turning(batch, claim)]
        ways = [(self._way(taken), word) for taken, word in self._found]
        told: list[tuple[Way, str]] = []
        for size in range(1, len(self._slots) + 1):
            some = [(way, word) for way, word in ways if len(way) == size]
            for word in dict.fromkeys(word for _, word in some):
                alike = [(way, other) for way, other in some if other == word]
                told += [(way, word) for way in gathered(alike, self._judge.fresh)]
        told.sort(key=lambda entry: (len(entry[0]), sorted(entry[0])))
        return told, up_to

    def _turning(self, batch: Batch, claim: str) -> Iterator[tuple[Taken, str]]:
        left = (1 << batch.size) - 1
        for taken, _ in self._found:
            held = left
            for each in taken:
                held &= batch.planes.get(each, 0)
            left &= ~held
        for verdict, plane in self._parted(batch).items():
            for state in states_of(plane & left):
                taken = batch.way(state)
                found = self._judge.verdict(dict(self._values(taken))) if verdict is None else verdict
                turned = found.definite and found.claim not in (claim, NO_OUTCOME)
                if turned and self._judge.fresh.in_order([*self._values(taken)]):
                    yield taken, found.claim

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
    """What an unknown field may be after all: values that do alike together, without those that do as presumed."""
    held = judge.situation.slots[number].value
    return [tuple(judge.fresh.once(number, values)) for values in kinds(judge, number) if held not in values]


def _runs(judge: Judge, number: int, values: tuple[Value, ...]) -> tuple[tuple[int | None, int | None], ...]:
    """The runs of candidate values that these make; beyond the last candidate either way everything does alike."""
    every = [value for value in judge.candidates[number] or () if isinstance(value, int)]
    runs: list[tuple[int | None, int | None]] = []
    start: int | None = None
    for place, value in enumerate(every):
        if value not in values:
            continue
        if place == 0 or every[place - 1] not in values:
            start = None if place == 0 else value
        if place + 1 == len(every) or every[place + 1] not in values:
            runs.append((start, None if place + 1 == len(every) else value))
    return tuple(runs)


def _rebuttal(judge: Judge, way: Way, claim: str) -> Rebuttal:
    first = {number: values[0] for number, values in way.items()}
    assert judge.replayed(first).claim == claim, "a rebuttal that does not turn the claim"
    denials: list[Denial] = []
    for number, values in sorted(way.items()):
        slot = judge.situation.slots[number]
        new = tuple(value for value in values if judge.fresh.rank(number, value))
        runs = _runs(judge, number, values) if slot.field.kind.ordered else ()
        denials.append(Denial(slot.path, slot.field, values, new, runs))
    return Rebuttal(tuple(denials), claim)
