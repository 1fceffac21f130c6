"""The rows of a side table one after the other, as runs of rows that are of one case."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from averment.batch.arrow import Table, one_chunk, pa
from averment.batch.side_reading import Chunk, Run, chunks
from averment.batch.sides import Side
from averment.batch.unit import ROW, Odd
from averment.diagnostics.diagnostic import Refused, refused

BLANK, LOST = None, False
Name = bytes | bool | None
"""What a row's case is called; BLANK for a row that is none, LOST for one that nobody can read."""


@dataclass
class Cursor:
    """A place between two rows of a side table, from where on it is read. Raises Refused where nobody can tell whose
    a row is, and what ``units`` does.
    """

    side: Side
    index: int = 0
    offset: int = 0
    _held: deque[Chunk] = field(default_factory=deque[Chunk])
    _runs: list[Run] = field(default_factory=list[Run])
    _passed: int = 0  # of the runs
    _nameless: Run | None = None
    _taken: int = 0  # rows of the first chunk that is held
    _ended: bool = False

    def __post_init__(self) -> None:
        self._chunks = chunks(self.side, self.index, self.offset)

    def run(self, ahead: int = 0) -> Run | None:
        """The next run, or one after it: all the rows there are of that case in this place."""
        while (len(self._runs) - self._passed < ahead + 2 or self._nameless is not None) and not self._ended:
            self._read()
        place = self._passed + ahead
        return self._runs[place] if place < len(self._runs) else None

    def follow(self, names: Sequence[Name], there: Container[Name], at: int, counts: list[int]) -> tuple[int, int]:
        """Go past the next runs as long as they are of cases that come, from place ``at`` on, and enter at the place of
        each how many rows it has. How many rows that is, which are still to be taken, and the place after the last.
        """
        if self.run() is None:
            return 0, at
        rows = 0
        for name, count, _ in islice(self._runs, self._passed, len(self._runs) - (not self._ended)):
            if name not in there:
                break
            try:
                place = names.index(name, at)
            except ValueError:
                break
            counts[place], at = count, place + 1
            rows += count
            self._passed += 1
        return rows, at

    def _read(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            self._ended = True
            if self._nameless is not None:
                raise self._unowned(self._nameless)
            return
        del self._runs[: self._passed]
        self._passed = 0
        self._held.append(chunk)
        self._add(chunk.runs[0])
        if self._nameless is None and chunk.named:
            self._runs += chunk.runs[1:]
        else:
            for run in chunk.runs[1:]:
                self._add(run)

    def _add(self, run: Run) -> None:
        before = self._runs[-1] if self._runs else None
        if run.name is None:
            before = self._nameless
            self._nameless = run if before is None else Run(None, before.rows + run.rows, before.row)
        elif before is not None and before.name == run.name:
            between = self._nameless.rows if self._nameless is not None else 0
            self._runs[-1] = Run(before.name, before.rows + between + run.rows, before.row)
            self._nameless = None
        elif self._nameless is not None:
            raise self._unowned(self._nameless)
        else:
            self._runs.append(run)

    def _unowned(self, run: Run) -> Refused:
        odd = next((chunk.odd[run.row] for chunk in self._held if run.row in chunk.odd), None)
        why = f": {odd[1]}" if isinstance(odd, tuple) else ""
        what = f"row {run.row:,} of `{self.side.shape.file}` does not say which case it is of{why}"
        return refused("AV347", what, "give every row the name of its case under `case`")

    def skip(self) -> int:
        """Go past the next run; how many rows it has. They are still to be taken."""
        self._passed += 1
        return self._runs[self._passed - 1].rows

    def take(self, rows: int) -> tuple[Table, dict[int, Odd]]:
        """The next rows, in runs that were gone past, and what is odd of them by its place among them."""
        tables: list[Table] = []
        odd: dict[int, Odd] = {}
        left = rows
        while left:
            chunk = self._held[0]
            part = chunk.table.slice(self._taken, left)
            if chunk.odd:
                numbers = np.asarray(one_chunk(part.column(ROW)))
                begun = rows - left
                odd |= {begun + place: chunk.odd[row] for place, row in enumerate(numbers.tolist()) if row in chunk.odd}
            tables.append(part)
            left -= part.num_rows
            self._taken += part.num_rows
            if self._taken == chunk.table.num_rows:
                self.index, self.offset, self._taken = chunk.after.index, chunk.after.offset, 0
                self._held.popleft()
        if self._taken:
            chunk = self._held[0]
            place = int(chunk.places[self._taken])
            self.index, self.offset = chunk.unit.index + place, chunk.reading.offset(place) or 0
        return pa.concat_tables(tables, promote_options="default"), odd
