"""Units of cases with the rows of side tables that are theirs: a merge of tables that are in the order of the cases.

The rows of a side table that name a case follow each other, in the order in which the cases come; cases without any are
left out. A case that comes twice in a row, and rows whose case does not come any more, are refused. What belongs to
rows of the main table that nobody can read is passed over with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Table, one_chunk, pa
from averment.batch.columns import Target
from averment.batch.deciding import reader_of
from averment.batch.fetching import Fetcher
from averment.batch.side_reading import as_names, case_names_in
from averment.batch.side_rows import BLANK, LOST, Cursor, Name
from averment.batch.sources import Position, Source, units
from averment.batch.unit import Format, Joined, Odd, Unit
from averment.core.suggest import characters
from averment.diagnostics.diagnostic import Diagnostic, Refused, Report

_FURTHEST = 1000  # runs looked ahead, where rows of the main table cannot be read


def joined_units(source: Source, start: Position, chunk: int) -> Iterator[tuple[Unit, Position]]:
    """As ``units``, with what side tables have of each unit. Raises Refused, too, where they do not fit the cases."""
    marks = start.sides or ((0, 0, 0),) * len(source.sides)
    merges = [_Merge(Cursor(side, mark[0], mark[1]), mark[2]) for side, mark in zip(source.sides, marks, strict=True)]
    naming, last = _Naming(source), start.last
    for unit, after in units(source, replace(start, sides=(), last=""), chunk):
        fetched, names = naming.named(unit)
        last = _check_twice(names, last, unit, source)
        sides = tuple(merge.next(names) for merge in merges)
        marks = tuple(merge.mark for merge in merges)
        yield replace(fetched, sides=sides, stretch=unit.first), replace(after, sides=marks, last=last)
    for merge in merges:
        merge.end(source)


class _Merge:
    """A side table on its way past the cases. ``lost``: rows nobody can read since the last case that had any."""

    def __init__(self, cursor: Cursor, lost: int) -> None:
        self._cursor, self._lost = cursor, lost

    @property
    def mark(self) -> tuple[int, int, int]:
        return self._cursor.index, self._cursor.offset, self._lost

    def next(self, names: Sequence[Name]) -> Joined:
        """What belongs to the next cases."""
        cursor, side = self._cursor, self._cursor.side
        counts = [0] * len(names)
        there, at, passed = set(names), 0, 0  # rows that were gone past and are to be taken
        tables: list[Table] = []
        odd: dict[int, Odd] = {}
        taken = 0

        def take() -> None:
            nonlocal passed, taken
            if passed:
                table, strange = cursor.take(passed)
                tables.append(table)
                odd.update({taken + place: record for place, record in strange.items()})
                taken, passed = taken + passed, 0

        while cursor.run() is not None:
            rows, at = cursor.follow(names, there, at, counts)
            if rows:
                passed, self._lost = passed + rows, 0
            elif gone := self._gone(names, there, at):
                take()
                cursor.take(sum(cursor.skip() for _ in range(gone)))
                self._lost -= gone
            else:
                break
        take()
        self._lost += names[at:].count(LOST)
        offsets: Codes = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        table = pa.concat_tables(tables, promote_options="default") if tables else None
        return Joined(side.kind.name, side.shape.file, int(side.file.format is Format.CSV), offsets, table, odd)

    def _gone(self, names: Sequence[Name], there: set[Name], at: int) -> int:
        """How many runs belong to rows that nobody can read: so many that the one after them is found again."""
        most = self._lost + names[at:].count(LOST)
        for ahead in range(1, min(most, _FURTHEST) + 1):
            run = self._cursor.run(ahead)
            place = None if run is None else _find(run.name, names, there, at)
            if place is not None:
                return ahead if self._lost + names[at:place].count(LOST) >= ahead else 0
        return 0

    def end(self, source: Source) -> None:
        """All cases have come. Raises Refused where there are rows of others."""
        for ahead in range(self._lost + 1):
            if self._cursor.run(ahead) is None:
                return
        run = self._cursor.run()
        assert run is not None
        case = "" if run.name is None else run.name.decode("utf-8", "replace")
        what = f"row {run.row:,} of `{self._cursor.side.shape.file}` is of case `{case}`, which does not come"
        what += f" in `{_called(source)}`, or comes before the cases of the rows above it"
        help = "name a case that is there, and sort both by case: rows of a side table come in the order of the cases"
        raise Refused([Diagnostic("AV347", what, (), (help, *characters(case)))])


def _find(name: bytes | None, names: Sequence[Name], there: set[Name], at: int) -> int | None:
    if name not in there:
        return None
    try:
        return names.index(name, at)
    except ValueError:
        return None


def _called(source: Source) -> str:
    return source.shapes[0].file if len(source.shapes) == 1 else "the input"


def _check_twice(names: Sequence[Name], last: str, unit: Unit, source: Source) -> str:
    """Refuse two rows in a row of one name; the name that the next unit must not begin with, in hexadecimal."""
    before: Name = bytes.fromhex(last) if last else BLANK
    for place, name in enumerate(names):
        if name and name == before:
            file, row = source.shapes[unit.file].file, unit.first + place
            raise twice(name, file, row)
        before = name if name is not BLANK else before
    return before.hex() if isinstance(before, bytes) else ""


def twice(name: bytes | bool, file: str, row: int) -> Refused:
    """Two rows are of one name, the later of which is row ``row``."""
    shown = name.decode("utf-8", "replace") if isinstance(name, bytes) else ""
    what = f"the case `{shown}` comes again in row {row:,} of `{file}`: its records could be of either"
    return Refused([Diagnostic("AV536", what, (), ("give every case a name of its own, here and in side tables",))])


class _Naming:
    """Finds what the rows of units are called."""

    def __init__(self, source: Source) -> None:
        self._fetcher = Fetcher(source.inputs, source.shapes)
        self._shapes = [
            shape if file.format is Format.JSONL else replace(shape, columns=_case_alone(shape.columns))
            for shape, file in zip(source.shapes, source.inputs, strict=True)
        ]

    def named(self, unit: Unit) -> tuple[Unit, list[Name]]:
        """A unit with its data, and the name of each of its rows."""
        fetched, shape = self._fetcher.fetch(unit), self._shapes[unit.file]
        if not unit.format.text:
            (place,) = shape.columns
            column = one_chunk(fetched.data.column(shape.headings[place]))
            return fetched, case_names_in(column, unit.first).to_pylist()
        reading = reader_of(unit, shape).read(fetched)
        names: list[Name] = [BLANK] * unit.rows
        if reading.names is not None:
            for place, name in zip(reading.places.tolist(), as_names(reading.names).to_pylist(), strict=True):
                names[place] = name
        for place in reading.singles:
            node = reading.document(place, Report())
            case = node.get("case") if node is not None else None
            names[place] = str(case.value).encode() if case is not None else LOST
        return fetched, names


def _case_alone(columns: Mapping[int, Target]) -> Mapping[int, Target]:
    return {place: target for place, target in columns.items() if not target.type}
