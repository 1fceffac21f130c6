"""What would turn a claim: the smallest changes of given facts under which another claim is definite.

A change gives a given field another value; a field that is unknown stays so (what is unknown is the business of
``missing``), a key keeps its record, no record comes or goes, and a field marked ``fixed`` is left alone. Smallest
means: fewest fields; among those the least sum of cost times distance, where the distance of a level, number or date
is how many steps it moves, of a set how many elements come or go, and of anything else one. A flip turns the claim to
``to``, or where that is not said to any other value that the pack declares. A claim that is still open cannot be
flipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.ir.program import Value
from averment.ir.values import decode
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.questions.judge import Judge, TooMuch
from averment.questions.situation import Situation, Slot

MOST_ANSWERS = 10
MOST_DECISIONS = 400_000  # of the search on candidate values


@dataclass(frozen=True, slots=True)
class Change:
    """One field to change."""

    slot: Slot
    value: Value

    @property
    def cost(self) -> int:
        """Its declared cost times how far it moves."""
        return self.slot.field.cost * distance(self.slot, self.value)

    def document(self) -> dict[str, Any]:
        field = self.slot.field
        return {
            "field": self.slot.path,
            "from": decode(self.slot.value, field),
            "to": decode(self.value, field),
            "cost": self.cost,
        }


@dataclass(frozen=True, slots=True)
class Flip:
    """One smallest change, and the claim under it, as the reference backend decided it."""

    changes: tuple[Change, ...]
    claim: str

    @property
    def cost(self) -> int:
        return sum(change.cost for change in self.changes)

    def document(self) -> dict[str, Any]:
        return {"claim": self.claim, "cost": self.cost, "changes": [change.document() for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Flips:
    """The smallest flips, in the order of the vocabulary; none where no change of what may change flips the claim.

    ``proved_by`` says what shows that nothing smaller does: ``search`` (all candidate values) or ``solver`` (Z3).
    ``more``: there are further ones, just as small.
    """

    case: str
    claim: str
    to: str
    flips: tuple[Flip, ...]
    more: bool
    proved_by: str

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        return {
            "question": "flip",
            "case": self.case,
            "claim": self.claim,
            "to": self.to or None,
            "flips": [flip.document() for flip in self.flips],
            "more": self.more,
            "proved_by": self.proved_by,
        }


Finder = Callable[[Judge, list[int], frozenset[str], int], "tuple[list[dict[int, Value]], bool] | None"]
"""Finds up to so many smallest changes of these slots to one of these claims, and whether there are more."""


def flip(
    outcome: Outcome, to: str | None = None, most: int = MOST_ANSWERS, by: str = "", judge: Judge | None = None
) -> Flips:
    """The smallest changes that flip the claim of ``outcome``. ``by``: ``solver`` or ``search``; else whichever can.

    ``judge``: one of the case that was kept (``told``).

    Raises: Refused (AV580 an open claim, AV581 no such claim, AV582 beyond both ways).
    """
    from averment.questions.quick import judge_of

    program = outcome.evaluation.program
    targets = _targets(outcome, to)
    judge = judge or judge_of(Situation(program, outcome.case))
    free = [number for number in judge.given() if not judge.situation.slots[number].field.fixed]
    found, proved_by = _find(judge, free, targets, most, by)
    flips: list[Flip] = []
    for changes in found[0]:
        claim = judge.replayed(changes).claim
        assert claim in targets, "a flip that does not flip"
        slots = judge.situation.slots
        flips.append(Flip(tuple(Change(slots[number], value) for number, value in sorted(changes.items())), claim))
    return Flips(outcome.case.name, outcome.claim, to or "", tuple(flips), found[1], proved_by)


def _targets(outcome: Outcome, to: str | None) -> frozenset[str]:
    claim = outcome.evaluation.program.claim
    words = (*claim.values, "gap", "conflict")
    if outcome.status is Status.OPEN:
        help = "ask what is missing: it names the facts that would settle it"
        raise Refused([Diagnostic("AV580", f"the claim of case `{outcome.case.name}` is still open", help=(help,))])
    if to is not None and to not in words:
        help = f"a claim can turn to {', '.join(f'`{word}`' for word in words)}"
        raise Refused([Diagnostic("AV581", f"`{to}` is not a claim of this pack", help=(help,))])
    if to is not None and to == outcome.claim:
        raise Refused([Diagnostic("AV581", f"the claim of case `{outcome.case.name}` is `{to}` already")])
    return frozenset((to,)) if to else frozenset(claim.values) - {outcome.claim}


def _find(
    judge: Judge, free: list[int], targets: frozenset[str], most: int, by: str
) -> tuple[tuple[list[dict[int, Value]], bool], str]:
    reasons: list[str] = []
    for name, finder in _finders(by):
        try:
            found = finder(judge, free, targets, most)
        except TooMuch:
            reasons.append(f"{name}: more than {MOST_DECISIONS} combinations to try")
            continue
        if not isinstance(found, str):
            return found, name
        reasons.append(f"{name}: {found}")
    raise Refused([Diagnostic("AV582", "the smallest change cannot be found", help=tuple(reasons))])


def _finders(by: str) -> list[tuple[str, Any]]:
    from averment.questions.flip_search import search
    from averment.questions.flip_solver import solve

    both = [("solver", solve), ("search", search)]
    return [entry for entry in both if by in ("", entry[0])]


def distance(slot: Slot, value: Value) -> int:
    """How far a value is from the one given, in steps or elements."""
    held = slot.value
    if isinstance(held, frozenset) and isinstance(value, frozenset):
        return len(held ^ value)
    if slot.field.kind.ordered and isinstance(held, int) and isinstance(value, int):
        return abs(value - held)
    return int(held != value)
