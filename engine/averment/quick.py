"""An outcome whose claim and fired rules came first, from straight-line code; all else is decided when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from averment.backends.scalar import Quick, compile_scalar, facts_of
from averment.engines import Engine, warn_of_loss
from averment.law.evaluation import Evaluation
from averment.model.case import UNNAMED, Case
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome

Decide = Callable[[Mapping[str, Any]], "QuickOutcome | None"]
"""From fact types to records, as in the ``facts`` of a fact file; None where an engine has to decide."""


def quick_decider(engine: Engine, firings: int) -> Decide | None:
    """What decides complete cases of a program at once, each with this budget, and asks its engine, which has the same,
    for the rest; None where it has no code.
    """
    code = compile_scalar(engine.program, firings)
    if code is None:
        return None

    def decide(facts: Mapping[str, Any]) -> QuickOutcome | None:
        found = code(facts)
        return None if found is None else QuickOutcome(found, engine)

    return decide


class QuickOutcome(Outcome):
    """The outcome of a complete case, which stays as it was when it was decided, whatever becomes of its data since."""

    _quick: Quick
    _engine: Engine

    def __init__(self, quick: Quick, engine: Engine) -> None:
        self.__dict__.update(_quick=quick, _engine=engine)  # frozen, as every outcome is

    @property
    def claim(self) -> str:
        return self._quick.claim

    @property
    def status(self) -> Status:
        return Status(self._quick.status)

    @property
    def strength(self) -> str | int | bool | None:
        return self._quick.strength

    @property
    def fired(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._quick.fired

    # What another outcome is given, this one works out.

    @cached_property
    def case(self) -> Case:  # pyright: ignore[reportIncompatibleVariableOverride]
        return Case(UNNAMED, *facts_of(self._engine.program, self._quick.values))

    @cached_property
    def evaluation(self) -> Evaluation:  # pyright: ignore[reportIncompatibleVariableOverride]
        found = self._engine.evaluate(self.case)
        warn_of_loss(self.case.name, found.loss)
        return found
