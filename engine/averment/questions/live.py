"""A live session for a consultation: what was answered is asserted, what was taken back is withdrawn.

The durable engine holds the facts between the steps. Where it is not installed, cannot run the program, or fails, the
reference backend decides instead, to the same bytes.
"""

from __future__ import annotations

from types import TracebackType

from averment.backends import durable, reference
from averment.ir.program import Program
from averment.law.evaluation import Evaluation, Given


class Live:
    """What follows from the case of a consultation, step by step. Not for several threads at once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._session: durable.Session | None = None
        self.engine = "reference" if durable.supports(program) else "durable"

    def evaluate(self, case: Given) -> Evaluation:
        """What follows from a case: only what has changed since the last is told to the session.

        Raises: CaseError where the case has no lawful outcome.
        """
        if self.engine == "durable":
            try:
                return self._told(case).evaluation()
            except durable.EngineFailure:
                self.close()
                self.engine = "reference"
        return reference.evaluate(self._program, case)

    def _told(self, case: Given) -> durable.Session:
        session = self._session
        if session is None or session.mentioned - case.mentioned:  # a type spoken of cannot be taken back
            self.close()
            session = self._session = durable.Session(self._program)
        wanted = frozenset(case.facts)
        for fact in session.facts:
            if fact not in wanted:
                session.retract(fact)
        held = frozenset(session.facts)
        for fact in case.facts:
            if fact not in held:
                session.assert_(fact)
        for type in case.mentioned - session.mentioned:
            session.mention(type)
        return session

    def close(self) -> None:
        """Forget the case, and free the engine."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def __enter__(self) -> Live:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
