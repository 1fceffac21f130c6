"""Choosing an engine: a backend made ready for one program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from averment.backends import reference
from averment.diagnostics.diagnostic import Refused, Report
from averment.ir.program import Program
from averment.law.evaluation import Evaluation, Given

NAMES = ("durable", "reference")


@dataclass(frozen=True, slots=True)
class Engine:
    """A program on an engine: ``evaluate`` finds every firing on a case, and may raise CaseError; ``close`` frees it."""

    name: str
    program: Program
    evaluate: Callable[[Given], Evaluation]
    close: Callable[[], None] = lambda: None


def open_engine(name: str, program: Program) -> Engine:
    """The engine of this name; with no name durable where it is installed and can run the program, else reference.

    Raises: Refused where the named engine is unknown, not installed, or cannot run the program.
    """
    report = Report()
    if name not in ("", *NAMES):
        report.error("AV450", f"there is no engine `{name}`", None, "", f"engines: {', '.join(NAMES)}")
    elif name != "reference":
        engine = _durable(program, report)
        if engine is not None:
            return engine
    if name != "reference" and name:
        raise Refused(report.diagnostics)
    return Engine("reference", program, lambda case: reference.evaluate(program, case))


def _durable(program: Program, report: Report) -> Engine | None:
    from averment.backends import durable

    report.extend(durable.supports(program))
    if report.failed:
        return None
    ready = durable.Engine(program)
    return Engine("durable", program, ready.evaluate, ready.close)
