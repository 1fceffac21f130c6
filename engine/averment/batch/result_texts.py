"""The columns of results as text, for rows of JSON and of CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, cast

import numpy as np

from averment.batch.arrow import Array, Table, one_chunk, pa, pc
from averment.core.values import MOST_EXACT


def written_words(table: Table, name: str, write: Callable[[list[Any]], list[str]], null: str = "") -> Array:
    """A dictionary column as text. Only the words that rows use are written."""
    column = one_chunk(table.column(name))
    codes = np.asarray(pc.fill_null(column.indices, len(column.dictionary)))
    used = np.flatnonzero(np.bincount(codes, minlength=len(column.dictionary) + 1)[:-1])
    places = np.full(len(column.dictionary) + 1, len(used), np.int32)
    places[used] = np.arange(len(used))
    texts = write(column.dictionary.take(pa.array(used)).to_pylist())
    return pa.array([*texts, null], pa.string()).take(pa.array(places[codes]))


def written_values(table: Table, name: str, write: Callable[[Any], str], null: str = "") -> Array:
    """The values of a result as text; ``write``: of one, as documents have it."""
    column = one_chunk(table.column(name))
    if pa.types.is_dictionary(column.type):
        return written_words(table, name, lambda words: [write(word) for word in words], null)
    if pa.types.is_integer(column.type) and _exact(column):
        return pc.fill_null(column.cast(pa.string()), null)
    return pa.array([null if each is None else write(plain(each)) for each in column.to_pylist()], pa.string())


def plain(value: Any) -> Any:
    """A value out of a column as documents have it."""
    if isinstance(value, list):
        return [plain(each) for each in cast("list[object]", value)]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _exact(column: Array) -> bool:
    """Whether every reader of JSON keeps the integers of a column."""
    ends = pc.min_max(column).as_py()
    return ends["min"] is None or (ends["min"] >= -MOST_EXACT and ends["max"] <= MOST_EXACT)
