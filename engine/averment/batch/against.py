"""A run that is held against another pack, or other parameters: each case is decided by both, and what turns is told.

The columns of a table that the other pack does not know are left out there; a line of JSON with such a field has no
outcome by it. Side tables must be of types that both have alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from averment.batch.job import Job
from averment.batch.manifest import Entry
from averment.batch.order import Order, columnar_of
from averment.batch.sources import Source, open_source
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.outcome.outcome import Outcome
from averment.outcome.turns import Turns, rewritten_rules


def job_against(order: Order, source: Source, job: Job) -> Job | None:
    """What a worker is told of the other decision. Raises Refused where the input does not fit the other pack."""
    if order.against is None:
        return None
    other = replace(order, program=order.against.program, types=order.against.types, against=None, warrants=False)
    shapes = source.shapes if other.types == order.types else _shapes(other, source)
    columnar, _ = columnar_of(other)
    return replace(job, program=other.program, types=other.types, shapes=shapes, columnar=columnar, whole=False)


def _shapes(other: Order, source: Source) -> Sequence[Any]:
    report, name = Report(), f"{other.program.name} {other.program.version}"
    for side in source.sides:
        if other.types.get(side.kind.name) != side.kind:
            what = f"`{side.kind.name}` is not in {name} as it is here, so its side table cannot be decided by both"
            raise Refused([Diagnostic("AV535", what)])
    tables = any(file.format is not Format.JSONL for file in source.inputs)
    mapping = replace(other.mapping, rest=True) if tables else other.mapping
    opened = open_source(source.inputs, other.types, mapping, report, bool(source.sides))
    if report.failed:
        raise Refused([replace(found, message=f"{found.message} (of {name})") for found in report.diagnostics])
    return [
        replace(shape, file=here.file) for shape, here in zip(opened.shapes, source.shapes, strict=True)
    ]  # as they are called here


class Comparer:
    """Counts what turns among cases that were decided twice, one by one."""

    def __init__(self, job: Job) -> None:
        assert job.against is not None
        self._rewritten = rewritten_rules(job.program, job.against.program)

    def turns(
        self, before: Sequence[tuple[int, Outcome]], after: Sequence[tuple[int, Outcome]], first: int
    ) -> Mapping[str, Any]:
        """The document of turns among outcomes by their rows; ``first``: the number of row 0."""
        found, others = Turns(), dict(after)
        for row, outcome in before:
            other = others.pop(row, None)
            if other is None:
                found.apart += 1
            else:
                found.add(outcome, other, self._rewritten, first + row)
        found.apart += len(others)
        return found.document


def told_against(entries: Sequence[Entry]) -> Turns | None:
    """What turns by the parts of a manifest; nothing of a run that was held against nothing."""
    if "against" not in entries[0]:
        return None
    found = Turns()
    for entry in entries:
        if "turns" in entry:
            found.merge(entry["turns"])
    return found
