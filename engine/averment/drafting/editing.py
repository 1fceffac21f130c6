"""A mapping file edited in one place: what a column is taken for. All else in it stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from averment.core.composed import composed
from averment.core.node import Node, Span
from averment.core.program import Field
from averment.diagnostics.diagnostic import Refused, Report
from averment.drafting.doubts import doubts_of_cells, examples, wanted
from averment.drafting.draft import Choice
from averment.drafting.likeness import heading_of
from averment.drafting.mapping_text import flow
from averment.drafting.reading import read_column
from averment.drafting.sample import Column
from averment.source.yaml_reader import read_yaml
from averment.source.yaml_written import scalar

_COLUMNS = "columns"
_NO_VALUE = "AV111"  # a file of comments only
_BREAKS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # where YAML ends a line


def taken_for(column: Column, path: str, field: Field, stated: Mapping[str, Any]) -> tuple[Choice, list[str]]:
    """How a column is read that somebody takes for a field, and what is not sure of its cells.

    ``stated``: what the mapping says of all columns.
    """
    reading = read_column(column, heading_of(column.heading), field)
    said = {key: value for key, value in reading.said.items() if stated.get(key) != value}
    words = stated.get("missing", [])
    known = [words] if isinstance(words, str) else list(words)
    if set(reading.missing) - set(known):
        said["missing"] = [*known, *(word for word in reading.missing if word not in known)]
    if reading.share < 0.5 and column.rows:
        return Choice(path, said), [f"its cells, as {examples(reading)}, are no values of `{path}`{wanted(reading)}"]
    return Choice(path, said), doubts_of_cells(reading)


def with_column(text: str, heading: str, choice: Choice) -> str:
    """The text of a mapping in which a column is taken as ``choice`` says. Raises: Refused for what is no mapping."""
    report = Report()
    documents = read_yaml(text.encode(), "mapping.yaml", report)
    if report.failed and any(found.code != _NO_VALUE for found in report.diagnostics):
        raise Refused(report.diagnostics)
    said: str = flow({"to": choice.to, **choice.said}) if choice.said else scalar(choice.to)
    if not documents:
        return _appended(text, f"{_COLUMNS}:\n  {scalar(heading)}: {said}\n")
    document = documents[0]
    columns = document.get(_COLUMNS)
    named = {composed(name): node for name, node in columns.items()} if columns else {}
    held = named.get(heading)
    if held is not None:
        return _replaced(text, held, said, choice)
    return _inserted(text, document, columns, heading, said)


def _replaced(text: str, held: Node, said: str, choice: Choice) -> str:
    """Only the target, where nothing is said of the cells: what the file says of them is kept, though of no use now."""
    target = held.get("to")
    if target is not None and not choice.said and "." not in choice.to:
        return _put(text, target.span, scalar(choice.to))
    return _put(text, held.span, said)


def _inserted(text: str, document: Node, columns: Node | None, heading: str, said: str) -> str:
    entry = f"{scalar(heading)}: {said}"
    if columns is not None and isinstance(columns.value, dict):
        if _is_flow(text, columns.span):
            return _put_into(text, columns, entry)
        first = next(iter(columns.keys.values()))
        end = columns.span
        start = _offset(text, end.end_line + (end.end_column > 1), 1)
        return f"{_ended(text[:start])}{' ' * (first.column - 1)}{entry}\n{text[start:]}"
    if _is_flow(text, document.span):
        return _put_into(text, document, f"{_COLUMNS}: {{{entry}}}")
    return _appended(text, f"{_COLUMNS}:\n  {entry}\n")


def _put_into(text: str, node: Node, entry: str) -> str:
    """A mapping in braces with another entry before the others."""
    start = _offset(text, node.span.line, node.span.column) + 1
    return f"{text[:start]}{entry}{', ' if node.value else ''}{text[start:]}"


def _is_flow(text: str, span: Span) -> bool:
    return text.startswith("{", _offset(text, span.line, span.column))


def _put(text: str, span: Span, said: str) -> str:
    start, end = _offset(text, span.line, span.column), _offset(text, span.end_line, span.end_column)
    return f"{text[:start]}{said}{text[end:]}"


def _appended(text: str, more: str) -> str:
    return f"{_ended(text)}{more}"


def _ended(text: str) -> str:
    """The text with its last line ended."""
    return text if not text or _BREAKS.fullmatch(text[-1]) else f"{text}\n"


def _offset(text: str, line: int, column: int) -> int:
    """Where a place of the text is; of a line that there is not, its end."""
    starts = [0, *(found.end() for found in _BREAKS.finditer(text))]
    return starts[line - 1] + column - 1 if line <= len(starts) else len(text)


def said_of(text: str, heading: str) -> Mapping[str, Any] | None:
    """What a mapping says of a column: ``to``, and how its cells are read; nothing where it does not name it."""
    documents = read_yaml(text.encode(), "mapping.yaml", Report())
    columns = documents[0].get(_COLUMNS) if documents else None
    for name, node in columns.items() if columns else ():
        if composed(name) == heading:
            plain: Any = node.plain()
            return cast("dict[str, Any]", plain) if isinstance(plain, dict) else {"to": plain}
    return None
