"""Parquet and Arrow files as a stream of units: what a file's columns are, and where its rows are cut."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, chain
from typing import Any

from averment.batch.arrow import Table, open_parquet, pa
from averment.batch.inputs import Input
from averment.batch.parquet_rows import row_groups, values_in
from averment.batch.shape import Shape
from averment.batch.sources import Position, unit_at
from averment.batch.unit import GROUP, Format, Unit

_VALUES = 1 << 21  # of a unit of a table with types: what cases of many records have more of, in fewer rows
_STRETCH = 4 * GROUP  # rows of short row groups that are read one after the other
_LONG = 8 * GROUP  # rows of a row group in a Parquet file, of which two may read a half each


def schema_of(file: Input) -> Any:
    """The Arrow schema of a file."""
    if file.format is Format.PARQUET:
        with open_parquet(file.path) as opened:
            return opened.schema_arrow
    with _open_arrow(file.path) as (reader, _):
        return reader.schema


def rows_of(file: Input) -> int:
    """How many rows a file has."""
    if file.format is Format.PARQUET:
        with open_parquet(file.path) as opened:
            return int(opened.metadata.num_rows)
    return sum(batch.num_rows for batch in batches_of(file))


def batches_of(file: Input) -> Iterator[Any]:
    """All rows of a file, a record batch after the other."""
    if file.format is Format.PARQUET:
        with open_parquet(file.path) as opened:
            yield from opened.iter_batches()
    else:
        with _open_arrow(file.path) as (reader, is_file):
            yield from (reader.get_batch(index) for index in range(reader.num_record_batches)) if is_file else reader


def table_units(file: Input, shape: Shape, start: Position, chunk: int, last: bool) -> Iterator[tuple[Unit, Position]]:
    """The units of a file from a position on, each with the position after it. ``last``: no file follows."""
    if file.format is Format.PARQUET:
        return _parquet_units(file, start, chunk, last)
    return _arrow_units(file, shape, start, chunk)


def _parquet_units(file: Input, start: Position, chunk: int, last: bool) -> Iterator[tuple[Unit, Position]]:
    """Units without their rows, which whoever decides them reads.

    A stretch is some row groups, or half of a long one: where it begins, rows may be decoded that are of no use.
    """
    with open_parquet(file.path) as opened:
        ends = list(accumulate(row_groups(opened)))
        chunk = _fitting(chunk, values_in(opened) / max(1, opened.metadata.num_rows))
    position = start
    while ends and position.index < ends[-1]:
        group = bisect_right(ends, position.index)
        first = ends[group - 1] if group else 0
        late = ends[group] - first > _LONG and position.index >= (first + ends[group]) // 2
        rows = min(ends[-1] - position.index, _most(position.row, chunk))
        unit = unit_at(file, position, rows, 2 * (first // _STRETCH) + late)
        yield replace(unit, last=last and position.index + rows == ends[-1]), (position := position.past(rows))


def _arrow_units(file: Input, shape: Shape, start: Position, chunk: int) -> Iterator[tuple[Unit, Position]]:
    position = start
    batches = _arrow(file, shape.wanted, start.index)
    first = next(batches, None)
    if first is None:
        return
    chunk = _fitting(chunk, first.nbytes / 8 / max(1, first.num_rows))
    for table in _tables(chain([first], batches), start.row, chunk):
        unit = unit_at(file, position, table.num_rows, position.row)
        yield replace(unit, data=table), (position := position.past(table.num_rows))


def _tables(batches: Iterable[Any], row: int, chunk: int) -> Iterator[Table]:
    """Tables of ``chunk`` rows, the first of which is number ``row`` of the run; shorter where a group or they end."""
    held: list[Any] = []
    count, wanted = 0, _most(row, chunk)
    for batch in batches:
        while count + batch.num_rows >= wanted:
            held.append(batch.slice(0, wanted - count))
            batch = batch.slice(wanted - count)
            yield pa.Table.from_batches(held)
            row += wanted
            held, count, wanted = [], 0, _most(row, chunk)
        if batch.num_rows:
            held.append(batch)
            count += batch.num_rows
    if held:
        yield pa.Table.from_batches(held)


def _fitting(chunk: int, values: float) -> int:
    """``chunk``, or the half, quarter … of it in which rows of so many values are not too many to be held."""
    while chunk > 1 and chunk * values > _VALUES:
        chunk //= 2
    return chunk


def _most(row: int, chunk: int) -> int:
    """How many rows a unit that starts in this row of the run may have."""
    return min(chunk, GROUP - (row - 1) % GROUP)


def _arrow(file: Input, columns: list[str], skip: int) -> Iterator[Any]:
    with _open_arrow(file.path) as (reader, is_file):
        batches = (reader.get_batch(index) for index in range(reader.num_record_batches)) if is_file else reader
        for batch in map(_sound, batches):
            if skip >= batch.num_rows:
                skip -= batch.num_rows
                continue
            yield batch.slice(skip).select(columns)
            skip = 0


def _sound(batch: Any) -> Any:
    """A batch whose offsets and indices are within bounds: Arrow takes them as they are. Raises ArrowInvalid."""
    for column in batch.columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as problem:
            if "UTF8" not in str(problem):  # which is for a row to answer for
                raise
    return batch


class _open_arrow:
    """A reader of an Arrow file or stream, and whether it is a file."""

    def __init__(self, path: str) -> None:
        self._stream: Any = pa.OSFile(path)

    def __enter__(self) -> tuple[Any, bool]:
        if self._stream.read(6) == b"ARROW1":
            return pa.ipc.open_file(self._stream), True
        self._stream.seek(0)
        return pa.ipc.open_stream(self._stream), False

    def __exit__(self, *_: object) -> None:
        self._stream.close()
