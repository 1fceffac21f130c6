"""The rows of a side table one after the other, as runs of rows that are of one case."""

from __future__ import annotations

import csv as text_csv
from collections import deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Array, Table, one_chunk, pa, pc
from averment.batch.deciding import reader_of
from averment.batch.fetching import Fetcher
from averment.batch.reading import Reading
from averment.batch.sides import OWNER, Side
from averment.batch.sources import Position, Source, units
from averment.batch.table_rows import without_views
from averment.batch.unit import ROW, Odd, Unit
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report
from averment.ir.program import FactType

ROWS = 32_768  # read at once
BLANK, LOST = None, False
Name = bytes | bool | None
"""What a row's case is called; BLANK for a row that is none, LOST for one that nobody can read."""


class Run(NamedTuple):
    """Rows that follow each other and name the same case (none: it cannot be told), the first of which is ``row``."""

    name: bytes | None
    rows: int
    row: int


@dataclass
class _Chunk:
    """Rows: ``table`` has the fields of the type and ``ROW``; ``odd`` by the number of the row."""

    table: Table
    runs: list[Run]
    named: bool  # each of the runs
    odd: dict[int, Odd]
    unit: Unit
    reading: Reading
    places: Codes  # of each row of the table in the unit
    after: Position


@dataclass
class Cursor:
    """A place between two rows of a side table, from where on it is read. Raises Refused where nobody can tell whose
    a row is, and what ``units`` does.
    """

    side: Side
    index: int = 0
    offset: int = 0
    _held: deque[_Chunk] = field(default_factory=deque[_Chunk])
    _runs: list[Run] = field(default_factory=list[Run])
    _passed: int = 0  # of the runs
    _nameless: Run | None = None
    _taken: int = 0  # rows of the first chunk that is held
    _ended: bool = False

    def __post_init__(self) -> None:
        self._chunks = _chunks(self.side, self.index, self.offset)

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
        return _refused("AV347", what, "give every row the name of its case under `case`")

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


def _refused(code: str, message: str, *help: str) -> Refused:
    return Refused([Diagnostic(code, message, (), help)])


def _chunks(side: Side, index: int, offset: int) -> Iterator[_Chunk]:
    source = Source((side.file,), (side.shape,))
    fetcher = Fetcher(source.inputs, source.shapes)
    for unit, after in units(source, Position(0, index, offset, index + 1), ROWS):
        fetched = fetcher.fetch(unit)
        reading = reader_of(unit, side.shape).read(fetched)
        chunk = _chunk(side, fetched, reading, after)
        if chunk.table.num_rows:
            yield chunk


def _chunk(side: Side, unit: Unit, reading: Reading, after: Position) -> _Chunk:
    table, owners, places = side_table(side.kind, reading, unit.index)
    odd: dict[int, Odd] = {}
    if reading.singles:
        names: list[bytes | None] = owners.to_pylist()
        at = dict(zip(places.tolist(), range(len(places)), strict=True))
        for place in reading.singles:
            odd[unit.index + place + 1], names[at[place]] = _odd(side, unit, reading, place)
        owners = pa.array(names, pa.binary())
    named = not owners.null_count
    return _Chunk(table, _runs(owners, places + unit.index + 1), named, odd, unit, reading, places, after)


def side_table(kind: FactType, reading: Reading, index: int) -> tuple[Table, Array, Codes]:
    """The rows that were read of a side table, in order, with the names of their cases and their places in the unit;
    what was not read as a table has neither name nor values in it.
    """
    places = np.concatenate([reading.places, np.array(reading.singles, np.int64)]).astype(np.int64)
    found: Any = None if reading.table is None else without_views(reading.table)
    columns: dict[str, Any] = {}
    owners = pa.nulls(len(places), pa.binary())
    order: Any = None
    if reading.singles:
        order = np.argsort(places, kind="stable")
        places = places[order]
    for name, held in zip(found.column_names, found.columns, strict=True) if found is not None else ():
        column = one_chunk(held)
        if order is not None:
            absent = order >= len(reading.places)
            column = column.take(pa.array(np.where(absent, 0, order), mask=absent))
        field = name.removeprefix(f"{kind.name}.")
        if field == OWNER:
            owners = as_names(column)
        else:
            columns[field] = column
    columns[ROW] = pa.array(places + index + 1)
    return pa.table(columns), owners, places


def as_names(column: Array) -> Array:
    """The names of cases, whatever holds them, as bytes: they need not be UTF-8 to be compared."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        column = pc.run_end_decode(column)
    elif pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    kind = column.type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)):
        column = column.cast(pa.string())
    return column.cast(pa.binary())


def case_names_in(column: Array, first: int) -> Array:
    """What the cases in the rows of a table are called, the first of which is number ``first`` of the run."""
    names = as_names(column)
    if not names.null_count:
        return names
    found = [f"row {first + row}".encode() if name is None else name for row, name in enumerate(names.to_pylist())]
    return pa.array(found, pa.binary())


def _odd(side: Side, unit: Unit, reading: Reading, place: int) -> tuple[Odd, bytes | None]:
    """A row that was not read as part of a table: its record, or what is wrong with it; and whose it is."""
    report = Report()
    node = reading.document(place, report)
    facts = node.get("facts") if node is not None else None
    record = facts.get(side.kind.name) if facts is not None else None
    if record is None:
        problem = report.diagnostics[0]
        return (problem.code, problem.message), _guessed(side, unit, reading, place)
    values: dict[str, Any] = record.plain()
    owner = values.pop(OWNER, None)
    return values, None if owner is None else str(owner).encode()


def _guessed(side: Side, unit: Unit, reading: Reading, place: int) -> bytes | None:
    """The name of the case in a record of CSV with something wrong in it, as far as it can be told."""
    start = (reading.offset(place) or 0) - unit.offset
    if unit.overlong or unit.data is None:
        return None
    end = unit.data.find(b"\n", start)
    record: bytes = unit.data[start : end if end >= 0 else None]
    at = next(place for place, target in side.shape.columns.items() if target.field == OWNER)
    try:
        (cells,) = text_csv.reader([record.decode("utf-8", "surrogateescape")])
        return cells[at].encode() or None
    except (text_csv.Error, ValueError, IndexError):
        return None


def _runs(owners: Array, rows: Codes) -> list[Run]:
    encoded = pc.run_end_encode(owners)
    ends = np.asarray(encoded.run_ends)
    names: list[bytes | None] = encoded.values.to_pylist()
    numbers: list[int] = rows[np.concatenate([[0], ends[:-1]])].tolist()
    counts: list[int] = np.diff(ends, prepend=0).tolist()
    return list(map(Run, names, counts, numbers))
