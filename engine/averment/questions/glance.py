"""What turns a settled claim, and what an open one is missing, as far as a glance shows.

The same as ``flip`` and ``missing`` find, where it is found at once; bounded by what is tried and not by time, so that
the same case has the same first screen on every machine.
"""

from __future__ import annotations

from itertools import count

from averment.core.program import Value
from averment.dataclass import dataclass
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Denial
from averment.questions.flip.answers import Way
from averment.questions.judging.alternatives import distance
from averment.questions.judging.budget import Spent
from averment.questions.judging.judge import Judge
from averment.questions.judging.situation import Situation
from averment.questions.missing.missing import Missing, missing
from averment.questions.rebuttals.assignments import bounded_judge, turns
from averment.questions.rebuttals.rebuttals import denial

MOST_RECORDS = 4_000  # of a case that is looked at: to write out a circuit of more takes seconds
MOST_STATES = 1 << 13
MOST_STEPS = 40_000  # to write out a circuit: less than a second
MOST_LOOKS = 10_000  # at the clock, of what an open claim is missing: about half a second


@dataclass(frozen=True, slots=True)
class Turning:
    """One smallest change: what is given otherwise, from what, and the claim under it. ``others``: as small ones."""

    denials: tuple[Denial, ...]
    given: tuple[Value, ...]
    claim: str
    others: int


def turning(outcome: Outcome) -> Turning | None:
    """The smallest change that turns a settled claim; none where a glance does not show it."""
    if outcome.claim is None or outcome.status is not Status.SETTLED or len(outcome.case.facts) > MOST_RECORDS:
        return None
    try:
        judge = bounded_judge(Situation(outcome.evaluation.program, outcome.case), MOST_STEPS)
    except Spent:
        return None
    free = [number for number in judge.given() if not judge.situation.slots[number].field.fixed]
    if judge.beyond(free):
        return None
    found = turns(judge, free, outcome.claimed, MOST_STATES, first=True)
    claims = outcome.evaluation.program.claim.values
    ways = [(_nearest(judge, way), claim) for way, claim in found.ways if claim in claims]
    if not ways:
        return None
    least = min(_cost(judge, way) for way, _ in ways)
    cheapest = [(way, claim) for way, claim in ways if _cost(judge, way) == least]
    way, claim = cheapest[0]
    slots = [judge.situation.slots[number] for number in sorted(way)]
    return Turning(
        tuple(denial(judge, number, values) for number, values in sorted(way.items())),
        tuple(slot.value for slot in slots if slot.value is not None),
        claim,
        len(cheapest) - 1,
    )


def lacking(outcome: Outcome) -> Missing | None:
    """What an open claim is missing, by a clock that tells how often it was looked at; none of any other claim."""
    if outcome.status is not Status.OPEN or len(outcome.case.facts) > MOST_RECORDS:
        return None
    return missing(outcome, seconds=MOST_LOOKS, clock=count().__next__)


def _nearest(judge: Judge, way: Way) -> Way:
    """The way with only those values of each slot that are nearest to what it holds."""
    found: Way = {}
    for number, values in way.items():
        slot = judge.situation.slots[number]
        least = min(distance(slot, value) for value in values)
        found[number] = tuple(value for value in values if distance(slot, value) == least)
    return found


def _cost(judge: Judge, way: Way) -> int:
    slots = judge.situation.slots
    return sum(slots[number].field.cost * distance(slots[number], values[0]) for number, values in way.items())
