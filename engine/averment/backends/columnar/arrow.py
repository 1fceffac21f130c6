"""Batches written: decisions and facts as record batches; and Arrow's names, for every module that speaks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pyarrow.compute  # type: ignore[import-untyped]

from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.tables import Table as Facts
from averment.backends.columnar.vocabulary import Symbols
from averment.core.program import FactType, Kind
from averment.core.times import DAY

# pyarrow has no annotations: its names are of any type, and these only say what a value is.
pa: Any = pyarrow
pc: Any = pyarrow.compute
Table: TypeAlias = Any  # a table or a record batch
Batch: TypeAlias = Any  # a record batch
Vector: TypeAlias = Any  # an array

EPOCH = 719163  # the ordinal of 1970-01-01
SECONDS = EPOCH * DAY  # the datetime of its start


def to_batches(table: Table, rows: int) -> Iterable[Batch]:
    """The rows in order, in batches of at most ``rows``."""
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    found: list[Batch] = table.to_batches(max_chunksize=rows)
    return found


def words(codes: Array, values: list[str], unknown: Plane | None = None) -> Vector:
    """Codes as a dictionary-encoded column of strings; null where ``unknown``."""
    places = pa.array(codes.astype(np.int32, copy=False), mask=unknown)
    return pa.DictionaryArray.from_arrays(places, pa.array(values, pa.string()), safe=False)


def no_words(rows: int) -> Vector:
    """A dictionary-encoded column of strings that has none."""
    return pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), pa.array([], pa.string()))


def masks(packed: Array) -> Vector:
    """Rows of bytes (an array of rows × bytes) as a column of binary; a file's own dictionary makes it small there."""
    rows, width = packed.shape
    data = pa.py_buffer(np.ascontiguousarray(packed))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), rows, [None, data])


def record_batch(columns: Mapping[str, Vector], metadata: Mapping[str, str]) -> Batch:
    """A batch with metadata in its schema."""
    return pa.RecordBatch.from_pydict(dict(columns)).replace_schema_metadata(dict(metadata))


def case_column(table: Table, kept: list[Plane | None], rows: list[int]) -> dict[str, Vector]:
    """The ``case`` column of what was given, where it has one, without the rows that were not kept."""
    place = table.schema.get_field_index("case")
    if place < 0:
        return {}
    column = table.column(place)
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if any(keep is not None for keep in kept):
        if pa.types.is_string_view(column.type):  # Arrow takes no rows out of views
            column = column.cast(pa.string())
        mask = [np.ones(count, np.bool_) if keep is None else keep for keep, count in zip(kept, rows, strict=True)]
        column = column.filter(pa.array(np.concatenate(mask)))
    return {"case": column}


def fact_batch(kind: FactType, table: Facts, symbols: Symbols) -> Batch:
    """Facts of a type as a record batch: ``row`` and the type's fields; decimals scaled and sets as bits, as held."""
    columns = {"row": pa.array(table.case)}
    for declared, value in zip(kind.fields, table.values, strict=True):
        match declared.kind:
            case Kind.TEXT | Kind.CHOICE:
                found = pa.array(np.array([*symbols.strings, ""], object)[value], pa.string())
            case Kind.LEVEL:
                found = pa.array(np.array(declared.values, object)[value], pa.string())
            case Kind.BOOLEAN:
                found = pa.array(value != 0)
            case Kind.DATE:
                found = pa.array((value - EPOCH).astype(np.int32)).view(pa.date32())
            case Kind.TIME:
                found = pa.array(value.astype(np.int32)).view(pa.time32("s"))
            case Kind.DATETIME:
                found = pa.array(value.astype(np.int64) - SECONDS).view(pa.timestamp("s"))
            case Kind.DURATION:
                found = pa.array(value.astype(np.int64)).view(pa.duration("s"))
            case _:
                found = pa.array(value)
        columns[declared.name] = found
    return pa.RecordBatch.from_pydict(columns)


def one_batch(parts: list[Batch]) -> Batch:
    """Batches of one schema, one after the other."""
    return pa.concat_batches(parts)
