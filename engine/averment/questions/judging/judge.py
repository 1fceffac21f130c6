"""What the claim is under changes of a case: every question asks this, many times.

``Judge`` answers from what it has answered before, then through a quick way where there is one, else by the reference
backend. Every answer shown to a reader is decided once more by the reference backend alone (``replayed``).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from averment.backends import reference
from averment.law.evaluation import Evaluation
from averment.law.truth import CaseError, Quantity
from averment.outcome.claim import Status, read_claim
from averment.questions.judging.budget import ENDLESS, Budget, Spent
from averment.questions.judging.candidates import Candidates, candidates
from averment.questions.judging.fresh import Fresh
from averment.questions.judging.situation import Changes, Situation
from averment.questions.judging.uses import Uses

NO_OUTCOME = "no outcome"


class Verdict(NamedTuple):
    """A claim in short: its word (``no outcome`` where the law finds none), whether it is definite, and what is
    possible.
    """

    claim: str
    definite: bool
    possible: tuple[str, ...]

    @property
    def settled(self) -> bool:
        """Whether the claim is definite and a lawful one."""
        return self.definite and self.claim != NO_OUTCOME


class Quick(Protocol):
    """A quicker way to verdicts than the reference backend, which does not have them all."""

    def verdict(self, changes: Changes) -> Verdict | None: ...
    def within(self, fields: dict[int, Quantity]) -> Verdict | None: ...
    def doubt(self, changes: Changes) -> float: ...


class Judge:
    """The verdicts on one situation under changes. ``decided`` counts those that had to be worked out.

    ``budget`` is that of the question that is being asked (``within``): whatever works for it may raise Spent.
    """

    def __init__(self, situation: Situation, uses: Uses | None = None, budget: Budget = ENDLESS) -> None:
        self.situation, self.budget = situation, budget
        self.circuitry: Quick | None = None
        self.uses = uses or Uses(situation.program)
        self.candidates: tuple[Candidates, ...] = candidates(situation, self.uses, budget.check)
        self.fresh = Fresh(situation, self.uses, self.candidates)
        self.decided = 0
        self.most: int | None = None
        self._known: dict[frozenset[tuple[int, object]], Verdict] = {}

    def verdict(self, changes: Changes) -> Verdict:
        """The claim under ``changes``.

        Raises: Spent where the budget, or the allowance (``most``), is used up.
        """
        self.budget.check()
        slots = self.situation.slots
        key = frozenset((number, value) for number, value in changes.items() if value != slots[number].value)
        known = self._known.get(key)
        if known is None:
            if self.most is not None and self.decided >= self.most:
                raise Spent
            self.decided += 1
            known = self.circuitry.verdict(changes) if self.circuitry else None
            if known is None:
                known = self.replayed(changes)
            self._known[key] = known
        return known

    def replayed(self, changes: Changes) -> Verdict:
        """The claim under ``changes`` as the reference backend decides it. Raises: Spent."""
        try:
            case = self.situation.told(changes)
            return verdict_of(reference.evaluate(self.situation.program, case, self.budget.check))
        except CaseError:
            return Verdict(NO_OUTCOME, True, ())

    def doubt(self, changes: Changes) -> float:
        """How much is undecided under ``changes``, as far as a circuit tells: to compare, not to add up."""
        return self.circuitry.doubt(changes) if self.circuitry else 0

    @contextmanager
    def within(self, budget: Budget) -> Generator[Budget]:
        """For what is asked here this budget counts."""
        before, self.budget = self.budget, budget
        try:
            yield budget
        finally:
            self.budget = before

    def allow(self, most: int | None) -> None:
        """Allow ``most`` more decisions, or any number."""
        self.most = None if most is None else self.decided + most

    def read(self, number: int) -> bool:
        """Whether any rule that bears on the claim looks at a slot."""
        slot = self.situation.slots[number]
        return (slot.type, slot.index) in self.uses.read

    def given(self) -> list[int]:
        """The slots that hold a value and bear on the claim."""
        return [
            number for number, slot in enumerate(self.situation.slots) if slot.value is not None and self.read(number)
        ]

    def unknown(self) -> list[int]:
        """The slots that hold none and bear on the claim."""
        return [number for number, slot in enumerate(self.situation.slots) if slot.value is None and self.read(number)]

    def beyond(self, numbers: Iterable[int]) -> list[str]:
        """The paths of those slots whose values cannot be tried one by one."""
        return [self.situation.slots[number].path for number in numbers if self.candidates[number] is None]


def verdict_of(evaluation: Evaluation) -> Verdict:
    """The verdict that an evaluation gives."""
    reading = read_claim(evaluation)
    return Verdict(reading.claim or "", reading.status is not Status.OPEN, reading.possible)
