"""Records of CSV, each by itself: the line of headings, a case, or what is wrong with a record that is none."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from averment.batch.lines import record_ends
from averment.batch.shape import Shape, row_document
from averment.batch.unit import Unit
from averment.diagnostics.diagnostic import Report
from averment.ir.program import Field, Kind
from averment.source.composed import composed
from averment.source.node import Node, Span
from averment.source.text import hidden

MAX_RECORD = 4 * 1024 * 1024


class Records:
    """The records of a unit."""

    def __init__(self, unit: Unit, shape: Shape) -> None:
        self.unit, self._shape = unit, shape
        self.ends = [0] if unit.overlong else record_ends(unit.data, True, last=True)

    def start(self, row: int) -> int:
        return self.ends[row - 1] if row else 0

    def offset(self, row: int) -> int:
        return self.unit.offset + self.start(row)

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


def read_record(data: bytes, shape: Shape, row: int, report: Report) -> Node | None:
    """The case document that a record gives."""
    cells = _cells(data, report, shape.file)
    if cells is None:
        return None
    if len(cells) != len(shape.headings):
        what = f"{len(cells)} cell{'' if len(cells) == 1 else 's'} under {len(shape.headings)} headings"
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
            facts[target.type][target.field] = cell_value(cell, type.fields[type.position[target.field]])
    return row_document(name or None, facts, row, shape.file)


def cell_value(cell: str, field: Field) -> Any:
    """A cell as a fact file would have it: what does not fit its type is left as it is, for the reader to refuse."""
    if field.kind is Kind.SET:
        return [] if cell == "[]" else [element.strip() for element in cell.split("|")]
    if field.kind is Kind.BOOLEAN and cell in ("true", "false"):
        return cell == "true"
    if field.kind is Kind.INTEGER and len(cell) <= 20 and re.fullmatch(r"-?[0-9]+", cell, re.ASCII):
        return int(cell)
    return cell


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
    return [composed(cell) for cell in rows[0]]
