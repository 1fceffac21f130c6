"""Cells of CSV: what a text in one is of a field, and the cells of a whole file, each where it stands."""

from __future__ import annotations

import json
import re
from typing import Any

from averment.core.node import Node, Span
from averment.core.program import Field, Kind
from averment.core.text import split_lines
from averment.diagnostics.diagnostic import Report
from averment.source.scalar import plain_scalar
from averment.source.text import MAX_FINDINGS, MAX_NODES, decode

_NUMERIC = ("-", "+", ".", *"0123456789")
_CELL = re.compile(r'"((?:[^"]|"")*)"|([^",]*)')


def read_csv(data: bytes, file: str, report: Report) -> list[list[Node]]:
    """The rows of a file, each a list of cells; lines that are blank are none. The report has what is no CSV."""
    text = decode(data, file, report)
    rows: list[list[Node]] = []
    before, many = len(report.diagnostics), 0
    for number, line in enumerate(split_lines(text or ""), 1):
        if not line.strip():
            continue
        row = _row(line, number, file, report)
        many += len(row)
        if many > MAX_NODES:
            report.error("AV106", f"`{file}` holds more than {MAX_NODES:,} values", row[-1].span, "one too many")
            return []
        if len(report.diagnostics) - before > MAX_FINDINGS:
            return []
        rows.append(row)
    return rows


def _row(line: str, number: int, file: str, report: Report) -> list[Node]:
    cells: list[Node] = []
    at = 0
    while True:
        found = _CELL.match(line, at)
        assert found is not None
        end = found.end()
        span = Span(file, number, at + 1, number, max(end, at + 1) + 1 if end == at else end + 1)
        quoted = found[1] is not None
        text = found[1].replace('""', '"') if quoted else found[2]
        cells.append(Node(text, span, text, quoted))
        if end == len(line):
            return cells
        if line[end] != ",":
            rest = Span(file, number, end + 1, number, len(line) + 1)
            help = "a cell with a comma or a quote in it is in quotes, and a quote in it is written twice"
            report.error("AV124", "this row is not CSV: a quote stands where none can", rest, "from here", help)
            return cells
        at = end + 1


def cell_value(cell: str, field: Field, place: Span, report: Report) -> Any:
    """A cell as documents have its value: a number as they write it, a truth value in any case, a set with ``|``
    between its elements or as JSON; what does not fit its type is left as it is, for the reader to refuse.
    """
    match field.kind:
        case Kind.SET:
            return _listed(cell)
        case Kind.BOOLEAN if cell.lower() in ("true", "false"):
            return cell.lower() == "true"
        case Kind.INTEGER | Kind.DECIMAL if cell[:1] in _NUMERIC:
            return plain_scalar(cell, place, report)
        case _:
            return cell


def _listed(cell: str) -> list[Any]:
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            return found  # pyright: ignore[reportUnknownVariableType]
    return [element.strip() for element in cell.split("|")]
