"""CSV: a case a record under headings. An empty cell is unknown, a set is ``a|b`` (``[]`` has no elements), and
everything else as in a fact file.

Cells are read column by column, each distinct text once; a record that is not as it should be is read by itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from averment.batch.arrow import Table, one_chunk, pa, pc
from averment.batch.arrow import csv as arrow_csv
from averment.batch.lines import are_clean, is_clean, record_ends
from averment.batch.reading import Format, Reading, by_halves, case_names, row_document
from averment.batch.unit import Unit
from averment.diagnostics.diagnostic import Report
from averment.ir.program import Field, Kind
from averment.source.node import Node, Span
from averment.source.text import MAX_SCALAR, hidden

_VISIBLE = bytes([9, 10, 13, *range(32, 127)])
_WHOLE = "^-?[0-9]{1,18}$"
_PARSED = (Kind.BOOLEAN, Kind.INTEGER, Kind.SET)  # whose cells are not texts of a fact file
MAX_RECORD = 4 * 1024 * 1024


class CsvReader:
    """Reads units of CSV under one pack and one line of headings."""

    def __init__(self, format: Format) -> None:
        self._format = format

    def read(self, unit: Unit) -> Reading:
        """The rows of a unit. Nothing is refused here: records that are no cases are among the singles."""
        ends = [0] if unit.overlong else record_ends(unit.data, True, last=True)
        records = _Records(unit, self._format, ends)
        good, singles = ([], [0]) if unit.overlong else records.sorted()
        table, together, alone = by_halves(good, lambda rows: self._parsed(records.of(rows), len(rows)))
        reading = Reading(len(records.ends), records.document, singles=sorted(singles + alone), offset=records.offset)
        if table is not None:
            self._add(reading, table, together, unit.first)
        return reading

    def _parsed(self, data: bytes, rows: int) -> Table | None:
        columns = [str(place) for place in range(len(self._format.headings))]
        wanted = [str(place) for place in self._format.columns]
        kinds = {str(place): pa.string() for place in self._format.columns}
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(data),
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 64, column_names=columns),
                parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=kinds,
                    include_columns=wanted,
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == rows else None

    def _add(self, reading: Reading, table: Table, rows: list[int], first: int) -> None:
        """Put the parsed records into the reading, but for those with a cell that has to be looked at by itself."""
        places = np.array(rows, np.int64)
        order = np.argsort(places, kind="stable")
        odd = np.zeros(len(places), np.bool_)
        columns: dict[str, Any] = {}
        names = None
        for place, target in self._format.columns.items():
            column = one_chunk(table.column(str(place)))
            if not target.type:
                names = column
                continue
            type = self._format.types[target.type]
            columns[target.path], wrong = _typed(column, type.fields[type.position[target.field]])
            if wrong is not None:
                odd |= wrong
        names, blank = case_names(names, first, places, self._format.named)
        odd |= blank
        found = pa.table(columns)
        keep = order[~odd[order]]
        reading.singles = sorted([*reading.singles, *places[odd].tolist()])
        if len(keep) < len(places) or (np.diff(places) < 0).any():
            found = found.take(pa.array(keep))
            names, places = names.take(pa.array(keep)), places[keep]
        reading.table, reading.names, reading.places = found, names, places


def _typed(column: Any, field: Field) -> tuple[Any, Any]:
    """A column of cells as the kernel takes it, and where a cell is no value for sure or needs a closer look."""
    if field.kind is Kind.INTEGER:
        whole = np.asarray(pc.fill_null(pc.match_substring_regex(column, _WHOLE), True))
        if whole.all():
            return column.cast(pa.int64()), None
        return pc.if_else(pa.array(whole), column, pa.nulls(len(column), pa.string())).cast(pa.int64()), ~whole
    encoded = column.dictionary_encode()
    if field.kind not in _PARSED:
        return encoded, None
    texts: list[str] = encoded.dictionary.to_pylist()
    read = [cell_value(text, field) for text in texts]
    if field.kind is Kind.BOOLEAN:
        values = pa.array([value if isinstance(value, bool) else None for value in read], pa.bool_())
    else:
        values = pa.array(read, pa.list_(pa.string()))
    wrong = np.array([field.kind is Kind.BOOLEAN and not isinstance(value, bool) for value in read], np.bool_)
    indices = encoded.indices
    odd = None if not wrong.any() else wrong[np.asarray(pc.fill_null(indices, 0))] & np.asarray(indices.is_valid())
    return values.take(indices), odd


def cell_value(cell: str, field: Field) -> Any:
    """A cell as a fact file would have it: what does not fit its type is left as it is, for the reader to refuse."""
    if field.kind is Kind.SET:
        return [] if cell == "[]" else [element.strip() for element in cell.split("|")]
    if field.kind is Kind.BOOLEAN and cell in ("true", "false"):
        return cell == "true"
    if field.kind is Kind.INTEGER and len(cell) <= 20 and re.fullmatch(r"-?[0-9]+", cell, re.ASCII):
        return int(cell)
    return cell


class _Records:
    """The records of a unit."""

    def __init__(self, unit: Unit, format: Format, ends: list[int]) -> None:
        self._unit, self._format, self.ends = unit, format, ends

    def sorted(self) -> tuple[list[int], list[int]]:
        """The records that the fast parser may have, and those that it may not; blank ones are in neither."""
        data: bytes = self._unit.data
        visible = not data.translate(None, _VISIBLE)
        lengths = np.diff(np.array(self.ends, np.int64), prepend=0)
        usual = visible and data[-1:] == b"\n" and lengths.min() > 2 and lengths.max() <= MAX_SCALAR
        if usual and are_clean(data, self.ends):
            return list(range(len(self.ends))), []
        good: list[int] = []
        singles: list[int] = []
        start = 0
        for row, end in enumerate(self.ends):
            if end - start > 2 or data[start:end].strip():
                fine = end - start <= MAX_SCALAR and (visible or _shows(data[start:end])) and is_clean(data[start:end])
                (good if fine and data[end - 1 : end] == b"\n" else singles).append(row)
            start = end
        return good, singles

    def of(self, rows: Sequence[int]) -> bytes:
        data: bytes = self._unit.data
        if rows[-1] - rows[0] + 1 == len(rows):
            return data[self._start(rows[0]) : self.ends[rows[-1]]]
        return b"".join(data[self._start(row) : self.ends[row]] for row in rows)

    def _start(self, row: int) -> int:
        return self.ends[row - 1] if row else 0

    def offset(self, row: int) -> int:
        return self._unit.offset + self._start(row)

    def document(self, row: int, report: Report) -> Node | None:
        length = self._unit.overlong or self.ends[row] - self._start(row)
        if length > MAX_RECORD:
            report.error("AV524", f"this record has {length:,} bytes; a case may have {MAX_RECORD:,}")
            return None
        record = self._unit.data[self._start(row) : self.ends[row]]
        return read_record(record, self._format, self._unit.first + row, report)


def _shows(record: bytes) -> bool:
    try:
        return not hidden(record.decode())
    except UnicodeDecodeError:
        return False


def read_headings(data: bytes, report: Report, file: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The cells of the line of headings, and where each is written."""
    cells = _cells(data, report, file)
    return (tuple(cells), _places(data.decode(), file)) if cells else ((), ())


def _places(record: str, file: str) -> tuple[Span, ...]:
    """Where each cell of the first record of a file stands."""
    found: list[Span] = []
    start = line, column = 1, 1
    quoted = False
    for sign in record.rstrip("\r\n") + ",":
        if sign == '"' and (quoted or (line, column) == start):
            quoted = not quoted
        if sign == "," and not quoted:
            found.append(Span(file, *start, line, column))
            start = line, column + 1
        line, column = (line + 1, 1) if sign == "\n" else (line, column + 1)
    return tuple(found)


def read_record(data: bytes, format: Format, row: int, report: Report) -> Node | None:
    """The case document that a record gives."""
    cells = _cells(data, report, format.file)
    if cells is None:
        return None
    if len(cells) != len(format.headings):
        what = f"{len(cells)} cell{'' if len(cells) == 1 else 's'} under {len(format.headings)} headings"
        report.error("AV124", f"this record has {what}")
        return None
    name = ""
    facts: dict[str, dict[str, Any]] = {target.type: {} for target in format.columns.values() if target.type}
    for place, target in format.columns.items():
        cell = cells[place]
        if not target.type:
            name = cell
        elif cell:
            type = format.types[target.type]
            facts[target.type][target.field] = cell_value(cell, type.fields[type.position[target.field]])
    return row_document(name or None, facts, row, format.file)


def _cells(data: bytes, report: Report, file: str) -> list[str] | None:
    try:
        text = data.decode()
    except UnicodeDecodeError as problem:
        report.error("AV110", f"byte {problem.start:,} of this record is not UTF-8")
        return None
    found = hidden(text.rstrip("\r\n"))
    if found:
        report.error("AV109", f"{found} is not accepted: it does not show, or changes how the record shows")
        return None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        report.error("AV124", f"this record is not CSV: {problem}")
        return None
    if len(rows) != 1:
        report.error("AV124", "this record is not CSV: a line break outside quotes")
        return None
    return rows[0]
