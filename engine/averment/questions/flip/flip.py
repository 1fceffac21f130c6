"""What would turn a claim: the smallest changes of given facts under which another claim is definite.

A change gives a given field another value; a field that is unknown stays so (what is unknown is the business of
``missing``), a key keeps its record, no record comes or goes, and a field marked ``fixed`` is left alone. Smallest
means: fewest fields; among those the least sum of cost times distance, where the distance of a level, number or date
is how many steps it moves, of a set how many elements come or go, and of anything else one. A flip turns the claim to
``to``, or where that is not said to any other value that the pack declares. A claim that is still open cannot be
flipped.

A flip names for each field one value to change it to, or several that do as well; texts that neither the case nor a
rule names are told as one, for nothing tells them apart (``fresh``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from averment.core.program import Kind, Value
from averment.core.suggest import did_you_mean
from averment.core.values import decode
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.outcome.outcome import Outcome
from averment.questions.flip.answers import Way, gathered
from averment.questions.judging.alternatives import distance
from averment.questions.judging.budget import SECONDS, Budget, Clock, GaveUp, Spent
from averment.questions.judging.claimed import need_claim
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation, Slot
from averment.questions.judging.together import verdicts

MOST_ANSWERS = 10
WRITING = 0.9  # of the time for the circuit: what takes longer leaves none to search it
SHARE = 0.6  # of the time for the search, where the solver may follow
FINDING = 0.9  # of the time to find changes: then they are decided again

Finder = Callable[[Judge, list[int], frozenset[str], int, int], tuple[list[Way], bool]]
"""Finds the smallest changes of these slots to one of these claims, and whether these are all; else more than so many,
or what the judge's budget had time for. Last: how many changed fields are known not to do. Raises: GaveUp."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field to change, to one of these values.

    ``new``: those of them that stand for any text that neither the case nor a rule names: in changes of one ``group``
    equal ones for the same text, different ones for different texts. ``every``: there is no other value but the one
    given.
    """

    slot: Slot
    values: tuple[Value, ...]
    new: tuple[Value, ...] = ()
    group: int = 0
    every: bool = False

    @property
    def value(self) -> Value:
        """The first of the values."""
        return self.values[0]

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
            "or": [decode(value, field) for value in self.values[1:]],
            "new": [decode(value, field) for value in self.new],
            "cost": self.cost,
        }


@dataclass(frozen=True, slots=True)
class Flip:
    """One smallest change, and the claim under it: whichever of its values each field takes.

    The reference backend decided it with the first values, and with each other value beside the first ones: values for
    which there was no time are left out.
    """

    changes: tuple[Change, ...]
    claim: str

    @property
    def cost(self) -> int:
        return sum(change.cost for change in self.changes)

    def document(self) -> dict[str, Any]:
        return {"claim": self.claim, "cost": self.cost, "changes": [change.document() for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Flips:
    """The smallest flips; none where no change of what may change flips the claim.

    Those that change different fields come first, in the order of the vocabulary.

    ``proved_by`` says what shows that nothing smaller does: ``search`` (all candidate values) or ``solver`` (Z3).
    ``more``: how many further ones there are, just as small; none where there are some, not counted. ``fixed``: how
    many given fields that bear on the claim were left alone.
    """

    case: str
    claim: str
    to: str
    flips: tuple[Flip, ...]
    more: int | None
    proved_by: str
    fixed: int = 0

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
    clock: Clock = monotonic,
) -> Flips:
    """The smallest changes that flip the claim of ``outcome``. ``by``: ``solver`` or ``search``; else whichever can.

    ``judge``: one of the case that was kept (``told``). ``seconds`` are allowed, by ``clock``.

    Raises: Refused (AV580 an open claim, AV581 no such claim, AV582 not found in time, or beyond both ways).
    """
    need_claim(outcome)
    budget = Budget(seconds, clock)
    program = outcome.evaluation.program
    targets = _targets(outcome, to)
    try:
        judge = judge or judge_of(Situation(program, outcome.case), budget.share(WRITING))
    except Spent:
        raise _not_found(budget, ["the rules were not written out for the case in time"]) from None
    with judge.within(budget):
        given = judge.given()
        free = [number for number in given if not judge.situation.slots[number].field.fixed]
        with judge.within(budget.share(FINDING)):
            ways, whole, proved_by = _find(judge, free, targets, most, by, budget)
        flips, more = _answers(judge, ways, targets, most, budget)
    more = more if whole else None
    return Flips(outcome.case.name, outcome.claimed, to or "", flips, more, proved_by, len(given) - len(free))


def _answers(
    judge: Judge, ways: list[Way], targets: frozenset[str], most: int, budget: Budget
) -> tuple[tuple[Flip, ...], int | None]:
    """The answers that ways come to, each decided again, and how many more there are: none where time ran out.

    Raises: Refused (AV582) where there was no time for one of them.
    """
    flips: list[Flip] = []
    try:
        ways.sort(key=lambda way: _order(judge, way))
        claims = [""] * len(ways)
        if len(targets) > 1:
            claims = [verdict.claim for verdict in verdicts(judge, [_first(way) for way in ways])]
        answers = gathered(zip(ways, claims, strict=True), judge.fresh)
        for way in answers[:most]:
            flips.append(_confirmed(judge, way, targets))
    except Spent:
        if not flips:
            raise _not_found(budget, ["there was no time to decide the changes that were found again"]) from None
        return tuple(flips), None
    return tuple(flips), len(answers) - len(flips)


def _first(way: Way) -> dict[int, Value]:
    return {number: values[0] for number, values in way.items()}


def _confirmed(judge: Judge, way: Way, targets: frozenset[str]) -> Flip:
    """A way as the reference backend decides it."""
    first = _first(way)
    claim = judge.replayed(first).claim
    assert claim in targets, "a flip that does not flip"
    sure = {number: values[:1] for number, values in way.items()}
    with suppress(Spent):
        for number, values in way.items():
            for value in values[1:]:
                assert judge.replayed({**first, number: value}).claim == claim, "a flip that does not flip"
                sure[number] += (value,)
    return Flip(tuple(_change(judge, number, values) for number, values in sorted(sure.items())), claim)


def _change(judge: Judge, number: int, values: tuple[Value, ...]) -> Change:
    slot = judge.situation.slots[number]
    new = tuple(value for value in values if judge.fresh.rank(number, value))
    every = [value for value in judge.candidates[number] or () if judge.fresh.rank(number, value) <= 1]
    closed = slot.field.kind in (Kind.CHOICE, Kind.LEVEL, Kind.TEXT)
    return Change(slot, values, new, judge.fresh.group(number), closed and {*values, slot.value} >= {*every})


def _order(judge: Judge, way: Way) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The order of the vocabulary."""
    slots = tuple(sorted(way))
    candidates = [judge.candidates[number] or way[number] for number in slots]
    return slots, tuple(each.index(way[number][0]) for number, each in zip(slots, candidates, strict=True))


def _targets(outcome: Outcome, to: str | None) -> frozenset[str]:
    claim = outcome.evaluation.program.claim
    words = (*claim.values, "gap", "conflict")
    if not outcome.settled:
        help = "nothing turns what is not settled: `averment missing` names the facts that would settle it"
        raise Refused([Diagnostic("AV580", f"the claim of case `{outcome.case.name}` is still open", help=(help,))])
    if to is not None and to not in words:
        near = did_you_mean(to, words)
        help = f"a claim can turn to {', '.join(f'`{word}`' for word in words)}"
        help = f"did you mean `{near}`?" if near else help
        raise Refused([Diagnostic("AV581", f"`{to}` is not a claim of this pack", help=(help,))])
    if to is not None and to == outcome.claim:
        raise Refused([Diagnostic("AV581", f"the claim of case `{outcome.case.name}` is `{to}` already")])
    return frozenset((to,)) if to else frozenset(claim.values) - {outcome.claim}


def _find(
    judge: Judge, free: list[int], targets: frozenset[str], most: int, by: str, budget: Budget
) -> tuple[list[Way], bool, str]:
    """The smallest changes, whether these are all, and how they were found. Raises: Refused (AV582)."""
    reasons: list[str] = []
    proved = 0
    finders = _finders(by)
    for number, (name, finder) in enumerate(finders, 1):
        part = 1.0 if number == len(finders) else SHARE
        try:
            with judge.within(judge.budget.share(part)):
                return *finder(judge, free, targets, most, proved), name
        except GaveUp as stopped:
            reasons.append(f"{name}: {stopped}")
            proved = max(proved, stopped.proved)
    if proved:
        fields = "one field" if proved == 1 else f"up to {proved} fields"
        reasons.append(f"this much is certain: no change of {fields} turns the claim so")
    raise _not_found(budget, reasons)


def _not_found(budget: Budget, reasons: list[str]) -> Refused:
    message = f"the smallest change was not found; {budget.seconds:g} s were allowed"
    return Refused([Diagnostic("AV582", message, help=tuple(reasons))])


def _finders(by: str) -> list[tuple[str, Finder]]:
    from averment.questions.flip.search import search
    from averment.questions.flip.solver import solve

    both: list[tuple[str, Finder]] = [("search", search), ("solver", solve)]
    return [entry for entry in both if by in ("", entry[0])]
