"""An outcome whose claim and fired rules came first, from straight-line code; all else is decided when asked for."""

from __future__ import annotations

from functools import cached_property

from averment.backends.scalar import Found, Quick, facts_of
from averment.engines import Engine
from averment.law.evaluation import Evaluation
from averment.model.case import UNNAMED, Case
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome


class QuickOutcome(Outcome):
    """The outcome of a complete case, which stays as it was when it was decided, whatever becomes of its data since."""

    _quick: Quick
    _engine: Engine

    def __init__(self, found: Found, engine: Engine) -> None:
        self.__dict__.update(_quick=Quick(*found), _engine=engine)  # frozen, as every outcome is

    @property
    def claim(self) -> str:
        return self._quick.claim

    @property
    def status(self) -> Status:
        return Status(self._quick.status)

    @property
    def strength(self) -> str | int | bool | None:
        return self._quick.strength

    @cached_property
    def fired(self) -> tuple[str, ...]:
        return self._quick.fired

    # What another outcome is given, this one works out.

    @cached_property
    def case(self) -> Case:  # pyright: ignore[reportIncompatibleVariableOverride]
        facts = facts_of(self._engine.program, self._quick.values)
        return Case(UNNAMED, facts, frozenset(fact.type for fact in facts))

    @cached_property
    def evaluation(self) -> Evaluation:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._engine.evaluate(self.case)
