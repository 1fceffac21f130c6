"""Reading the claim (``law.claims``) off an evaluation."""

from __future__ import annotations

from enum import StrEnum

from averment.core.program import Fact
from averment.core.values import decode
from averment.dataclass import dataclass
from averment.law.claims import CONFLICT, GAP, OPEN, standing
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
    """``claim`` is a declared value when settled, else the word of its status; none where the pack has no claim.

    ``possible`` are the claims that three-valued logic does not rule out, declared values first, in their order;
    ``roots`` the facts that a warrant starts from: the claim's, and those that say how strong it is.
    """

    claim: str | None
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
    undecided = [fact for fact, values in possible.items() if values - certain]
    found = standing(claim.values, certain, certain.union(*possible.values()))
    status = Status(found.claim) if found.claim in (OPEN, GAP, CONFLICT) else Status.SETTLED
    roots = (*true, *undecided) if status is Status.OPEN else tuple(true)
    strength = _strength(evaluation) if status is Status.SETTLED else None
    if strength is not None:
        roots += tuple(memory.of(claim.strength_type))
    return Reading(found.claim, status, found.possible, strength, roots)


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
