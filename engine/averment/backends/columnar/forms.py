"""Arrow's values as documents have them, and the forms of a column made into those that are read by their bytes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pyarrow.compute  # type: ignore[import-untyped]

from averment.core.plain import Odd, elements, plain

pa: Any = pyarrow
pc: Any = pyarrow.compute

_NO_VALUE = (UnicodeDecodeError, OverflowError, ValueError)


def regular(array: Any) -> Any:
    """The same values as strings, lists or decimals of the common kind, where they are in a form of fewer users; what
    is no number (NaN) is null.
    """
    kind = array.type
    if pa.types.is_run_end_encoded(kind):
        array = pc.run_end_decode(array)
    elif pa.types.is_floating(kind):
        array = _numbers(array.cast(pa.float32()) if pa.types.is_float16(kind) else array)
    elif pa.types.is_null(kind):
        array = pa.nulls(len(array), pa.string())
    elif pa.types.is_fixed_size_list(kind):
        array = array.cast(pa.list_(kind.value_type))
    elif pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        array = _from_view(array)
    elif pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        array = array.cast(pa.decimal128(kind.precision, kind.scale))
    return array


def _numbers(array: Any) -> Any:
    wanting = pc.is_nan(array)
    return pc.if_else(wanting, None, array) if pc.any(wanting).as_py() else array


def _from_view(array: Any) -> Any:
    """A view of lists as lists (Arrow's own cast loses elements where a list is null)."""
    absent = np.asarray(array.is_null())
    lengths = np.where(absent, 0, np.asarray(array.sizes))
    ends = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int64())
    return pa.LargeListArray.from_arrays(ends, array.flatten(), mask=pa.array(absent))


def values_of(array: Any) -> list[Any]:
    """Every value of an array as documents have it, whatever its bytes."""
    try:
        found: list[Any] = array.to_pylist()
    except _NO_VALUE:
        return [value_of(scalar) for scalar in array]
    return [_plain(value) for value in found]


def _plain(value: Any) -> Any:
    """A value with all that is in it."""
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in cast("dict[str, Any]", value).items()}
    held = elements(value)
    return plain(value) if held is None else [_plain(each) for each in held]


def value_of(scalar: Any) -> Any:
    """The value of a scalar of Arrow as documents have it, or what is to be shown of it where it has none."""
    try:
        return _plain(scalar.as_py())
    except _NO_VALUE:
        kind = scalar.type
        if pa.types.is_dictionary(kind):
            return value_of(scalar.dictionary[scalar.index.as_py()])
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            unit: Any = {pa.date32(): "D", pa.date64(): "ms"}.get(kind) or kind.unit
            return Odd(f"`{np.datetime64(scalar.value, unit)}`")
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            return Odd("a text that is not UTF-8")
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return values_of(scalar.values)
        return Odd(f"a value of type `{kind}`")
