"""An outcome whose claim and fired rules came first, from straight-line code; all else is decided when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from averment.backends.scalar import Given, Quick, compile_scalar, facts_of, given_writer, not_mentioned, results_of
from averment.core.program import Field, Program, Result, Value
from averment.engines import Engine, warn_of_loss
from averment.law.claims import stands
from averment.law.evaluation import Evaluation
from averment.model.case import Case
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.outcome.result import ResultOutcome

Decide = Callable[[Mapping[str, Any], str], "QuickOutcome | None"]
"""From fact types to records, as in the ``facts`` of a fact file, and the name of the case; None where an engine has to
decide.
"""


def quick_decider(engine: Engine, firings: int) -> Decide | None:
    """What decides complete cases of a program at once, each with this budget, and asks its engine, which has the same,
    for the rest; None where it has no code.
    """
    code = compile_scalar(engine.program, firings)
    if code is None:
        return None

    write = given_writer(engine.program)

    def decide(facts: Mapping[str, Any], name: str) -> QuickOutcome | None:
        found = code(facts)
        return None if found is None else QuickOutcome(found, engine, name, write)

    return decide


class QuickResult(ResultOutcome):
    """A result of a complete case, with the values that straight-line code found."""

    _values: tuple[Value, ...]
    _outcome: QuickOutcome

    def __init__(self, result: Result, values: tuple[Value, ...], outcome: QuickOutcome) -> None:
        self.__dict__.update(result=result, supposed=None, _values=values, _outcome=outcome)

    @property
    def told(self) -> tuple[Status, tuple[Value, ...]]:
        status = Status(stands({*self._values}, False, self.result.many))
        return status, self._values if status is Status.SETTLED else ()

    @property
    def field(self) -> Field:
        return self._outcome.program.field_of(self.result)

    @cached_property
    def evaluation(self) -> Evaluation:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._outcome.evaluation


class QuickOutcome(Outcome):
    """The outcome of a complete case, which stays as it was when it was decided, whatever becomes of its data since."""

    _quick: Quick
    _engine: Engine
    _name: str
    _write: Given

    def __init__(self, quick: Quick, engine: Engine, name: str, write: Given) -> None:
        self.__dict__.update(_quick=quick, _engine=engine, _name=name, _write=write)  # frozen, as every outcome is

    @property
    def claim(self) -> str | None:
        return self._quick.claim if self._program.claim else None

    @property
    def status(self) -> Status:
        return Status(self._quick.status) if self._program.claim else super().status

    @property
    def name(self) -> str:
        return self._name

    @property
    def assumptions(self) -> tuple[str, ...]:
        program = self._engine.program
        return tuple(sorted(program.silent & not_mentioned(program, self._quick.values))) if program.silent else ()

    @property
    def evidence(self) -> None:
        return None

    @property
    def engine(self) -> str:
        return "scalar"

    @property
    def settled(self) -> bool:
        return True  # nothing is unknown

    @property
    def possible(self) -> tuple[str, ...]:
        return (self._quick.claim,) if self._program.claim else ()

    @property
    def strength(self) -> str | int | bool | None:
        return self._quick.strength

    @property
    def fired(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._quick.fired

    @property
    def _program(self) -> Program:
        return self._engine.program

    @property
    def program(self) -> Program:
        """What decided."""
        return self._program

    @property
    def given(self) -> dict[str, Any]:
        """The facts as a fact file would give them, as ``audit.given`` does of any case."""
        return self._write(self._quick.values)

    @cached_property
    def results(self) -> Mapping[str, ResultOutcome]:  # pyright: ignore[reportIncompatibleVariableOverride]
        program = self._program
        found = zip(program.results, results_of(program, self._quick.results), strict=True)
        return {result.name: QuickResult(result, values, self) for result, values in found}

    # What another outcome is given, this one works out.

    @cached_property
    def case(self) -> Case:  # pyright: ignore[reportIncompatibleVariableOverride]
        return Case(self._name, *facts_of(self._engine.program, self._quick.values))

    @cached_property
    def evaluation(self) -> Evaluation:  # pyright: ignore[reportIncompatibleVariableOverride]
        found = self._engine.evaluate(self.case)
        warn_of_loss(self.case.name, found.loss)
        return found
