"""CSV: a case a record under headings. An empty cell is unknown, a set is ``a|b`` (``[]`` has no elements), and
everything else as in a fact file.

Cells are read column by column, each distinct text once; a record that is not as it should be is read by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from averment.batch.arrow import Table, one_chunk, pa, pc
from averment.batch.arrow import csv as arrow_csv
from averment.batch.csv_records import Records
from averment.batch.line_ends import ends_of_lines
from averment.batch.lines import RECORDS, is_clean
from averment.batch.reading import Reading, by_halves, case_names
from averment.batch.shape import Shape
from averment.batch.unit import Unit
from averment.core.optional import NONE
from averment.core.program import Field, Kind
from averment.core.text import hidden, start_of
from averment.core.values import Misfit, decode, fit
from averment.diagnostics.diagnostic import Report
from averment.source.csv_cells import cell_value
from averment.source.text import MAX_SCALAR

_VISIBLE = bytes([9, 10, 13, *range(32, 127)])
_WHOLE = "^(?:0|-?[1-9][0-9]{0,17})$"
# Kinds whose cells are not texts of a fact file, with the type of their columns.
_PARSED = {Kind.BOOLEAN: pa.bool_(), Kind.INTEGER: pa.int64(), Kind.SET: pa.list_(pa.string())}


class CsvReader:
    """Reads units of CSV under one pack and one line of headings."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def read(self, unit: Unit) -> Reading:
        """The rows of a unit. Nothing is refused here: records that are no cases are among the singles."""
        records = _Records(unit, self._shape)
        good, singles = ([], [0]) if unit.overlong else records.sorted()
        table, together, alone = by_halves(good, lambda rows: self._parsed(records.of(rows), len(rows)))
        reading = Reading(
            len(records.ends),
            records.document,
            singles=sorted(singles + alone),
            offset=records.offset,
            text=records.text,
        )
        if table is not None:
            self._add(reading, table, together, unit.first)
        return reading

    def _parsed(self, data: bytes, rows: int) -> Table | None:
        columns = [str(place) for place in range(len(self._shape.headings))]
        wanted = [str(place) for place in self._shape.columns]
        kinds = {str(place): pa.string() for place in self._shape.columns}
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
        for place, target in self._shape.columns.items():
            column = one_chunk(table.column(str(place)))
            if not target.type:
                names = column
                continue
            type = self._shape.types[target.type]
            columns[target.path], wrong = typed(column, type.fields[type.position[target.field]])
            if wrong is not None:
                odd |= wrong
        names, blank = case_names(names, first, places, self._shape.named)
        odd |= blank
        found = pa.table(columns)
        keep = order[~odd[order]]
        reading.singles = sorted([*reading.singles, *places[odd].tolist()])
        if len(keep) < len(places) or (np.diff(places) < 0).any():
            found = found.take(pa.array(keep))
            names, places = names.take(pa.array(keep)), places[keep]
        reading.table, reading.names, reading.places = found, names, places


def typed(column: Any, field: Field) -> tuple[Any, Any]:
    """A column of cells as the kernel takes it, and where a cell is no value for sure or needs a closer look."""
    if field.kind is Kind.INTEGER:
        whole = np.asarray(pc.fill_null(pc.match_substring_regex(column, _WHOLE), True))
        if whole.all():
            return column.cast(pa.int64()), None
    encoded = column.dictionary_encode()
    if field.kind not in _PARSED:
        return encoded, None
    texts: list[str] = encoded.dictionary.to_pylist()
    read = [_value(text, field) for text in texts]
    if field.optional and NONE in texts:  # then a column of texts holds all
        values = pa.array([None if value is None else str(decode(value, field)) for value in read], pa.string())
    else:
        values = pa.array(read, _PARSED[field.kind])
    wrong = np.array([value is None for value in read], np.bool_)
    indices = encoded.indices
    odd = None if not wrong.any() else wrong[np.asarray(pc.fill_null(indices, 0))] & np.asarray(indices.is_valid())
    return values.take(indices), odd


def _value(cell: str, field: Field) -> Any:
    """The value of a cell in the type of its column; None where it has to be looked at by itself."""
    report = Report()
    value = cell_value(cell, field, start_of(""), report)
    if report.failed:
        return None
    if field.kind is Kind.SET:
        return value if all(isinstance(element, str) for element in value) else None
    found = fit(value, field, "")
    return None if isinstance(found, Misfit) else found


class _Records(Records):
    """The records of a unit, as the fast parser may have them."""

    def sorted(self) -> tuple[list[int], list[int]]:
        """The records that the fast parser may have, and those that it may not; blank ones are in neither."""
        data: bytes = self.unit.data
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
        data: bytes = self.unit.data
        if rows[-1] - rows[0] + 1 == len(rows):
            return data[self.start(rows[0]) : self.ends[rows[-1]]]
        return b"".join(data[self.start(row) : self.ends[row]] for row in rows)


def are_clean(data: bytes, ends: list[int]) -> bool:
    """Whether the quotes of all records of a text stand where they should, each in a line of its own."""
    if b'"' not in data:
        return True
    return ends_of_lines(data, True, None) == ends and RECORDS.fullmatch(data) is not None


def _shows(record: bytes) -> bool:
    try:
        return not hidden(record.decode())
    except UnicodeDecodeError:
        return False
