"""The rebuttals of a presumed claim (``outcome.presumption``): the smallest assignments of unknown fields that turn it.

Only unknown fields that the open claim hangs on can bear on it.
"""

from __future__ import annotations

from averment.core.program import Value
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Denial, Rebuttal, Rebuttals
from averment.questions.flip.answers import Way
from averment.questions.judging.budget import Spent
from averment.questions.judging.judge import Judge
from averment.questions.judging.situation import Situation
from averment.questions.rebuttals.assignments import bounded_judge, turns


def rebuttals(outcome: Outcome, presumed: Outcome) -> Rebuttals:
    """The rebuttals of ``presumed``, which is the outcome of the case of ``outcome`` with presumptions filled in."""
    try:
        judge = bounded_judge(Situation(presumed.evaluation.program, presumed.case))
    except Spent:
        return Rebuttals((), 0)
    numbers = judge.situation.numbers
    unknown = sorted(numbers[path] for path in outcome.hangs_on if path in numbers)
    found = turns(judge, unknown, presumed.claimed)
    up_to = found.up_to
    if up_to is None and (judge.beyond(unknown) or len(unknown) < len(outcome.hangs_on)):
        up_to = 0  # a number with too many values to try, or records that may be there, may turn the claim at once
    told = [_rebuttal(judge, way, claim) for way, claim in found.ways]
    named = {denial.path for rebuttal in told for denial in rebuttal.denials}
    idle = () if up_to is not None else tuple(path for path in outcome.hangs_on if path not in named)
    return Rebuttals(tuple(told), up_to, idle)


def _rebuttal(judge: Judge, way: Way, claim: str) -> Rebuttal:
    first = {number: values[0] for number, values in way.items()}
    assert judge.replayed(first).claim == claim, "a rebuttal that does not turn the claim"
    return Rebuttal(tuple(denial(judge, number, values) for number, values in sorted(way.items())), claim)


def denial(judge: Judge, number: int, values: tuple[Value, ...]) -> Denial:
    """A slot that has one of these values instead of the one it holds."""
    slot = judge.situation.slots[number]
    new = tuple(value for value in values if judge.fresh.rank(number, value))
    return Denial(slot.path, slot.field, values, new, _runs(judge, number, values) if slot.field.kind.ordered else ())


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
