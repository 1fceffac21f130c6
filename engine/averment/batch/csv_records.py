"""Records of CSV, each by itself: the line of headings, a case, or what is wrong with a record that is none."""

from __future__ import annotations

import csv
import io
from typing import Any

from averment.batch.columns import MAX_COLUMNS
from averment.batch.lines import Rows
from averment.batch.shape import Shape, row_document
from averment.batch.unit import Unit
from averment.core.composed import composed
from averment.core.node import Node, Span
from averment.core.text import HIDDEN, hidden, not_shown, start_of
from averment.diagnostics.diagnostic import Report
from averment.source.csv_cells import cell_value
from averment.source.text import decode

MAX_RECORD = 4 * 1024 * 1024


class Records(Rows):
    """The records of a unit."""

    def __init__(self, unit: Unit, shape: Shape) -> None:
        super().__init__(unit, quoted=True)
        self._shape = shape

    def is_blank(self, row: int) -> bool:
        """Whether nothing is written there, which is no case either."""
        start, end = self.start(row), self.ends[row]
        return not self.unit.overlong and end - start <= 2 and not self.unit.data[start:end].strip()

    def document(self, row: int, report: Report) -> Node | None:
        length = self.unit.overlong or self.ends[row] - self.start(row)
        if length > MAX_RECORD:
            report.error("AV524", f"this record has {length:,} bytes; a case may have {MAX_RECORD:,}")
            return None
        record = self.unit.data[self.start(row) : self.ends[row]]
        return read_record(record, self._shape, self.unit.first + row, report)


def read_headings(data: bytes, report: Report, file: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The cells of the line of headings, and where each is written."""
    text = decode(data, file, report)
    cells = None if text is None else _split(text, report, start_of(file))
    if not cells or text is None:
        return (), ()
    return tuple(cells), _places(text, file) if len(cells) <= MAX_COLUMNS else ()


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


def read_record(data: bytes, shape: Shape, row: int, report: Report) -> Node | None:
    """The case document that a record gives."""
    cells = _cells(data, report, shape.file)
    if cells is None:
        return None
    if len(cells) != len(shape.headings):
        found, wanted = len(cells) - shape.added, len(shape.headings) - shape.added
        what = f"{found} cell{'' if found == 1 else 's'} under {wanted} headings"
        report.error("AV124", f"this record has {what}")
        return None
    name = ""
    facts: dict[str, dict[str, Any]] = {target.type: {} for target in shape.columns.values() if target.type}
    for place, target in shape.columns.items():
        cell = cells[place]
        if not target.type:
            name = cell
        elif cell:
            type = shape.types[target.type]
            field = type.fields[type.position[target.field]]
            facts[target.type][target.field] = cell_value(cell, field, start_of(shape.file), report)
    return row_document(name or None, facts, row, shape.file)


def _cells(data: bytes, report: Report, file: str) -> list[str] | None:
    try:
        text = data.decode()
    except UnicodeDecodeError as problem:
        report.error("AV110", f"byte {problem.start:,} of this record is not UTF-8")
        return None
    found = hidden(text.rstrip("\r\n"))
    if found:
        report.error("AV109", not_shown(found), start_of(file), *HIDDEN)
        return None
    return _split(text, report)


def _split(text: str, report: Report, span: Span | None = None) -> list[str] | None:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        report.error("AV124", f"this record is not CSV: {problem}", span)
        return None
    if len(rows) != 1:
        report.error("AV124", "this record is not CSV: a line break outside quotes", span)
        return None
    return [composed(cell) for cell in rows[0]]
