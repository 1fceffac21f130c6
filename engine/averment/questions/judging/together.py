"""Many changes of a case judged together: a thousand cost little more than one.

Where the case can be made into a circuit, all are evaluated in one pass over it (``States``), and only those of which
it is not sure by themselves. The answers are those of ``Judge.verdict``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from averment.backends.symbolic.many import ClaimFact, States
from averment.backends.symbolic.planes import Parts, Plane, states_of
from averment.core.program import Claim
from averment.law.tick import Tick, on_and_on
from averment.law.truth import Quantity
from averment.questions.judging.judge import Judge, Verdict
from averment.questions.judging.quickest import Circuitry, read_claims
from averment.questions.judging.situation import Changes

MOST_STATES = 65_536  # at once
MOST_BITS = 1 << 28  # of the planes that tell which states hold what


def verdicts(judge: Judge, many: Sequence[Changes]) -> list[Verdict]:
    """The verdict under each of these changes.

    Raises: Spent as ``Judge.verdict`` does.
    """
    found: list[Verdict | None] = [None] * len(many)
    for start, stop in _portions(many):
        some = many[start:stop]
        told = parts_of([changes.items() for changes in some], judge.budget.check)
        for verdict, plane in parted(judge, len(some), told).items():
            for state in states_of(plane):
                found[start + state] = verdict
    return [
        judge.verdict(changes) if verdict is None else verdict for changes, verdict in zip(many, found, strict=True)
    ]


def _portions(many: Sequence[Changes]) -> Iterator[tuple[int, int]]:
    """Where changes that are judged at once begin and end."""
    start = entries = 0
    for place, changes in enumerate(many):
        states = place - start
        if states and (states == MOST_STATES or (entries + len(changes)) * (states + 1) > MOST_BITS):
            yield start, place
            start, entries = place, 0
        entries += len(changes)
    if start < len(many):
        yield start, len(many)


def doubts(judge: Judge, many: Sequence[Changes]) -> list[float]:
    """How much is undecided under each of these changes, as ``Judge.doubt`` has it."""
    if not isinstance(judge.circuitry, Circuitry):
        return [judge.doubt(changes) for changes in many]
    return _states(judge, judge.circuitry, len(many), parts_of([changes.items() for changes in many])).doubts()


def parted(judge: Judge, many: int, fields: Mapping[int, Parts]) -> dict[Verdict | None, Plane]:
    """So many states parted by their verdict; under ``None`` those that have to be decided by themselves.

    ``fields`` tell by slot in which states it holds what; in others it holds what the case gives.

    Raises: Spent.
    """
    if not isinstance(judge.circuitry, Circuitry):
        return {None: (1 << many) - 1}
    states = _states(judge, judge.circuitry, many, fields)
    sure = states.every & ~states.unsure
    found: dict[Verdict | None, Plane] = {None: states.unsure} if states.unsure else {}
    for verdict, plane in read(judge.circuitry.claim, states.claims(), sure).items():
        found[verdict] = plane
    return found


def _states(judge: Judge, circuitry: Circuitry, many: int, fields: Mapping[int, Parts]) -> States:
    leaves = {circuitry.places[slot]: parts for slot, parts in fields.items() if slot in circuitry.places}
    return States(circuitry.circuit, many, leaves, tick=judge.budget.check)


def parts_of(
    rows: Sequence[Iterable[tuple[int, Quantity]]], tick: Tick = on_and_on
) -> dict[int, dict[Quantity, Plane]]:
    """By slot and value the states that have it, of rows of slots with values."""
    found: dict[int, dict[Quantity, bytearray]] = {}
    size = len(rows)
    for state, row in enumerate(rows):
        tick()
        for slot, value in row:
            planes = found.setdefault(slot, {})
            plane = planes.get(value)
            if plane is None:
                plane = planes[value] = bytearray(b"0" * size)
            plane[size - 1 - state] = 49  # the digit 1
    return {slot: {value: int(plane, 2) for value, plane in planes.items()} for slot, planes in found.items()}


def read(claim: Claim, facts: list[ClaimFact], states: Plane) -> dict[Verdict, Plane]:
    """The claims read off in each of these states, as ``quick.read_claims`` reads them off in one.

    Of each value only the truest fact counts. The states in which all values stand alike are read once.
    """
    planes: dict[Quantity, tuple[Plane, Plane]] = {}
    for parts, (true, possible) in facts:
        for held, here in parts.items():
            certain, reached = planes.get(held, (0, 0))
            planes[held] = certain | true & here, reached | possible & here
    alike: list[tuple[list[tuple[Quantity, int]], Plane]] = [([], states)] if states else []
    for held, (true, possible) in planes.items():
        further: list[tuple[list[tuple[Quantity, int]], Plane]] = []
        for standing, plane in alike:
            if some := plane & true:
                further.append(([*standing, (held, 2)], some))
            if some := plane & possible & ~true:
                further.append(([*standing, (held, 1)], some))
            if some := plane & ~possible:
                further.append((standing, some))
        alike = further
    found: dict[Verdict, Plane] = {}
    for standing, plane in alike:
        verdict = read_claims(claim, standing)
        found[verdict] = found.get(verdict, 0) | plane
    return found
