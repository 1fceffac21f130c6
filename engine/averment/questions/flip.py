"""What would turn a claim: the smallest changes of given facts under which another claim is definite.

A change gives a given field another value; a field that is unknown stays so (what is unknown is the business of
``missing``), a key keeps its record, no record comes or goes, and a field marked ``fixed`` is left alone. Smallest
means: fewest fields; among those the least sum of cost times distance, where the distance of a level, number or date
is how many steps it moves, of a set how many elements come or go, and of anything else one. A flip turns the claim to
``to``, or where that is not said to any other value that the pack declares. A claim that is still open cannot be
flipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.ir.program import Value
from averment.ir.values import decode
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.questions.alternatives import distance
from averment.questions.budget import SECONDS, Budget, GaveUp
from averment.questions.judge import Judge
from averment.questions.quick import judge_of
from averment.questions.situation import Situation, Slot

MOST_ANSWERS = 10
SHARE = 0.6  # of the time for the search, where the solver may follow

Finder = Callable[[Judge, list[int], frozenset[str], int, int, Budget], Iterable[dict[int, Value]]]
"""Finds the smallest changes of these slots to one of these claims, in the order of the slots; at least so many, if
there are. Then how many changed fields are known not to do, and the budget. Raises: GaveUp."""


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


def flip(
    outcome: Outcome,
    to: str | None = None,
    most: int = MOST_ANSWERS,
    by: str = "",
    judge: Judge | None = None,
    seconds: float = SECONDS,
) -> Flips:
    """The smallest changes that flip the claim of ``outcome``. ``by``: ``solver`` or ``search``; else whichever can.

    ``judge``: one of the case that was kept (``told``). It ends after ``seconds`` (and a little).

    Raises: Refused (AV580 an open claim, AV581 no such claim, AV582 not found in time, or beyond both ways).
    """
    budget = Budget(seconds)
    program = outcome.evaluation.program
    targets = _targets(outcome, to)
    judge = judge or judge_of(Situation(program, outcome.case))
    free = [number for number in judge.given() if not judge.situation.slots[number].field.fixed]
    found, proved_by = _find(judge, free, targets, most, by, budget)
    flips: list[Flip] = []
    for changes in found[:most]:
        claim = judge.replayed(changes).claim
        assert claim in targets, "a flip that does not flip"
        slots = judge.situation.slots
        flips.append(Flip(tuple(Change(slots[number], value) for number, value in sorted(changes.items())), claim))
    return Flips(outcome.case.name, outcome.claim, to or "", tuple(flips), len(found) > most, proved_by)


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
    judge: Judge, free: list[int], targets: frozenset[str], most: int, by: str, budget: Budget
) -> tuple[list[dict[int, Value]], str]:
    """Up to ``most`` smallest changes and one more, and how they were found. Raises: Refused (AV582)."""
    reasons: list[str] = []
    proved = 0
    finders = _finders(by)
    for number, (name, finder) in enumerate(finders, 1):
        share = budget if number == len(finders) else budget.share(SHARE)
        try:
            return list(islice(finder(judge, free, targets, most, proved, share), most + 1)), name
        except GaveUp as stopped:
            reasons.append(f"{name}: {stopped}")
            proved = max(proved, stopped.proved)
    if proved:
        fields = "one field" if proved == 1 else f"up to {proved} fields"
        reasons.append(f"this much is certain: no change of {fields} turns the claim so")
    message = f"the smallest change was not found; {budget.seconds:g} s were allowed"
    raise Refused([Diagnostic("AV582", message, help=tuple(reasons))])


def _finders(by: str) -> list[tuple[str, Finder]]:
    from averment.questions.flip_search import search
    from averment.questions.flip_solver import solve

    both: list[tuple[str, Finder]] = [("search", search), ("solver", solve)]
    return [entry for entry in both if by in ("", entry[0])]
