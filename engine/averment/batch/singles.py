"""Rows decided one by one, as ``averment decide`` decides cases: the outcome of each, or why it has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from averment.batch.discretion import Discretion
from averment.batch.job import Job
from averment.batch.shape import Document
from averment.batch.unit import Joined, Reject
from averment.core.node import Span
from averment.diagnostics.diagnostic import Diagnostic, Report, Severity
from averment.engines import Engine, open_engine
from averment.law.evaluation import Evaluation, Given
from averment.law.truth import CaseError
from averment.model.case import read_case
from averment.outcome.outcome import Outcome
from averment.pipeline import decide


class Singles:
    """An engine ready to decide rows of some files, one at a time."""

    def __init__(self, job: Job) -> None:
        self._types = job.types
        opened = open_engine(job.engine, job.program, firings=job.firings)
        self._evaluate = opened.evaluate
        self.engine = Engine(opened.name, opened.program, self._counting, opened.close)
        self.discretion = Discretion(job.types.values())
        self._losses: Counter[str] = Counter()

    def decide(
        self,
        rows: Iterable[int],
        document: Document,
        offset: Callable[[int], int | None],
        first: int,
        file: int,
        sides: Sequence[Joined] = (),
        text: Callable[[int], bytes] = lambda _: b"",
    ) -> tuple[list[tuple[int, Outcome]], list[Reject]]:
        """The outcomes of some rows of a unit, and those that have none; ``first``: the number of its row 0; ``text``:
        what is written in a row.
        """
        found: list[tuple[int, Outcome]] = []
        rejects: list[Reject] = []
        for row in rows:
            report = Report()
            node = document(row, report)
            case = None if node is None else read_case(node, self._types, report)
            read = case is not None and not report.failed
            outcome = decide(self.engine, case, report) if case is not None and read else None
            if outcome is not None:
                found.append((row, outcome))
                continue
            problem = first_error(report)
            if read:  # that it is this case says the row
                problem = replace(problem, labels=())
            named = node.get("case") if node is not None else None
            name = named.value if named is not None and isinstance(named.value, str) else None
            said = self.discretion.told(problem, node, text(row))
            blamed = side_of(problem, sides)
            rejects.append(Reject(first + row, file, offset(row), name, problem.code, said.message, blamed, said.about))
        return found, rejects

    def lost(self) -> Counter[str]:
        """Why the reference had to decide in place of the engine, and how often since this was last asked."""
        found = Counter({f"lost:{why}": times for why, times in self._losses.items()})
        self._losses.clear()
        return found

    def _counting(self, given: Given) -> Evaluation:
        try:
            found = self._evaluate(given)
        except CaseError as error:
            self._losses.update([error.loss] if error.loss else [])
            raise
        self._losses.update([found.loss] if found.loss else [])
        return found

    def close(self) -> None:
        self.engine.close()


def counts_of(outcomes: Iterable[Outcome]) -> Counter[str]:
    """What a run counts: claims, statuses, and rules that fired."""
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.claim is not None:
            counts[f"claim:{outcome.claim}"] += 1
        counts[f"status:{outcome.status.value}"] += 1
        if outcome.presumed:
            counts[f"presumed:{outcome.presumed.claim}"] += 1
        counts.update(f"rule:{rule}" for rule in outcome.fired)
    return counts


def engines_of(outcomes: Iterable[Outcome]) -> Counter[str]:
    """How many cases each engine decided; it is not always the one that was asked first."""
    return Counter(f"engine:{outcome.evaluation.engine}" for outcome in outcomes)


def strength_text(strength: str | int | bool) -> str:
    """A strength as the columns of an output have it."""
    return strength if isinstance(strength, str) else str(strength).lower()


def first_error(report: Report) -> Diagnostic:
    return next(found for found in report.diagnostics if found.severity is Severity.ERROR)


def side_of(problem: Diagnostic, sides: Sequence[Joined]) -> tuple[str, int] | None:
    """The record of a side table that a finding is about, if it is one."""
    return _place(problem.labels[0].span, sides) if problem.labels else None


def _place(span: Span, sides: Sequence[Joined]) -> tuple[str, int] | None:
    """The file and the row of a record in a side table, if that is what a place of a document is."""
    for side in sides:
        if span.file == side.file:
            return side.file, span.line - side.heading
    return None
