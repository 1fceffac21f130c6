"""Tables of cases: a row a case, read and written one by one, so that their number does not matter.

JSON Lines hold a whole case a line. CSV has the columns ``case`` and ``TYPE.FIELD`` of types with one record a case: an
empty cell is unknown, a set is ``a|b``. What cannot be read of a row becomes that row's error.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Report
    from averment.ir.program import Field
    from averment.model.case import Case
    from averment.model.model import Model

COLUMNS = ("case", "claim", "status", "strength", "hangs_on", "row", "error")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its number from 1 (headings do not count), its name, and the case if nothing was wrong.

    A place in CSV is its line and the number of its column.
    """

    number: int
    name: str
    case: Case | None
    report: Report


def json_rows(stream: IO[bytes], file: str, model: Model) -> Iterator[Row]:
    """The cases of JSON Lines."""
    from averment.diagnostics.diagnostic import Report
    from averment.model.case import read_case
    from averment.source.json_reader import read_json
    from averment.source.text import MAX_BYTES
    from averment.surface.shape import check_shape

    number = line = 0
    while content := stream.readline(MAX_BYTES + 1):
        line += 1
        while len(content) > MAX_BYTES and not content.endswith(b"\n") and (rest := stream.readline(MAX_BYTES)):
            if rest.endswith(b"\n"):
                break
        if content.isspace():
            continue
        number += 1
        report = Report()
        node = read_json(content, file, report, line)
        name = node.get("case") if node else None
        case = None
        if node is not None and not report.failed and check_shape(node, "case", report):
            case = read_case(node, model.types, report)
        shown = name.value if name and isinstance(name.value, str) else f"row {number}"
        yield Row(number, shown, None if report.failed else case, report)


def csv_rows(stream: IO[str], file: str, model: Model, report: Report) -> Iterator[Row]:
    """The cases of a CSV file; none where its headings do not fit the pack, as ``report`` then says."""
    reader = csv.reader(stream)
    headings = next(reader, None)
    if headings is None:
        from averment.source.text import start_of

        report.error("AV111", f"`{file}` is empty", start_of(file))
        return
    columns = _columns(headings, file, model, report)
    number = 0
    while not report.failed:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield _unread(number, file, reader.line_num, str(problem))
            continue
        if not cells:
            number -= 1
            continue
        yield _row(number, cells, columns, file, reader.line_num, model)


def _columns(headings: list[str], file: str, model: Model, report: Report) -> list[tuple[str, str, Field | None]]:
    """The type, the name and the field of each column; the column of names has no field."""
    from averment.model.names import suggestion, unknown_field, unknown_type
    from averment.source.node import Span

    columns: list[tuple[str, str, Field | None]] = []
    given = {name: type for name, type in model.types.items() if not type.derived}
    for place, heading in enumerate(headings, 1):
        span = Span(file, 1, place, 1, place + 1)
        if headings.index(heading) != place - 1:
            report.error("AV123", f"the column `{heading}` is there twice", span, "again")
        if heading == "case":
            columns.append(("", "case", None))
            continue
        name, dot, of = heading.partition(".")
        type = given.get(name)
        if not dot:
            report.error("AV123", f"the column `{heading}` is not TYPE.FIELD", span, "", *suggestion(heading, ["case"]))
        elif type is None:
            unknown_type(name, given, report, span)
        elif not type.one:
            help = "give such cases as JSON Lines"
            report.error("AV123", f"`{name}` has any number of records, which no column can hold", span, "", help)
        elif of not in type.position:
            unknown_field(of, name, type.position, report, span)
        else:
            columns.append((name, of, type.fields[type.position[of]]))
    return columns


def _row(
    number: int, cells: list[str], columns: list[tuple[str, str, Field | None]], file: str, line: int, model: Model
) -> Row:
    from averment.diagnostics.diagnostic import Report
    from averment.model.case import read_case
    from averment.source.node import Node, Span, node_of

    facts: dict[str, dict[str, Node]] = {}
    name = f"row {number}"
    for place, ((type, of, field), cell) in enumerate(zip(columns, cells, strict=False), 1):
        if field is None:
            name = cell or name
        elif cell:
            span = Span(file, line, place, line, place + 1)
            facts.setdefault(type, {})[of] = node_of(_value(cell, field), file)._replace(span=span)
    if len(cells) != len(columns):
        return _unread(number, file, line, f"{len(cells)} cells under {len(columns)} headings", name)
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return _unread(number, file, line, "a cell is not UTF-8")
    report = Report()
    span = Span(file, line, 1, line, 1)
    records = {type: Node(fields, span, keys=dict.fromkeys(fields, span)) for type, fields in facts.items()}
    given = Node(dict(records), span, keys=dict.fromkeys(records, span))
    case = Node({"case": Node(name, span, name, True), "facts": given}, span, keys={"case": span, "facts": span})
    return Row(number, name, read_case(case, model.types, report), report)


def _value(cell: str, field: Field) -> Any:
    """A cell as a fact file would have it: what does not fit its type is left as it is, for the reader to refuse."""
    from averment.ir.program import Kind

    if field.kind is Kind.SET:
        return [element.strip() for element in cell.split("|")]
    if field.kind is Kind.BOOLEAN and cell in ("true", "false"):
        return cell == "true"
    if field.kind is Kind.INTEGER and len(cell) <= 20 and cell.removeprefix("-").isdecimal() and cell.isascii():
        return int(cell)
    return cell


def _unread(number: int, file: str, line: int, why: str, name: str = "") -> Row:
    from averment.diagnostics.diagnostic import Report
    from averment.source.node import Span

    report = Report()
    report.error("AV124", f"row {number} cannot be read: {why}", Span(file, line, 1, line, 1))
    return Row(number, name or f"row {number}", None, report)
