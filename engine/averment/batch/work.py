"""One unit's work, from its data to the bytes of its part: in this process or in another, with the same result."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from averment.batch.arrow import Array, pa, to_bytes
from averment.batch.assembling import ROWS, TEXT, WHOLE
from averment.batch.deciding import Decider, Decisions, Job
from averment.batch.fetching import Fetcher
from averment.batch.rendering import CsvWriter, JsonWriter
from averment.batch.row_groups import is_group, to_parquet
from averment.batch.unit import Format, Reject, Unit
from averment.ir.digest import canonical

REJECTS = "rejects"
_ROWS = 8192  # rendered at a time


@dataclass(frozen=True, slots=True)
class Done:
    """A part: what it adds to the files of the output, by name, and what is counted of it.

    What it adds are bytes, or the paths of files that hold them.
    """

    contents: dict[str, Any]
    decided: int
    counts: Counter[str]
    alone: int


class Worker:
    """Does the work of units, one after the other."""

    def __init__(self, job: Job) -> None:
        self._decider = Decider(job)
        self._fetcher = Fetcher(job.inputs, job.shapes)
        self._files = [shape.file for shape in job.shapes]
        self._format, self._whole = job.output, job.whole
        self._pack = pa.array([job.program.digest])
        self._writer = None
        if job.output.text and not job.whole:
            writer = JsonWriter if job.output is Format.JSONL else CsvWriter
            self._writer = writer(job.program, self._decider.rules)

    def run(self, unit: Unit) -> Done:
        """The part that a unit becomes. Raises what ``Fetcher.fetch`` does."""
        decisions = self._decider.decide(self._fetcher.fetch(unit))
        counts = decisions.counts
        counts.update(f"reject:{reject.code}" for reject in decisions.rejects)
        kind, data = self._output_of(decisions, unit)
        contents = {kind: data}
        if decisions.rejects:
            contents[REJECTS] = b"".join(map(self._line, decisions.rejects))
        decided = len(decisions.documents) if self._whole else decisions.table.num_rows
        return Done(contents, decided, counts, decisions.alone)

    def _output_of(self, decisions: Decisions, unit: Unit) -> tuple[str, Any]:
        if self._whole:
            return TEXT, b"".join(document + b"\n" for document in decisions.documents)
        table = decisions.table
        if self._writer is not None:
            slices = (table.slice(start, _ROWS) for start in range(0, table.num_rows, _ROWS))
            heading = self._writer.heading if unit.first == 1 else b""
            return TEXT, heading + b"".join(map(self._writer.write, slices))
        table = table.append_column("pack", pa.DictionaryArray.from_arrays(_same(table.num_rows), self._pack))
        if self._format is Format.PARQUET and is_group(unit.first, unit.rows):
            return WHOLE, to_parquet(table)
        return ROWS, to_bytes(table)

    def _line(self, reject: Reject) -> bytes:
        about: dict[str, Any] = {"row": reject.row, "file": self._files[reject.file]}
        if reject.offset is not None:
            about["offset"] = reject.offset
        if reject.side is not None:
            about["side"] = {"file": reject.side[0], "row": reject.side[1]}
        return canonical(about | {"case": reject.case, "code": reject.code, "message": reject.message}) + b"\n"

    def close(self) -> None:
        self._decider.close()


def _same(rows: int) -> Array:
    """The place of the one word of a column, as often as there are rows."""
    return pa.array(np.zeros(rows, np.int32))
