"""The durable backend: durable-rules matches the patterns, the law does the rest, and the outcome is the law's."""

from __future__ import annotations

from averment.backends.durable.engine import Engine
from averment.backends.durable.limits import supports
from averment.backends.durable.native import EngineFailure
from averment.backends.durable.session import Session
from averment.backends.durable.worker import Worker
from averment.core.program import Program
from averment.law.evaluation import Evaluation, Given

__all__ = ["Engine", "EngineFailure", "Session", "Worker", "evaluate", "supports"]


def evaluate(program: Program, case: Given) -> Evaluation:
    """Every firing of ``program`` on ``case``; for more than one case, keep an ``Engine``.

    Raises: CaseError where the case has no lawful outcome; EngineFailure where the engine fails.
    """
    with Engine(program) as engine:
        return engine.evaluate(case)
