"""Deciding a case: its outcome, and where that is open the outcome of what is presumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from averment.core.program import Fact
from averment.dataclass import dataclass
from averment.law.evaluation import Evaluation, Given
from averment.law.presuming import presume
from averment.law.truth import CaseError
from averment.model.evidence import Evidence
from averment.outcome.claim import Status
from averment.outcome.outcome import Decided, Outcome
from averment.outcome.presumption import Presumption, Rebut


@dataclass(frozen=True)
class Presuming:
    """A case with presumptions filled in."""

    name: str
    facts: tuple[Fact, ...]
    mentioned: frozenset[str]
    assumptions: frozenset[str]
    presumptions: frozenset[str]
    evidence: Evidence | None = None


def decided(case: Decided, evaluate: Callable[[Given], Evaluation], rebut: Rebut) -> Outcome:
    """The outcome of a case. ``evaluate`` finds every firing on one; ``rebut`` what would turn a presumed claim.

    Raises: CaseError where the case has no lawful outcome.
    """
    return presuming(Outcome(case, evaluate(case)), evaluate, rebut)


def presuming(outcome: Outcome, evaluate: Callable[[Given], Evaluation], rebut: Rebut) -> Outcome:
    """The outcome with what an open claim presumably is, where presumptions settle it."""
    told = None if outcome.wholly_settled else _told(outcome)
    if told is None:
        return outcome
    try:
        presumed = Outcome(told, evaluate(told))
    except CaseError as error:
        return replace(outcome, lost=error.loss)
    outcome = replace(outcome, lost=presumed.evaluation.loss, supposed=presumed)
    settles = outcome.claim is not None and not outcome.settled and presumed.status is Status.SETTLED
    return replace(outcome, presumed=Presumption(presumed, outcome, rebut)) if settles else outcome


def _told(outcome: Outcome) -> Presuming | None:
    """The case with presumptions filled in; none where there are none to fill in."""
    case = outcome.case
    facts, paths = presume(outcome.evaluation.program, case)
    if not paths:
        return None
    mentioned = case.mentioned | {fact.type for fact in facts}
    return Presuming(case.name, facts, mentioned, case.assumptions, frozenset(paths), case.evidence)
