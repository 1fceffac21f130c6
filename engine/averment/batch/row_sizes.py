"""How many bytes the rows of Arrow columns hold: a case may have no more in a table than in a line of text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.backends.columnar.forms import regular
from averment.batch.arrow import Array, pa, pc
from averment.batch.csv_records import MAX_RECORD


def overlong(columns: list[Array], rows: int) -> tuple[Codes, Codes] | None:
    """Which rows hold more than a case may, and the bytes of each row; nothing where none does."""
    if sum(map(_most, columns)) <= MAX_RECORD or not rows:
        return None
    sizes: Codes = np.diff(_added((_ends(column) for column in columns), rows + 1))
    wrong: Codes = sizes > MAX_RECORD
    return (wrong, sizes) if wrong.any() else None


def _most(column: Array) -> int:
    """No row of a column holds more bytes than this, which is quickly found and may be far too many."""
    column = regular(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _most(column.dictionary)
    if _is_flat(kind):
        return 16
    if pa.types.is_struct(kind):
        return sum(map(_most, column.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return (pc.max(pc.list_value_length(column)).as_py() or 0) * _most(column.flatten())
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        at = np.frombuffer(column.buffers()[1] or b"\0\0\0\0", np.int32)
        return int(np.diff(at[column.offset : column.offset + len(column) + 1]).max(initial=0))
    return int(np.diff(_ends(column)).max(initial=0))


def _ends(column: Array) -> Codes:
    """How many bytes the first 0, 1, … all rows of a column hold."""
    column = regular(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        words = np.append(np.diff(_ends(column.dictionary)), 0)
        return _summed(words[np.asarray(pc.fill_null(column.indices, len(words) - 1))])
    if pa.types.is_struct(kind):
        return _added((_ends(field) for field in column.flatten()), len(column) + 1)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = _summed(np.asarray(pc.fill_null(pc.list_value_length(column), 0)))
        ends: Codes = _ends(column.flatten())[lengths]
        return ends
    if _is_flat(kind):
        return np.arange(len(column) + 1, dtype=np.int64) * 8
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        column = column.cast(pa.large_string() if pa.types.is_string_view(kind) else pa.large_binary())
    return _summed(np.asarray(pc.fill_null(pc.binary_length(column), 0)))


def _is_flat(kind: Any) -> bool:
    """Whether a value has a width of its own."""
    return not (
        pa.types.is_nested(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary_view(kind)
    )


def _added(ends: Iterable[Codes], many: int) -> Codes:
    found: Codes = np.zeros(many, np.int64)
    for each in ends:
        found += each
    return found


def _summed(sizes: Codes) -> Codes:
    found: Codes = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=found[1:])
    return found
