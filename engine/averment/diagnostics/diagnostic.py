"""What averment has to say about what somebody wrote: data, made into sentences only by a renderer.

A message is lower case, without a full stop, with the author's own words in backticks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import StrEnum

from averment.core.node import Span
from averment.core.text import one_line
from averment.core.values import Misfit
from averment.dataclass import dataclass


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A place and what to say under its carets. The first label of a diagnostic is its primary place."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to put into a file: right behind a place, or (``line``) on a line of its own after it."""

    after: Span
    text: str
    line: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    ``help`` is computed for this finding (the fix); ``notes`` are constant facts about the code. ``count``: how many
    findings it stands for, where there are too many to be told one by one. ``near``: the word that was most likely
    meant, where one is not known; ``help`` asks for it. ``edit``: what mends it without changing what was meant.
    """

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR
    count: int = 1
    near: str = ""
    edit: Edit | None = None

    @property
    def line(self) -> str:
        """The finding on one line, without its place: what was wrong, what is wanted, the fix."""
        return one_line(self.message, self.labels[0].text if self.labels else "", self.help)


def of_misfit(misfit: Misfit) -> Diagnostic:
    """Why something that no file says is not a value of a field."""
    return Diagnostic(misfit.code, misfit.message, help=(misfit.label, *misfit.help), near=misfit.near)


@dataclass(slots=True)
class Report:
    """The findings of a run, in the order the stages made them. Every stage reports all it can see into one."""

    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def error(self, code: str, message: str, span: Span | None = None, label: str = "", *help: str) -> None:
        """Add an error with one place."""
        labels = (Label(span, label),) if span else ()
        self.diagnostics.append(Diagnostic(code, message, labels, help))

    def add(self, *found: Diagnostic) -> None:
        self.diagnostics.extend(found)

    def extend(self, found: Iterable[Diagnostic]) -> None:
        self.diagnostics.extend(found)

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)


class Refused(Exception):
    """Input was refused: raised only at the edge of the library (``averment.load``, ``Pack.decide``), never within.

    Attributes: ``diagnostics``, every finding of the stage that stopped.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(f"{found.code}: {found.line}" for found in self.diagnostics))


def refused(code: str, message: str, *help: str) -> Refused:
    """A refusal for one finding that has no place in a file."""
    return Refused([Diagnostic(code, message, (), help)])
