"""One unit's work with nothing but Python: every row of text decided by itself and written as text.

The bytes are those of ``work``, which decides whole tables in columns and needs the extra ``scale``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from averment.batch.against import Comparer
from averment.batch.fetching import fetch_text
from averment.batch.job import Done, Job
from averment.batch.singles import Singles, counts_of, engines_of
from averment.batch.text_rows import TextRows, heading_of
from averment.batch.unit import REJECTS, ROWS, TEXT, Unit
from averment.batch.written_rows import written_rows
from averment.outcome.outcome import Outcome


class PlainWorker:
    """Does the work of units of text, one after the other."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._single = Singles(job)
        self._other = Singles(job.against) if job.against else None
        self._comparer = Comparer(job) if job.against else None
        self._rows = TextRows(job.program, job.output, job.exact)

    def run(self, unit: Unit) -> Done:
        """The part that a unit becomes. Raises OSError; Unreadable where the file holds less or is damaged."""
        unit = fetch_text(unit, self._job.inputs)
        held = written_rows(unit, self._job.shapes[unit.file])
        rows = [row for row in range(len(held.ends)) if not held.is_blank(row)]
        found, rejects = self._single.decide(rows, held.document, held.offset, unit.first, unit.file, text=held.text)
        if self._job.whole:
            data = b"".join(outcome.canonical + b"\n" for _, outcome in found)
        else:
            heading = heading_of(self._job.output, self._job.program) if unit.first == 1 else b""
            data = heading + "".join(self._rows.write(unit.first + row, outcome) for row, outcome in found).encode()
        counts = counts_of(outcome for _, outcome in found) + engines_of(outcome for _, outcome in found)
        counts.update(f"reject:{reject.code}" for reject in rejects)
        contents = {TEXT if self._job.output.text else ROWS: data} | (
            {REJECTS: b"".join(map(self._job.line, rejects))} if rejects else {}
        )
        turns = self._turns(unit, rows, found)
        counts.update(self._single.lost())
        counts.update(self._other.lost() if self._other else ())
        return Done(contents, len(found), counts, len(rows), turns)

    def _turns(self, unit: Unit, rows: Sequence[int], found: Sequence[tuple[int, Outcome]]) -> Mapping[str, Any] | None:
        if self._comparer is None or self._other is None or self._job.against is None:
            return None
        held = written_rows(unit, self._job.against.shapes[unit.file])
        others, _ = self._other.decide(rows, held.document, held.offset, unit.first, unit.file, text=held.text)
        return self._comparer.turns(found, others, unit.first)

    def close(self) -> None:
        self._single.close()
        if self._other is not None:
            self._other.close()
