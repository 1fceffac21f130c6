"""Many changes of a case judged together: a thousand cost little more than one.

Where the case can be made into a circuit, all are evaluated in one pass over it (``States``), and only those of which
it is not sure by themselves. The answers are those of ``Judge.verdict``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from averment.backends.symbolic.many import ClaimFact, States
from averment.backends.symbolic.planes import Parts, Plane, states_of
from averment.ir.program import Claim
from averment.law.building import Tick, on_and_on
from averment.law.truth import Quantity
from averment.questions.judge import Judge, Verdict
from averment.questions.quick import Circuitry, read_claims
from averment.questions.situation import Changes

MOST_STATES = 65_536  # at once


def verdicts(judge: Judge, many: Sequence[Changes]) -> list[Verdict]:
    """The verdict under each of these changes.

    Raises: TooMuch as ``Judge.verdict`` does, of those that have to be decided by themselves.
    """
    found: list[Verdict | None] = [None] * len(many)
    for start in range(0, len(many), MOST_STATES):
        some = many[start : start + MOST_STATES]
        for verdict, plane in parted(judge, len(some), parts_of([changes.items() for changes in some])).items():
            for state in states_of(plane):
                found[start + state] = verdict
    return [
        judge.verdict(changes) if verdict is None else verdict for changes, verdict in zip(many, found, strict=True)
    ]


def doubts(judge: Judge, many: Sequence[Changes]) -> list[float]:
    """How much is undecided under each of these changes, as ``Judge.doubt`` has it."""
    if not isinstance(judge.circuitry, Circuitry):
        return [judge.doubt(changes) for changes in many]
    return _states(judge.circuitry, len(many), parts_of([changes.items() for changes in many])).doubts()


def parted(judge: Judge, many: int, fields: Mapping[int, Parts], tick: Tick = on_and_on) -> dict[Verdict | None, Plane]:
    """So many states parted by their verdict; under ``None`` those that have to be decided by themselves.

    ``fields`` tell by slot in which states it holds what; in others it holds what the case gives. ``tick`` is called
    again and again: what it raises ends the work.
    """
    if not isinstance(judge.circuitry, Circuitry):
        return {None: (1 << many) - 1}
    states = _states(judge.circuitry, many, fields, tick)
    sure = states.every & ~states.unsure
    found: dict[Verdict | None, Plane] = {None: states.unsure} if states.unsure else {}
    for verdict, plane in read(judge.circuitry.claim, states.claims(), sure).items():
        found[verdict] = plane
    return found


def _states(circuitry: Circuitry, many: int, fields: Mapping[int, Parts], tick: Tick = on_and_on) -> States:
    leaves = {circuitry.places[slot]: parts for slot, parts in fields.items() if slot in circuitry.places}
    return States(circuitry.circuit, many, leaves, tick=tick)


def parts_of(rows: Sequence[Iterable[tuple[int, Quantity]]]) -> dict[int, dict[Quantity, Plane]]:
    """By slot and value the states that have it, of rows of slots with values."""
    found: dict[int, dict[Quantity, bytearray]] = {}
    size = len(rows)
    for state, row in enumerate(rows):
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
