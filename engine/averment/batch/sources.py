"""The input as a stream of units, from any position on; the bounds of units depend on the input and the chunk alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from averment.batch.adapter import Adapter, Mapped, adapter_of
from averment.batch.columns import map_columns
from averment.batch.csv_records import MAX_RECORD, read_headings
from averment.batch.dialects import recognize, workbook_in
from averment.batch.fitting import fit
from averment.batch.inputs import Input, Unreadable, damage_told
from averment.batch.json_arrays import is_array, lines_of
from averment.batch.json_tables import is_flat, is_json
from averment.batch.lines import pieces
from averment.batch.shape import Shape
from averment.batch.unit import GROUP, Format, Unit
from averment.core.node import Span
from averment.core.program import FactType
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Refused, Report

if TYPE_CHECKING:
    from averment.batch.sides import Side

CHUNK = GROUP  # rows of a unit, unless its text is longer than a piece
TEXT_CHUNK = 32_768  # where the output is text, which is larger
SIDE_CHUNK = 4096  # where there are side tables
_LOOK = 256 * 1024  # bytes of a text in which its dialect is recognized


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

    def past(self, rows: int) -> Position:
        """The position after so many more rows of the file, whatever bytes they are."""
        return Position(self.file, self.index + rows, 0, self.row + rows)


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
    adapter = adapter_of(mapped)
    found: list[Input] = []
    shapes: list[Shape] = []
    for file in inputs:
        before = len(report.diagnostics)
        file = dialect_of(file, adapter, report)
        if len(report.diagnostics) > before:
            continue
        headings: tuple[str, ...] = ()
        columns = {}
        if file.format is not Format.JSONL:
            headings, spans, schema = headings_of(file, report)
            if report.failed:
                continue
            columns = map_columns(headings, types, adapter, file.path, report, spans, sided)
            if schema is not None:
                from averment.batch.nesting import check_nesting

                check_nesting(schema, columns, types, file.path, report)
                if not adapter.names and all(target.type for target in columns.values()):
                    _check_index(file, schema, report)
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
        shape = Shape(types, columns, headings, file.path)
        if adapter.converts and file.format is not Format.JSONL:
            shape = fit(shape, adapter, report)
            file = replace(file, adaptation=shape.adaptation if file.format is Format.CSV else None)
        found.append(file)
        shapes.append(shape)
    if adapter and found and not report.failed and all(file.format is Format.JSONL for file in found):
        report.error("AV520", "JSON Lines have no columns to map", None, "", "leave out --mapping")
    return Source(tuple(found), tuple(shapes))


def dialect_of(file: Input, adapter: Adapter, report: Report, side: str = "") -> Input:
    """The file as it is read: with the dialect of its text, as is stated or recognized; put into text, if it is none.

    ``side``: the type of the records in it, of a side table. What cannot be read so is reported.
    """
    if file.format is Format.XLSX:
        return _workbook(file, adapter.sheet, side, report)
    if adapter.sheet:
        what = f"`{file.path}` is no workbook, and has no sheet `{adapter.sheet}`"
        report.error("AV520", what, None, "", "leave the sheet out")
    if file.format not in (Format.CSV, Format.JSONL, Format.JSON):
        return file
    try:
        with file.raw() as stream:
            start = stream.read(_LOOK)
    except (Unreadable, OSError):
        return replace(file, format=Format.JSONL) if file.format is Format.JSON else file  # told when it is read
    if file.format is not Format.CSV:
        return _records(file, start, report)
    workbook = workbook_in(start)
    if workbook:
        help = "say --input-format xlsx, or name it *.xlsx, *.xls or *.ods"
        report.error("AV523", f"`{file.path}` is {workbook}, not CSV", None, "", help)
    dialect = recognize(start, adapter.dialect, adapter.stated)
    return replace(file, dialect=dialect)


def _workbook(file: Input, wanted: str, side: str, report: Report) -> Input:
    """A workbook, with the sheet that is read."""
    from averment.batch.workbooks import sheets_of

    try:
        sheet, sheets = sheets_of(file.path, wanted, side)
    except Unreadable as problem:
        report.error("AV523", f"`{file.path}` is not a workbook that can be read: {problem.why}")
        return file
    except Refused as refused:
        report.extend(refused.diagnostics)
        return file
    return replace(file, format=Format.CSV, origin=Format.XLSX, sheet=sheet, sheets=sheets)


def _records(file: Input, start: bytes, report: Report) -> Input:
    """JSON as lines of cases; or, where its records are flat, as the table that they are."""
    array = is_array(start)
    origin = Format.JSON if array else None
    first = next(lines_of(BytesIO(start + b"]")), b"") if array else start
    line = next((line for line in first.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()), b"")
    if file.format is Format.JSON and not array and not is_json(line):
        help = "averment decide reads one case; records are an array, or a line each in *.jsonl"
        report.error("AV523", f"`{file.path}` is no JSON array, nor lines of JSON", None, "", help)
    if is_flat(line):
        return replace(file, format=Format.CSV, origin=origin or Format.JSONL)
    return replace(file, format=Format.JSONL, origin=origin)


def headings_of(file: Input, report: Report) -> tuple[tuple[str, ...], tuple[Span, ...], Any]:
    """The names of a table's columns; in text where each is written, elsewhere their schema."""
    try:
        with damage_told(file.path):
            if not file.format.text:
                from averment.batch.table_sources import schema_of

                schema = schema_of(file)
                return tuple(schema.names), (), schema
            with file.open() as stream:
                piece = next(pieces(stream, True, 1, header=True), None)
    except Unreadable as problem:
        what = "cannot be read" if file.format.text else f"is not {file.format}"
        report.error("AV523", f"`{file.path}` {what}: {problem.why}")
        return (), (), None
    if piece is None:
        report.error("AV111", f"`{file.path}` is empty")
        return (), (), None
    length = piece.overlong or len(piece.data)
    if length > MAX_RECORD:
        what = f"the headings of `{file.path}` have {length:,} bytes; a record may have {MAX_RECORD:,}"
        report.error("AV524", what, start_of(file.path), "", "close the quotes that open a heading")
        return (), (), None
    headings, spans = read_headings(piece.data, report, file.path)
    down = file.dialect.skipped
    return headings, tuple(span if not down else _lower(span, down) for span in spans), None


def _check_index(file: Input, schema: Any, report: Report) -> None:
    """Report an index of a frame that would name the cases and is no column, so that nobody would read it."""
    from averment.batch.frame_index import range_in
    from averment.batch.table_sources import rows_of

    if schema.pandas_metadata and (labels := range_in(schema, rows_of(file))):
        told = f"{labels[0]} to {labels[-1]}" if len(labels) > 1 else f"{labels[0]}"
        what = f"the index of `{file.path}` ({told}) stands in no column, so it could not name the cases"
        help = "write it as one: to_parquet(index=True); or say what names them in a mapping file: names: [COLUMN]"
        report.error("AV123", what, start_of(file.path), "", help)


def _lower(span: Span, lines: int) -> Span:
    return span._replace(line=span.line + lines, end_line=span.end_line + lines)


def units(source: Source, start: Position, chunk: int = CHUNK) -> Iterator[tuple[Unit, Position]]:
    """The units from a position on, each with the position after it. Raises OSError, Unreadable."""
    position = start
    for number in range(start.file, len(source.inputs)):
        file = source.inputs[number]
        if number != start.file:
            position = Position(number, 0, 0, position.row)
        with damage_told(file.path):
            last = number == len(source.inputs) - 1
            for unit, after in _of_file(file, source.shapes[number], position, chunk, last):
                position = after
                yield unit, after


def units_of(source: Source, start: Position, chunk: int = CHUNK) -> Iterator[tuple[Unit, Position]]:
    """As ``units``, with what side tables have of each. Raises Refused, too, where they do not fit the cases."""
    if not source.sides:
        return units(source, start, chunk)
    from averment.batch.side_join import joined_units

    return joined_units(source, start, chunk)


def _of_file(file: Input, shape: Shape, start: Position, chunk: int, last: bool) -> Iterator[tuple[Unit, Position]]:
    if file.format.text:
        return _text_units(file, shape, start, chunk)
    from averment.batch.table_sources import table_units

    return table_units(file, shape, start, chunk, last)


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
            unit = unit_at(file, position, piece.rows, position.row)
            size = len(piece.data)
            yield (
                replace(unit, offset=piece.offset, size=size, data=piece.data, overlong=piece.overlong),
                position := replace(position.past(piece.rows), offset=end),
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


def unit_at(file: Input, position: Position, rows: int, stretch: int) -> Unit:
    """The unit of so many rows from a position on, without its data."""
    return Unit(position.file, file.format, position.row, rows, position.index, stretch=stretch)
