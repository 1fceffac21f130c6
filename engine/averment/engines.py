"""Choosing an engine: a backend made ready for one program.

Should the durable engine fail on a case, that case is decided by the reference, and the loss is told. Where more than
one case is at stake it runs in a process of its own, so that not even its death takes another case along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from averment.backends import reference
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report, Severity
from averment.ir.program import Program
from averment.law.evaluation import Evaluation, Given
from averment.law.truth import CaseError

NAMES = ("durable", "reference")


def _nothing() -> None:
    """An engine that holds nothing has nothing to free."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program on an engine: ``evaluate`` finds every firing on a case, and may raise CaseError; ``close`` frees it.

    ``losses`` are warnings of cases that another engine had to decide, for whoever reports to take.
    """

    name: str
    program: Program
    evaluate: Callable[[Given], Evaluation]
    close: Callable[[], None] = _nothing
    losses: list[Diagnostic] = field(default_factory=list[Diagnostic])


def open_engine(name: str, program: Program, *, isolated: bool = False) -> Engine:
    """The engine of this name; with no name durable where it is installed and can run the program, else reference.

    ``isolated`` puts what may crash into a process of its own.
    Raises: Refused where the named engine is unknown, not installed, or cannot run the program.
    """
    report = Report()
    if name not in ("", *NAMES):
        report.error("AV450", f"there is no engine `{name}`", None, "", f"engines: {', '.join(NAMES)}")
    elif name != "reference":
        from averment.backends import durable

        report.extend(durable.supports(program))
        if not report.failed:
            return _isolated(program) if isolated else _durable(program)
    if name not in ("", "reference"):
        raise Refused(report.diagnostics)
    return Engine("reference", program, lambda case: reference.evaluate(program, case))


def _durable(program: Program) -> Engine:
    from averment.backends import durable

    losses: list[Diagnostic] = []
    engine = durable.Engine(program)

    def evaluate(case: Given) -> Evaluation:
        try:
            return engine.evaluate(case)
        except durable.EngineFailure as failure:
            losses.append(_loss(f"the engine failed: {failure}"))
            return reference.evaluate(program, case)

    return Engine("durable", program, evaluate, engine.close, losses)


def _isolated(program: Program) -> Engine:
    from averment.backends import durable

    losses: list[Diagnostic] = []
    worker = durable.Worker(program, reference.evaluate)

    def evaluate(case: Given) -> Evaluation:
        decided = worker.decide_one(case)
        if decided.lost:
            losses.append(_loss(decided.lost))
        if isinstance(decided.result, CaseError):
            raise decided.result
        return decided.result

    return Engine("durable", program, evaluate, worker.close, losses)


def _loss(why: str) -> Diagnostic:
    return Diagnostic("AV454", why, notes=("the reference engine decided the case instead",), severity=Severity.WARNING)
