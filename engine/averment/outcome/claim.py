"""Reading the claim off an evaluation.

Let T be the distinct values of the claim facts that are true, and P those of the claim facts that are only possible.
Two values in T certainly disagree: a *conflict*. Else, if P adds no value to T, the claim is definite: *settled* on the
one value of T, or a *gap* where T is empty. Else it is *open*.
"""

from __future__ import annotations

from enum import StrEnum

from averment.core.program import Fact
from averment.core.values import decode
from averment.dataclass import dataclass
from averment.law.evaluation import Evaluation


class Status(StrEnum):
    """How a claim stands. ``presumed`` is an open claim that becomes definite with presumptions filled in."""

    SETTLED = "settled"
    PRESUMED = "presumed"
    OPEN = "open"
    GAP = "gap"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Reading:
    """``claim`` is a declared value when settled, else the word of its status.

    ``possible`` are the claims that three-valued logic does not rule out, declared values first, in their order;
    ``roots`` the facts that a warrant starts from: the claim's, and those that say how strong it is.
    """

    claim: str
    status: Status
    possible: tuple[str, ...]
    strength: str | int | bool | None
    roots: tuple[Fact, ...]


def read_claim(evaluation: Evaluation) -> Reading:
    """The claim of a case."""
    claim, memory = evaluation.program.claim, evaluation.memory
    true = {fact: str(fact.values[claim.field]) for fact in memory.true(claim.type)}
    possible: dict[Fact, set[str]] = {}
    for fact in memory.of(claim.type):
        if fact not in true:
            value = fact.values[claim.field]
            possible[fact] = set(claim.values) if value is None else {str(value)}
    certain = set(true.values())
    undecided = {fact: values - certain for fact, values in possible.items() if values - certain}
    if len(certain) > 1:
        status, word = Status.CONFLICT, "conflict"
    elif undecided:
        status, word = Status.OPEN, "open"
    elif certain:
        status, word = Status.SETTLED, *certain
    else:
        status, word = Status.GAP, "gap"
    roots = (*true, *undecided) if status is Status.OPEN else tuple(true)
    strength = _strength(evaluation) if status is Status.SETTLED else None
    if strength is not None:
        roots += tuple(memory.of(claim.strength_type))
    reach = certain.union(*undecided.values()) if status is Status.OPEN else certain
    return Reading(
        claim=word,
        status=status,
        possible=_possible(claim.values, certain, reach, status),
        strength=strength,
        roots=roots,
    )


def _possible(values: tuple[str, ...], certain: set[str], reach: set[str], status: Status) -> tuple[str, ...]:
    if status is not Status.OPEN:
        return (*certain,) if status is Status.SETTLED else (status.value,)
    words = tuple(value for value in values if value in reach and len(certain | {value}) == 1)
    return words + (() if certain else ("gap",)) + (("conflict",) if len(reach) > 1 else ())


def _strength(evaluation: Evaluation) -> str | int | bool | None:
    """The one value of the strength, as documents show it; nothing while it is missing, doubtful or double."""
    claim, memory = evaluation.program.claim, evaluation.memory
    if not claim.strength_type:
        return None
    values = {fact.values[claim.strength_field] for fact in memory.of(claim.strength_type)}
    if len(values) != 1 or not any(True for _ in memory.true(claim.strength_type)):
        return None
    value = values.pop()
    field = memory.types[claim.strength_type].fields[claim.strength_field]
    shown = None if value is None else decode(value, field)
    assert not isinstance(shown, list)
    return shown
