"""Cases with their records of side tables: in the table as lists of structs, in documents as lists of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.backends.columnar.forms import value_of
from averment.batch.arrow import Array, Table, from_bytes, one_chunk, pa
from averment.batch.reading import Reading
from averment.batch.shape import Document
from averment.batch.table_rows import without_views
from averment.batch.unit import ROW, Joined
from averment.core.node import Node, Span, node_of
from averment.core.program import FactType
from averment.diagnostics.diagnostic import Report


def with_sides(reading: Reading, sides: Sequence[Joined], types: Mapping[str, FactType]) -> Reading:
    """The rows of a unit with the records of side tables; a row with one that no column can hold is read singly."""
    for side in sides:
        records = _Records(side, types[side.kind])
        reading = replace(reading, document=_documents(reading.document, records))
        if reading.table is not None:
            _add(reading, records)
    return reading


class _Records:
    """The records of one type that the cases of a unit have."""

    def __init__(self, side: Joined, kind: FactType) -> None:
        self.side, self.kind = side, kind
        table: Any = from_bytes(side.table) if isinstance(side.table, bytes) else side.table
        columns: list[tuple[str, Any]] = (
            [] if table is None else list(zip(table.column_names, table.columns, strict=True))
        )
        self._columns: dict[str, Array] = {name: one_chunk(column) for name, column in columns}
        self._rows: Any = self._columns.pop(ROW, None)

    def lists(self) -> Array:
        """The records of each case."""
        if self._columns:
            records = pa.StructArray.from_arrays(list(self._columns.values()), names=list(self._columns))
        else:  # there are none, or of none a column was read
            records = pa.array([{}] * int(self.side.offsets[-1]), pa.struct([]))
        return pa.ListArray.from_arrays(pa.array(self.side.offsets, pa.int32()), records)

    def odd_cases(self) -> Codes:
        """The cases with a record that no column can hold."""
        places = np.array(sorted(self.side.odd), np.int64)
        return np.unique(np.searchsorted(self.side.offsets, places, side="right") - 1)

    def of(self, case: int, report: Report) -> Node | None:
        """The records of a case; nothing where one of them is none."""
        start, end = self.side.offsets[case : case + 2].tolist()
        found: list[Node] = []
        for place in range(start, end):
            line = self._rows[place].as_py() + self.side.heading
            span = Span(self.side.file, line, 1, line, 1)
            odd = self.side.odd.get(place)
            if isinstance(odd, tuple):
                report.error(*odd, span)
                return None
            found.append(_placed(self._record(place) if odd is None else odd, span))
        return Node(found, found[0].span if found else Span(self.side.file, 1, 1, 1, 1))

    def _record(self, place: int) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for name, column in self._columns.items():
            held = value_of(column[place])
            if held is not None:
                record[name] = held
        return record


def _placed(record: Mapping[str, Any], span: Span) -> Node:
    """A record as a node, all of which stands in one place."""
    node = node_of(record, span.file)
    assert isinstance(node.value, dict)
    fields = {name: _moved(value, span) for name, value in node.value.items()}
    return Node(fields, span, keys=dict.fromkeys(fields, span))


def _moved(node: Node, span: Span) -> Node:
    value = [_moved(each, span) for each in node.value] if isinstance(node.value, list) else node.value
    return node._replace(value=value, span=span)


def _documents(document: Document, records: _Records) -> Document:
    def found(row: int, report: Report) -> Node | None:
        node = document(row, report)
        facts = None if node is None else node.get("facts")
        if node is None or facts is None or not isinstance(facts.value, dict) or not isinstance(node.value, dict):
            return node
        name = records.kind.name
        if name in facts.value:
            what = f"the records of `{name}` are in the case and in a side table"
            report.error("AV535", what, facts.keys[name], "", "leave one of them out")
            return node
        given = records.of(row, report)
        if given is None:
            return node
        whole = facts._replace(value={**facts.value, name: given}, keys={**facts.keys, name: given.span})
        return node._replace(value={**node.value, "facts": whole})

    return found


def _add(reading: Reading, records: _Records) -> None:
    """Put the records into the table of a reading, without the rows that are to be read singly."""
    table, names = reading.table, reading.names
    assert table is not None and names is not None
    name, places = records.kind.name, reading.places
    lists = records.lists()
    apart = np.isin(places, records.odd_cases()) if records.side.odd else np.zeros(len(places), np.bool_)
    if name in table.column_names:
        apart |= np.asarray(one_chunk(table.column(name)).is_valid())
        table = table.drop_columns([name])
    if apart.any():
        reading.singles = sorted([*reading.singles, *places[apart].tolist()])
        keep = pa.array(np.flatnonzero(~apart))
        table, names, places = without_views(table).take(keep), names.take(keep), places[~apart]
    if len(places) < len(lists):
        lists = lists.take(pa.array(places))
    reading.table = _with(table, name, lists)
    reading.names, reading.places = names, places


def _with(table: Table, name: str, lists: Array) -> Table:
    return pa.table({**{each: table.column(each) for each in table.column_names}, name: lists})
