"""Columns of a table in memory as a mapping adapts them: each distinct value once, as a cell of CSV would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from averment.backends.columnar.columns import Array as Codes
from averment.batch.adapting import Adaptation, Cell
from averment.batch.arrow import Array, pa, pc
from averment.batch.cells import cell_text
from averment.batch.csv_rows import typed
from averment.core.program import Field
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Report
from averment.source.csv_cells import cell_value


@dataclass(frozen=True)
class Adapted:
    """A column's ``texts``, adapted, and as ``values`` those that are of the ``field``; the ``odd`` are none."""

    field: Field
    texts: Array
    values: Array
    odd: Codes | None

    def value(self, row: int, report: Report) -> Any:
        """What a document has of it."""
        text = self.texts[row].as_py()
        return cell_value(text, self.field, start_of(""), report) if text else None


def adapted(column: Array, cell: Cell) -> Adapted | Array:
    """The column as its rule reads it; as it is where that changes nothing, or where it holds more than values."""
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type) or pa.types.is_null(column.type):
        return column
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    written = [cell_text(value) for value in encoded.dictionary.to_pylist()]
    read = cell.reader()
    found = [None if text is None else read(text) or None for text in written]
    if found == written:
        return column
    texts = pa.array(found, pa.string()).take(encoded.indices)
    values, odd = typed(texts, cell.field)
    return Adapted(cell.field, texts, values, odd)


def constant_column(text: str, field: Field, rows: int) -> Adapted:
    """A column of one text in each row."""
    texts = pa.array([text], pa.string()).take(pa.array([0] * rows, pa.int32()))
    values, odd = typed(texts, field)
    return Adapted(field, texts, values, odd)


def joined_names(parts: list[Array]) -> Array:
    """The names of cases, of several columns."""
    written = [[cell_text(value) or "" for value in part.to_pylist()] for part in parts]
    return pa.array([Adaptation.name(list(row)) or None for row in zip(*written, strict=True)], pa.string())
