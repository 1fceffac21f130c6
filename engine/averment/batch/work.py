"""One unit's work, from its data to the bytes of its part: in this process or in another, with the same result."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from averment.batch.arrow import to_bytes
from averment.batch.assembling import ROWS, WHOLE
from averment.batch.deciding import Decider, Decisions, Job
from averment.batch.fetching import Fetcher
from averment.batch.rendering import CsvWriter, JsonWriter
from averment.batch.row_groups import is_group, to_parquet
from averment.batch.unit import Format, Reject, Unit
from averment.ir.digest import canonical

_ROWS = 8192  # rendered at a time


@dataclass(frozen=True, slots=True)
class Done:
    """A part: its output and what kind of it that is, the lines of its rejects, and what is counted of it.

    Output and rejects are bytes, or the files that hold them (``parts.Written``).
    """

    kind: str
    data: Any
    rejects: Any
    decided: int
    counts: Counter[str]
    alone: int


class Worker:
    """Does the work of units, one after the other."""

    def __init__(self, job: Job) -> None:
        self._decider = Decider(job)
        self._fetcher = Fetcher(job.inputs, job.shapes)
        self._files = [shape.file for shape in job.shapes]
        self._output, self._whole = job.output, job.whole
        self._writer = None
        if job.output.text and not job.whole:
            writer = JsonWriter if job.output is Format.JSONL else CsvWriter
            self._writer = writer(job.program, self._decider.rules)

    def run(self, unit: Unit) -> Done:
        """The part that a unit becomes. Raises what ``Fetcher.fetch`` does."""
        decisions = self._decider.decide(self._fetcher.fetch(unit))
        counts = decisions.counts
        counts.update(f"reject:{reject.code}" for reject in decisions.rejects)
        rejects = b"".join(self._line(reject) for reject in decisions.rejects)
        whole = self._output is Format.PARQUET and is_group(unit.first, unit.rows)
        data, decided = self._data(decisions, whole)
        return Done(WHOLE if whole else ROWS, data, rejects, decided, counts, decisions.alone)

    def _data(self, decisions: Decisions, whole: bool) -> tuple[Any, int]:
        if self._whole:
            return b"".join(document + b"\n" for document in decisions.documents), len(decisions.documents)
        table = decisions.table
        if self._writer is None:
            return to_parquet(table) if whole else to_bytes(table), table.num_rows
        slices = (table.slice(start, _ROWS) for start in range(0, table.num_rows, _ROWS))
        return b"".join(map(self._writer.write, slices)), table.num_rows

    def _line(self, reject: Reject) -> bytes:
        about: dict[str, Any] = {"row": reject.row, "file": self._files[reject.file]}
        if reject.offset is not None:
            about["offset"] = reject.offset
        return canonical(about | {"case": reject.case, "code": reject.code, "message": reject.message}) + b"\n"

    def close(self) -> None:
        self._decider.close()
