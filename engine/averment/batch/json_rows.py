"""JSON Lines: a case a line, read as one table where that loses nothing, else line by line by the careful reader.

Lines that differ in nothing but their values are read by ``json_template``, all others by pyarrow's parser.

pyarrow's parser refuses duplicate keys, numbers that do not fit, and keys outside the schema, as the careful reader
does; what it would let pass (a ``null`` in a list, characters that do not show, text of any length, a case of no name
or without facts) is looked for here. A block it refuses is halved until the lines it refuses are found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Array, Table, composed_texts, pa, pc
from averment.batch.arrow import json as arrow_json
from averment.batch.json_lines import MAX_LINE, Lines
from averment.batch.json_schema import case_schema
from averment.batch.json_template import TemplateReader
from averment.batch.reading import Reading, by_halves
from averment.batch.shape import Shape
from averment.batch.unit import Unit
from averment.core.program import Kind
from averment.core.text import hidden
from averment.source.text import MAX_NODES, MAX_SCALAR

_OPEN, _CLOSE, _BREAK = b"{}\n"
_ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_LONG = re.compile(rb'"[^"]{%d}' % MAX_SCALAR)
# A decimal in quotes that pyarrow reads and the law does not: with a plus, an exponent, or a bare point.
_ODD_DECIMAL = re.compile(rb'"(?:\+|-?\.|-?[0-9]+\.?[0-9]*[eE]|-?[0-9]+\.")')


class JsonReader:
    """Reads units of JSON Lines under one pack."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._schema = case_schema(shape.types)
        self._template = TemplateReader(shape.types, self._schema)
        self._decimal = any(field.kind is Kind.DECIMAL for type in shape.types.values() for field in type.fields)

    def read(self, unit: Unit) -> Reading:
        """The rows of a unit. Nothing is refused here: lines that are no cases are among the singles."""
        lines = _Lines(unit, self._shape)
        reading = Reading(len(lines.ends), lines.document, offset=lines.offset, text=lines.text)
        table = self._template.read(unit.data, np.array(lines.ends)) if not unit.overlong and lines.regular else None
        together = list(range(len(lines.ends)))
        if table is None:
            good, singles = ([], [0]) if unit.overlong else self._sorted(lines)
            table, together, alone = by_halves(good, lambda rows: self._parsed(lines, rows))
            reading.singles = sorted(singles + alone)
        if table is not None:
            _add(reading, table, together)
        return reading

    def _sorted(self, lines: _Lines) -> tuple[list[int], list[int]]:
        """The lines that the fast parser may have, and those that it may not; blank ones are in neither."""
        data = lines.unit.data
        plain = data.isascii() and not any(mark in data for mark in (b"\\", b"\x7f"))
        plain = plain and not (self._decimal and _ODD_DECIMAL.search(data))
        if plain and lines.regular:
            return list(range(len(lines.ends))), []
        good: list[int] = []
        singles: list[int] = []
        start = 0
        for row, end in enumerate(lines.ends):
            first = data[start : start + 1]
            closed = data[end - 2 : end - 1] == b"}" and data[end - 1 : end] == b"\n"
            if first == b"{" and closed and plain and end - start <= MAX_SCALAR:
                good.append(row)
            else:
                line = data[start:end].strip()
                if line:
                    (good if self._harmless(line) else singles).append(row)
            start = end
        return good, singles

    def _harmless(self, line: bytes) -> bool:
        """Whether the fast parser reads a line as the careful reader does, if it reads it."""
        if not (line.startswith(b"{") and line.endswith(b"}")) or b"\x7f" in line:
            return False
        if len(line) > MAX_SCALAR and (
            len(line) > MAX_LINE or _LONG.search(line) or line.count(b",") + line.count(b"[") > MAX_NODES // 4
        ):
            return False
        if self._decimal and _ODD_DECIMAL.search(line):
            return False
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return False
        if not line.isascii() and hidden(text):
            return False
        return b"\\" not in line or not any(hidden(json.loads(f'"{found}"')) for found in _ESCAPE.findall(text))

    def _parsed(self, lines: _Lines, rows: Sequence[int]) -> Table | None:
        """The table of these lines, unless the parser refuses one of them."""
        data = lines.of(rows)
        try:
            table = arrow_json.read_json(
                pa.BufferReader(data),
                read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 64),
                parse_options=arrow_json.ParseOptions(
                    explicit_schema=self._schema, unexpected_field_behavior="error", newlines_in_values=False
                ),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == len(rows) else None


class _Lines(Lines):
    """The lines of a unit, as the fast parser may have them."""

    @property
    def regular(self) -> bool:
        """Whether every line starts with a brace, ends with one and is not long."""
        data, ends = np.frombuffer(self.unit.data, np.uint8), np.array(self.ends)
        lengths = np.diff(ends, prepend=0)
        if not len(ends) or lengths.min() < 3 or lengths.max() > MAX_SCALAR:
            return False
        opened, closed = data[ends - lengths] == _OPEN, data[ends - 2] == _CLOSE
        return bool((opened & closed & (data[ends - 1] == _BREAK)).all())

    def of(self, rows: Sequence[int]) -> bytes:
        """The bytes of some lines, in order."""
        data: bytes = self.unit.data
        if len(rows) == len(self.ends):
            return data
        if rows[-1] - rows[0] + 1 == len(rows):
            found = data[self.start(rows[0]) : self.ends[rows[-1]]]
        else:
            found = b"".join(data[self.start(row) : self.ends[row]] for row in rows)
        return found


def _add(reading: Reading, table: Table, rows: list[int]) -> None:
    """Put the parsed lines into the reading, but for those that are no cases after all."""
    table = table.combine_chunks()
    facts = table.column("facts").combine_chunks()
    names = table.column("case").combine_chunks()
    if isinstance(facts, pa.ChunkedArray):
        facts, names = pa.concat_arrays(facts.chunks), pa.concat_arrays(names.chunks)
    names = composed_texts(names)
    places: Codes = np.array(rows, np.int64)
    types = facts.flatten()
    empty = np.ones(len(places), np.bool_)
    for column in types:
        empty &= np.asarray(column.is_null())
        if pa.types.is_list(column.type) and column.values.null_count:  # a record that is none
            empty |= _with_nulls(column)
    length = pc.utf8_length(pc.fill_null(names, ""))
    bad = empty | np.asarray(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(names, ""))), 0))
    bad |= np.asarray(pc.greater(length, 200))
    found = pa.table(types, names=[part.name for part in facts.type])
    order = np.argsort(places, kind="stable") if (np.diff(places) < 0).any() else None
    if bad.any() or order is not None:
        reading.singles = sorted([*reading.singles, *places[bad].tolist()])
        keep = np.flatnonzero(~bad) if order is None else order[~bad[order]]
        found, names, places = found.take(pa.array(keep)), names.take(pa.array(keep)), places[keep]
    reading.table, reading.names, reading.places = found, names, places


def _with_nulls(lists: Array) -> Codes:
    """Which lists have an element that is null."""
    rows = pc.list_parent_indices(lists).filter(lists.flatten().is_null())
    found = np.zeros(len(lists), np.bool_)
    found[np.asarray(rows)] = True
    return found
