"""One unit's work, from its data to the bytes of its part: in this process or in another, with the same result."""

from __future__ import annotations

from typing import Any

import numpy as np

from averment.batch.arrow import Array, pa, to_bytes
from averment.batch.comparing import TableComparer
from averment.batch.deciding import Decider, Decisions
from averment.batch.fetching import Fetcher
from averment.batch.job import Done, Job
from averment.batch.rendering import CsvWriter, JsonWriter
from averment.batch.row_groups import is_group, written
from averment.batch.text_rows import heading_of
from averment.batch.unit import REJECTS, ROWS, TEXT, Format, Unit

_ROWS = 8192  # rendered at a time


class TableWorker:
    """Does the work of units, one after the other."""

    def __init__(self, job: Job) -> None:
        self._job, self._decider = job, Decider(job, answered=job.against is not None)
        self._comparer = TableComparer(job) if job.against else None
        self._fetcher = Fetcher(job.inputs, job.shapes)
        self._format, self._whole = job.output, job.whole
        self._pack = pa.array([job.program.digest])
        self._writer: JsonWriter | CsvWriter | None = None
        if job.output is Format.JSONL and not job.whole:
            self._writer = JsonWriter(job.program, self._decider.rules)
        elif job.output in (Format.CSV, Format.XLSX):
            self._writer = CsvWriter(job.program, self._decider.rules, job.exact)

    def run(self, unit: Unit) -> Done:
        """The part that a unit becomes. Raises what ``Fetcher.fetch`` does."""
        unit = self._fetcher.fetch(unit)
        reading = self._decider.read(unit)
        others = self._comparer.decide(unit, reading) if self._comparer else None
        decisions = self._decider.decide_reading(reading, unit.first, unit.file, sides=unit.sides)
        turns = self._comparer.turns(decisions, others) if self._comparer and others else None
        if turns is not None:
            decisions.table = decisions.table.drop_columns(["answered"])
        counts = decisions.counts
        counts.update(f"reject:{reject.code}" for reject in decisions.rejects)
        counts.update(self._decider.lost())
        counts.update(self._comparer.lost() if self._comparer else ())
        contents = self._output_of(decisions, unit)
        if decisions.rejects:
            contents[REJECTS] = b"".join(map(self._job.line, decisions.rejects))
        decided = len(decisions.documents) if self._whole else decisions.table.num_rows
        return Done(contents, decided, counts, decisions.alone, turns)

    def _output_of(self, decisions: Decisions, unit: Unit) -> dict[str, Any]:
        if self._whole:
            return {TEXT: b"".join(document + b"\n" for document in decisions.documents)}
        table = decisions.table
        if self._writer is not None:
            slices = (table.slice(start, _ROWS) for start in range(0, table.num_rows, _ROWS))
            heading = heading_of(self._format, self._job.program) if unit.first == 1 else b""
            return {TEXT if self._format.text else ROWS: heading + b"".join(map(self._writer.write, slices))}
        table = table.append_column("pack", pa.DictionaryArray.from_arrays(_same(table.num_rows), self._pack))
        if self._format is Format.PARQUET and is_group(unit):
            return written(table)
        return {ROWS: to_bytes(table)}

    def close(self) -> None:
        self._decider.close()
        if self._comparer is not None:
            self._comparer.close()


def _same(rows: int) -> Array:
    """The place of the one word of a column, as often as there are rows."""
    return pa.array(np.zeros(rows, np.int32))
