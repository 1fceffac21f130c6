"""The input as a stream of units, from any position on; the bounds of units depend on the input and the chunk alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from averment.batch.arrow import Table, pa, parquet
from averment.batch.columns import CASE, Mapped, map_columns
from averment.batch.csv_rows import read_headings
from averment.batch.inputs import Input
from averment.batch.lines import pieces
from averment.batch.reading import Format as Shape
from averment.batch.unit import GROUP, Format, Unit
from averment.diagnostics.diagnostic import Report
from averment.ir.program import FactType
from averment.source.node import Span

CHUNK = GROUP  # rows of a unit, unless its text is longer than a piece
TEXT_CHUNK = 32_768  # where the output is text, which is larger
_BUFFER = 1 << 20  # bytes of a column read at once, so that the size of row groups does not matter


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next unit starts: the file, how many of its rows are before it, and bytes in text; rows of the run."""

    file: int = 0
    index: int = 0
    offset: int = 0
    row: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a run and how each is read."""

    inputs: tuple[Input, ...]
    shapes: tuple[Shape, ...]

    @property
    def size(self) -> int:
        """Bytes, compressed as they are."""
        return sum(file.size for file in self.inputs)


def open_source(inputs: Sequence[Input], types: Mapping[str, FactType], mapped: Mapped, report: Report) -> Source:
    """How each file is to be read; mistakes in its headings or schema are reported."""
    shapes: list[Shape] = []
    for file in inputs:
        headings: tuple[str, ...] = ()
        columns = {}
        if file.format is not Format.JSONL:
            headings, spans = _headings(file, report)
            if report.failed:
                continue
            columns = map_columns(headings, types, mapped, file.path, report, spans)
            if file.format is Format.CSV:
                for target in columns.values():
                    if target.type and not target.field:
                        what = f"`{target.type}` is a whole record, which no cell of `{file.path}` can hold"
                        report.error("AV123", what, None, "", "give such cases as JSON Lines, Parquet or Arrow")
        shapes.append(Shape(types, columns, headings, file.path))
    if mapped and all(file.format is Format.JSONL for file in inputs):
        report.error("AV520", "JSON Lines have no columns to map", None, "", "leave out --mapping")
    return Source(tuple(inputs), tuple(shapes))


def _headings(file: Input, report: Report) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The names of a table's columns, and in text where each is written."""
    try:
        if file.format is Format.PARQUET:
            with parquet.ParquetFile(file.path) as opened:
                return tuple(opened.schema_arrow.names), ()
        if file.format is Format.ARROW:
            with _open_arrow(file.path) as (reader, _):
                return tuple(reader.schema.names), ()
        with file.open() as stream:
            piece = next(pieces(stream, True, 1, header=True), None)
    except (pa.ArrowInvalid, pa.ArrowKeyError, EOFError) as problem:
        report.error("AV523", f"`{file.path}` is not {file.format}: {_first_line(problem)}")
        return (), ()
    if piece is None:
        report.error("AV111", f"`{file.path}` is empty")
        return (), ()
    return read_headings(piece.data, report, file.path)


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0].rstrip(".") or "it ends too early"


def units(source: Source, start: Position, chunk: int = CHUNK) -> Iterator[tuple[Unit, Position]]:
    """The units from a position on, each with the position after it. Raises OSError, EOFError, ArrowException."""
    position = start
    for number in range(start.file, len(source.inputs)):
        file = source.inputs[number]
        if number != start.file:
            position = Position(number, 0, 0, position.row)
        read = _text_units if file.format.text else _table_units
        for unit, after in read(file, source.shapes[number], position, chunk):
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
            after = Position(
                start.file,
                position.index + piece.rows,
                piece.offset + (piece.overlong or len(piece.data)),
                position.row + piece.rows,
            )
            data, overlong = piece.data, piece.overlong
            yield Unit(start.file, file.format, position.row, piece.rows, piece.offset, data, overlong), after
            position = after


def _skip(stream: Any, count: int) -> None:
    if count and hasattr(stream, "seekable") and stream.seekable():
        stream.seek(count)
        return
    while count:
        block = stream.read(min(count, 1 << 20))
        if not block:
            return
        count -= len(block)


def _table_units(file: Input, shape: Shape, start: Position, chunk: int) -> Iterator[tuple[Unit, Position]]:
    position = start
    columns = [shape.headings[place] for place in shape.columns]
    for table in _tables(file, columns, start, chunk):
        rows = table.num_rows
        after = Position(start.file, position.index + rows, 0, position.row + rows)
        yield Unit(start.file, file.format, position.row, rows, 0, table), after
        position = after


def _tables(file: Input, columns: list[str], start: Position, chunk: int) -> Iterator[Table]:
    """Tables of ``chunk`` rows from a position on, shorter where a group of rows or the file ends."""
    held: list[Any] = []
    count, row, skip = 0, start.row, start.index
    wanted = _most(row, chunk)
    for batch in _parquet(file, columns, skip) if file.format is Format.PARQUET else _arrow(file, columns, skip):
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


def _most(row: int, chunk: int) -> int:
    """How many rows a unit that starts in this row of the run may have."""
    return min(chunk, GROUP - (row - 1) % GROUP)


def _parquet(file: Input, columns: list[str], skip: int) -> Iterator[Any]:
    with parquet.ParquetFile(file.path) as opened:
        texts = [column.name for column in opened.schema_arrow if _is_text(column.type) and column.name != CASE]
        lists = [f"{column.name}.list.element" for column in opened.schema_arrow if _is_texts(column.type)]
        sizes = [opened.metadata.row_group(group).num_rows for group in range(opened.num_row_groups)]
    with (
        parquet.ParquetFile(file.path, read_dictionary=[*texts, *lists], buffer_size=_BUFFER) as encoded,
        parquet.ParquetFile(file.path, read_dictionary=texts, buffer_size=_BUFFER) as plainer,
    ):
        for group, size in enumerate(sizes):
            if skip >= size:
                skip -= size
                continue
            done = skip
            try:
                for batch in _group(encoded, group, columns, done):
                    done += batch.num_rows
                    yield batch
            except pa.ArrowNotImplementedError:  # lists whose words are in several dictionaries
                yield from _group(plainer, group, columns, done)
            skip = 0


def _group(opened: Any, group: int, columns: list[str], skip: int) -> Iterator[Any]:
    """The batches of a row group without its first ``skip`` rows."""
    for batch in opened.iter_batches(GROUP, row_groups=[group], columns=columns, use_threads=False):
        if skip < batch.num_rows:
            yield batch.slice(skip)
        skip = max(0, skip - batch.num_rows)


def _is_text(type: Any) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type))


def _is_texts(type: Any) -> bool:
    return bool(pa.types.is_list(type)) and _is_text(type.value_type)


def _arrow(file: Input, columns: list[str], skip: int) -> Iterator[Any]:
    with _open_arrow(file.path) as (reader, is_file):
        batches = (reader.get_batch(index) for index in range(reader.num_record_batches)) if is_file else reader
        for batch in batches:
            if skip >= batch.num_rows:
                skip -= batch.num_rows
                continue
            yield batch.slice(skip).select(columns)
            skip = 0


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
