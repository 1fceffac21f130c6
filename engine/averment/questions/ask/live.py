"""A live session for a consultation: what was answered is asserted, what was taken back is withdrawn.

A session of the engine holds the facts between the steps. Where the durable engine is not installed, cannot run the
program, or fails, the reference backend decides instead, to the same bytes.
"""

from __future__ import annotations

from types import TracebackType

from averment.backends.durable import Session
from averment.engines import Engine, warn_of_loss
from averment.law.evaluation import Evaluation, Given


class Live:
    """What follows from the case of a consultation, step by step, on an engine that stays its owner's. Not for several
    threads at once.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Session | None = None

    def evaluate(self, case: Given) -> Evaluation:
        """What follows from a case: only what has changed since the last is told to the session.

        Raises: CaseError where the case has no lawful outcome.
        """
        found = self._told(case).evaluation()
        warn_of_loss("consultation", found.loss)
        return found

    def _told(self, case: Given) -> Session:
        session = self._session
        if session is None or session.mentioned - case.mentioned:  # a type spoken of cannot be taken back
            self.close()
            session = self._session = Session(self._engine)
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
        """Forget the case."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def __enter__(self) -> Live:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
