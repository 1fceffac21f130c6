"""Arrow's values as JSON has them, and the forms a column may have made into those that are read by their bytes."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pyarrow.compute  # type: ignore[import-untyped]

from averment.ir.program import Field, Kind

pa: Any = pyarrow
pc: Any = pyarrow.compute

_NO_VALUE = (UnicodeDecodeError, OverflowError, ValueError)


class Unreadable:
    """What Python has no value for: text that is not UTF-8, an instant beyond the calendar or finer than it."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __str__(self) -> str:
        return self._shown


def regular(array: Any) -> Any:
    """The same values as strings, lists or decimals of the common kind, where they are in a form of fewer users."""
    kind = array.type
    if pa.types.is_run_end_encoded(kind):
        array = pc.run_end_decode(array)
    elif pa.types.is_null(kind):
        array = pa.nulls(len(array), pa.string())
    elif pa.types.is_fixed_size_list(kind):
        array = array.cast(pa.list_(kind.value_type))
    elif pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        array = _from_view(array)
    elif pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        array = array.cast(pa.decimal128(kind.precision, kind.scale))
    return array


def _from_view(array: Any) -> Any:
    """A view of lists as lists (Arrow's own cast loses elements where a list is null)."""
    absent = np.asarray(array.is_null())
    lengths = np.where(absent, 0, np.asarray(array.sizes))
    ends = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int64())
    return pa.LargeListArray.from_arrays(ends, array.flatten(), mask=pa.array(absent))


def values_of(array: Any) -> list[Any]:
    """Every value of an array, whatever its bytes."""
    try:
        found: list[Any] = array.to_pylist()
    except _NO_VALUE:
        found = [value_of(scalar) for scalar in array]
    return found


def value_of(scalar: Any) -> Any:
    """The value of a scalar of Arrow, or what is to be shown of it where it has none."""
    try:
        return scalar.as_py()
    except _NO_VALUE:
        kind = scalar.type
        if pa.types.is_dictionary(kind):
            return value_of(scalar.dictionary[scalar.index.as_py()])
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            unit: Any = {pa.date32(): "D", pa.date64(): "ms"}.get(kind) or kind.unit
            return Unreadable(str(np.datetime64(scalar.value, unit)))
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            return Unreadable(str(scalar.as_buffer().to_pybytes()[:60]))
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return values_of(scalar.values)
        return Unreadable(str(kind))


def plain(value: Any, declared: Field) -> Any:
    """A value of Arrow as JSON has it: a day as text, and decimals that can have no fraction as integers."""
    if declared.kind is Kind.DATE:
        if isinstance(value, datetime):
            return value if value.timetz() != time(tzinfo=value.tzinfo) else value.date().isoformat()
        return value.isoformat() if isinstance(value, date) else value
    if declared.kind is Kind.INTEGER and isinstance(value, Decimal) and _whole(value):
        return int(value)
    return value


def _whole(value: Decimal) -> bool:
    """Whether a decimal has no places: those that are there are of its type, as in a table they are of a column's."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= 0
