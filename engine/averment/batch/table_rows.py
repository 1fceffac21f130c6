"""Rows of Parquet and Arrow tables: columns as they are, given the names by which the kernel knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.backends.columnar.forms import value_of
from averment.batch.adapted_columns import Adapted, adapted, constant_column, joined_names
from averment.batch.arrow import Array, Table, from_bytes, one_chunk, pa, pc
from averment.batch.csv_records import MAX_RECORD
from averment.batch.reading import Reading, case_names
from averment.batch.row_sizes import overlong
from averment.batch.shape import Shape, row_document
from averment.batch.unit import Unit
from averment.core.node import Node
from averment.diagnostics.diagnostic import Report


class TableReader:
    """Reads units of tables under one pack and one schema."""

    def __init__(self, format: Shape) -> None:
        self._format = format

    def read(self, unit: Unit) -> Reading:
        """The rows of a unit. What the kernel refuses of them is no case, and need not be looked at again."""
        table = unit.data if isinstance(unit.data, pa.Table) else from_bytes(unit.data)
        return self.read_table(table, unit.first, self._format.named)

    def read_table(self, table: Table, first: int, named: bool = True) -> Reading:
        """The rows of a table whose first is number ``first`` of the run.

        Where no column names the cases they are called by their numbers; unless they need not be ``named``.
        """
        names: Any = None
        columns: dict[str, Any] = {}
        texts: dict[str, Adapted] = {}
        for place, target in self._format.columns.items():
            column = self._column(table, place)
            if isinstance(column, Adapted):
                texts[target.path] = column
                column = column.values
            if target.type:
                columns[target.path] = column
            else:
                names = column
        places: Codes = np.arange(int(table.num_rows))
        unreadable = None
        if names is not None:
            names, unreadable = _readable(names)
        names, blank = case_names(names, first, places, named)
        every, found = names, pa.table(columns)
        long = overlong([*columns.values(), names], len(places))

        def document(row: int, report: Report) -> Node | None:
            if unreadable is not None and unreadable[row]:
                report.error("AV110", "the name of this case is not UTF-8")
                return None
            if long is not None and long[0][row]:
                report.error("AV524", f"this row has {long[1][row]:,} bytes; a case may have {MAX_RECORD:,}")
                return None
            return self._document(columns, texts, every[row].as_py(), row, first, report)

        reading = Reading(table.num_rows, document, final=True)
        for wrong in (unreadable, None if long is None else long[0], *(each.odd for each in texts.values())):
            blank = blank if wrong is None else blank | wrong
        if blank.any():
            keep: Codes = np.flatnonzero(~blank)
            reading.singles = np.flatnonzero(blank).tolist()
            found, names, places = without_views(found).take(pa.array(keep)), names.take(pa.array(keep)), keep
        reading.table, reading.names, reading.places = found, names, places
        return reading

    def _column(self, table: Table, place: int) -> Any:
        """A column as it is, or as the mapping adapts it."""
        adaptation, headings = self._format.adaptation, self._format.headings
        if adaptation is None:
            return one_chunk(table.column(headings[place]))
        if place < adaptation.width:
            column = one_chunk(table.column(headings[place]))
            return adapted(column, adaptation.cells[place]) if place in adaptation.cells else column
        parts = [one_chunk(table.column(headings[each])) for each in adaptation.names]
        if parts and place == adaptation.width:
            return joined_names(parts)
        target = self._format.columns[place]
        type = self._format.types[target.type]
        constant = adaptation.constants[place - adaptation.width - bool(parts)]
        return constant_column(constant, type.fields[type.position[target.field]], table.num_rows)

    def _document(
        self, columns: dict[str, Any], texts: Mapping[str, Adapted], name: str, row: int, first: int, report: Report
    ) -> Node:
        facts: dict[str, Any] = {}
        for target in self._format.columns.values():
            if not target.type:
                continue
            type = self._format.types[target.type]
            if target.path in texts:
                held = texts[target.path].value(row, report)
            else:
                held = value_of(columns[target.path][row])
            if target.field:
                record = facts.setdefault(target.type, {})
                if held is not None:
                    record[target.field] = held
            elif isinstance(held, dict):
                facts.setdefault(target.type, {}).update(cast("dict[str, Any]", held))
            elif type.one:
                facts.setdefault(target.type, {} if held is None else held)
            elif held is not None:
                facts[target.type] = held
        return row_document(name, facts, first + row, self._format.file)


def _readable(names: Array) -> tuple[Array, Codes | None]:
    """The names as texts, and which of them are none: not UTF-8. Of bytes in ASCII nothing more is asked."""
    kind = names.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        names = names.cast(pa.binary()).view(pa.string())
    if names.type != pa.string() or not len(names):
        return names, None
    ends = np.frombuffer(names.buffers()[1], np.int32)[names.offset : names.offset + len(names) + 1]
    data = np.frombuffer(names.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]
    if not len(data) or data.max() < 128:
        return names, None
    texts = [each.as_buffer() for each in names]
    wrong = np.array([text is not None and not _decodes(text.to_pybytes()) for text in texts])
    return (pc.if_else(pa.array(wrong), "", names), wrong) if wrong.any() else (names, None)


def _decodes(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def without_views(table: Table) -> Table:
    """The table with each view of strings, at any depth, as strings: Arrow takes no rows out of views."""
    fields = [field.with_type(_without_view(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def _without_view(kind: Any) -> Any:
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_view(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_without_view(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_without_view(field.type)) for field in kind])
    return kind
