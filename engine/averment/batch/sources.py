"""The input as a stream of units, from any position on; the bounds of units depend on the input and the chunk alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

from averment.batch.arrow import Table, pa, parquet
from averment.batch.columns import Mapped, map_columns
from averment.batch.csv_rows import read_headings
from averment.batch.fetching import row_groups, values_in
from averment.batch.inputs import Input, Unreadable, damage_told
from averment.batch.lines import pieces
from averment.batch.nesting import check_nesting
from averment.batch.reading import Format as Shape
from averment.batch.unit import GROUP, Format, Unit
from averment.diagnostics.diagnostic import Report
from averment.ir.program import FactType
from averment.source.node import Span

if TYPE_CHECKING:
    from averment.batch.sides import Side

CHUNK = GROUP  # rows of a unit, unless its text is longer than a piece
TEXT_CHUNK = 32_768  # where the output is text, which is larger
_VALUES = 1 << 21  # of a unit of a table with types: what cases of many records have more of, in fewer rows
_STRETCH = 4 * GROUP  # rows of short row groups that are read one after the other
_LONG = 8 * GROUP  # rows of a row group in a Parquet file, of which two may read a half each


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next unit starts: the file, how many of its rows are before it, and bytes in text; rows of the run.

    ``sides``: where each side table goes on (rows, bytes in text) and how many rows may have some before there that
    nobody can read; ``last``: the name of the case before, in hexadecimal.
    """

    file: int = 0
    index: int = 0
    offset: int = 0
    row: int = 1
    sides: tuple[tuple[int, int, int], ...] = ()
    last: str = ""

    def told(self) -> list[Any]:
        """As plain data, of which ``Position(*told)`` is the position again."""
        plain: list[Any] = [self.file, self.index, self.offset, self.row]
        return [*plain, [list(mark) for mark in self.sides], self.last] if self.sides else plain


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a run and how each is read."""

    inputs: tuple[Input, ...]
    shapes: tuple[Shape, ...]
    sides: tuple[Side, ...] = ()

    @property
    def size(self) -> int:
        """Bytes, compressed as they are."""
        return sum(file.size for file in self.inputs)


def open_source(
    inputs: Sequence[Input], types: Mapping[str, FactType], mapped: Mapped, report: Report, sided: bool = False
) -> Source:
    """How each file is to be read; mistakes in its headings or schema are reported. ``sided``: it has side tables."""
    shapes: list[Shape] = []
    for file in inputs:
        headings: tuple[str, ...] = ()
        columns = {}
        if file.format is not Format.JSONL:
            headings, spans, schema = headings_of(file, report)
            if report.failed:
                continue
            columns = map_columns(headings, types, mapped, file.path, report, spans, sided)
            if schema is not None:
                check_nesting(schema, columns, types, file.path, report)
            if file.format is Format.CSV:
                for target in columns.values():
                    if target.type and not target.field:
                        what = f"`{target.type}` is a whole record, which no cell of `{file.path}` can hold"
                        ways = "JSON Lines, Parquet or Arrow"
                        if types[target.type].one:
                            help = f"give its fields as columns `{target.type}.FIELD`, or such cases as {ways}"
                        else:
                            help = f"put its records in a side table, or give such cases as {ways}"
                        report.error("AV123", what, None, "", help)
        shapes.append(Shape(types, columns, headings, file.path))
    if mapped and all(file.format is Format.JSONL for file in inputs):
        report.error("AV520", "JSON Lines have no columns to map", None, "", "leave out --mapping")
    return Source(tuple(inputs), tuple(shapes))


def headings_of(file: Input, report: Report) -> tuple[tuple[str, ...], tuple[Span, ...], Any]:
    """The names of a table's columns; in text where each is written, elsewhere their schema."""
    try:
        with damage_told(file.path):
            if file.format is Format.PARQUET:
                with parquet.ParquetFile(file.path) as opened:
                    return tuple(opened.schema_arrow.names), (), opened.schema_arrow
            if file.format is Format.ARROW:
                with _open_arrow(file.path) as (reader, _):
                    return tuple(reader.schema.names), (), reader.schema
            with file.open() as stream:
                piece = next(pieces(stream, True, 1, header=True), None)
    except Unreadable as problem:
        report.error("AV523", f"`{file.path}` is not {file.format}: {problem.why}")
        return (), (), None
    if piece is None:
        report.error("AV111", f"`{file.path}` is empty")
        return (), (), None
    return *read_headings(piece.data, report, file.path), None


def units(source: Source, start: Position, chunk: int = CHUNK) -> Iterator[tuple[Unit, Position]]:
    """The units from a position on, each with the position after it. Raises OSError, Unreadable."""
    position = start
    for number in range(start.file, len(source.inputs)):
        file = source.inputs[number]
        if number != start.file:
            position = Position(number, 0, 0, position.row)
        with damage_told(file.path):
            for unit, after in _READ[file.format](file, source.shapes[number], position, chunk):
                position = after
                yield unit, after


def _text_units(file: Input, shape: Shape, start: Position, chunk: int) -> Iterator[tuple[Unit, Position]]:
    with file.open() as stream:
        _skip(stream, start.offset)
        headed = bool(shape.headings) and not start.offset
        found = pieces(stream, file.format is Format.CSV, chunk, headed, start.offset)
        position = start
        if headed:
            heading = next(found, None)
            position = replace(position, offset=heading.offset + len(heading.data) if heading else 0)
        for piece in found:
            end = piece.offset + (piece.overlong or len(piece.data))
            unit = _unit(file, position, piece.rows, position.row)
            size = len(piece.data)
            yield (
                replace(unit, offset=piece.offset, size=size, data=piece.data, overlong=piece.overlong),
                position := replace(_after(position, piece.rows), offset=end),
            )


def _skip(stream: Any, count: int) -> None:
    if count and hasattr(stream, "seekable") and stream.seekable():
        stream.seek(count)
        return
    while count:
        block = stream.read(min(count, 1 << 20))
        if not block:
            return
        count -= len(block)


def _parquet_units(file: Input, shape: Shape, start: Position, chunk: int) -> Iterator[tuple[Unit, Position]]:
    """Units without their rows, which whoever decides them reads.

    A stretch is some row groups, or half of a long one: where it begins, rows may be decoded that are of no use.
    """
    with parquet.ParquetFile(file.path) as opened:
        ends = list(accumulate(row_groups(opened)))
        chunk = _fitting(chunk, values_in(opened) / max(1, opened.metadata.num_rows))
    position = start
    while ends and position.index < ends[-1]:
        group = bisect_right(ends, position.index)
        first = ends[group - 1] if group else 0
        late = ends[group] - first > _LONG and position.index >= (first + ends[group]) // 2
        rows = min(ends[-1] - position.index, _most(position.row, chunk))
        yield _unit(file, position, rows, 2 * (first // _STRETCH) + late), (position := _after(position, rows))


def _arrow_units(file: Input, shape: Shape, start: Position, chunk: int) -> Iterator[tuple[Unit, Position]]:
    position = start
    columns = [shape.headings[place] for place in shape.columns]
    batches = _arrow(file, columns, start.index)
    first = next(batches, None)
    if first is None:
        return
    chunk = _fitting(chunk, first.nbytes / 8 / max(1, first.num_rows))
    for table in _tables(chain([first], batches), start.row, chunk):
        unit = _unit(file, position, table.num_rows, position.row)
        yield replace(unit, data=table), (position := _after(position, table.num_rows))


def _unit(file: Input, position: Position, rows: int, stretch: int) -> Unit:
    return Unit(position.file, file.format, position.row, rows, position.index, stretch=stretch)


def _after(position: Position, rows: int) -> Position:
    return Position(position.file, position.index + rows, 0, position.row + rows)


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


_READ = {
    Format.JSONL: _text_units,
    Format.CSV: _text_units,
    Format.PARQUET: _parquet_units,
    Format.ARROW: _arrow_units,
}
