"""A live case: facts come and go, and what follows from those that are there is always at hand.

The engine takes no conclusion back when a fact it rests on goes. So what changed is played again from the given facts
alone, and only when somebody asks.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from averment.backends.durable.engine import Engine
from averment.core.program import Fact, Program
from averment.law.evaluation import Evaluation, Given
from averment.law.truth import CaseError


class Evaluates(Protocol):
    """A program on an engine, of this process or of another."""

    @property
    def program(self) -> Program: ...
    def evaluate(self, case: Given, /) -> Evaluation: ...


class Session:
    """The facts of one case, as somebody tells them. Not for several threads at once.

    With a program it makes an engine of its own, which ``close`` frees; an engine that is handed in stays its owner's.
    """

    def __init__(self, engine: Evaluates | Program, case: Given | None = None) -> None:
        self._engine: Evaluates
        self._own: Engine | None = None
        if isinstance(engine, Program):
            self._engine = self._own = Engine(engine)
        else:
            self._engine = engine
        self._facts: dict[Fact, None] = dict.fromkeys(case.facts) if case else {}
        self._mentioned = set(case.mentioned) if case else set[str]()
        self._found: Evaluation | CaseError | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The given facts, in the order in which they came."""
        return tuple(self._facts)

    @property
    def mentioned(self) -> frozenset[str]:
        """The fact types the case speaks of: ``retract`` leaves a type spoken of."""
        return frozenset(self._mentioned)

    def assert_(self, fact: Fact) -> None:
        """Give a fact; it takes the place of the record of its `one` type, if there is one."""
        if self._engine.program.types[fact.type].one:
            for held in [held for held in self._facts if held.type == fact.type]:
                del self._facts[held]
        self._facts[fact] = None
        self._mentioned.add(fact.type)
        self._found = None

    def retract(self, fact: Fact) -> None:
        """Take a given fact back. Raises ``KeyError`` where it was not given."""
        del self._facts[fact]
        self._found = None

    def mention(self, type: str) -> None:
        """Say that the case has no more records of a type than were given."""
        self._mentioned.add(type)
        self._found = None

    def evaluation(self) -> Evaluation:
        """What follows from the facts as they now are.

        Raises: CaseError where the case has no lawful outcome; EngineFailure.
        """
        if self._found is None:
            try:
                self._found = self._engine.evaluate(self)
            except CaseError as error:
                self._found = error
        if isinstance(self._found, CaseError):
            raise self._found
        return self._found

    def close(self) -> None:
        """Forget the case."""
        self._facts.clear()
        self._found = None
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
