"""Choosing an engine: a backend made ready for one program.

The durable engine runs in a process of its own, however it is reached. Should it fail on a case, the reference decides
that case, and the evaluation says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from averment.backends import reference
from averment.core.program import Program
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report, Severity
from averment.law.budget import FIRINGS
from averment.law.evaluation import Evaluation, Given

if TYPE_CHECKING:
    from averment.backends import durable

NAMES = ("durable", "reference")


def _nothing() -> None:
    """An engine without a process of its own has none to end."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program on an engine: ``evaluate`` finds every firing on a case, and may raise CaseError; ``close`` ends the
    process, where it has one of its own.
    """

    name: str
    program: Program
    evaluate: Callable[[Given], Evaluation]
    close: Callable[[], None] = _nothing


class Host:
    """Where the engines of a pack run: one process for all of them, started when a case needs it, ended with this
    object. A copy, or one that was pickled, starts anew.
    """

    @cached_property
    def worker(self) -> durable.Worker:
        from averment.backends import durable

        return durable.Worker(reference.evaluate)

    def __reduce__(self) -> tuple[Any, ...]:
        return Host, ()


class EngineLost(RuntimeWarning):
    """The reference had to decide a case since the engine asked first failed on it. ``diagnostic``: AV454."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def open_engine(name: str, program: Program, host: Host | None = None, firings: int = FIRINGS) -> Engine:
    """The engine of this name; with no name durable where it is installed and can run the program, else reference.

    ``firings``: the budget of a case.

    Raises: Refused where the named engine is unknown, not installed, or cannot run the program.
    """
    report = Report()
    if name not in ("", *NAMES):
        report.error("AV450", f"there is no engine `{name}`", None, "", f"engines: {', '.join(NAMES)}")
    elif name != "reference":
        from averment.backends import durable

        report.extend(durable.supports(program))
        if not report.failed:
            worker = (host or Host()).worker
            return Engine(
                "durable",
                program,
                lambda case: worker.evaluate(program, case, firings),
                _nothing if host else worker.close,
            )
    if name not in ("", "reference"):
        raise Refused(report.diagnostics)
    return Engine("reference", program, lambda case: reference.evaluate(program, case, firings=firings))


def loss_of(case: str, loss: str) -> Diagnostic:
    """That another engine was lost on a case, as a warning."""
    notes = ("the reference engine decided the case instead",)
    return Diagnostic("AV454", f"case `{case}`: {loss}", notes=notes, severity=Severity.WARNING)


def losses_of(losses: Mapping[str, int]) -> list[Diagnostic]:
    """That another engine was lost so often in a batch, by why, as warnings."""
    notes = ("the reference engine decided these cases instead",)
    return [
        Diagnostic("AV454", f"{times:,} time{'s' * (times != 1)}: {why}", notes=notes, severity=Severity.WARNING)
        for why, times in losses.items()
    ]


def warn_of_loss(case: str, loss: str) -> None:
    """Warn whoever called the library, where there is a loss to tell of."""
    if loss:
        warnings.warn(EngineLost(loss_of(case, loss)), stacklevel=3)
