"""Arrow in and out: record batches to encoded columns, decisions to a record batch. The one module that knows pyarrow.

A column of a ``one`` type is called ``TYPE.FIELD``, or is a child of a struct column ``TYPE``, or bears the bare name
of a field that no other ``one`` type has. A null is unknown. What is no value of its field makes its row a reject.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow  # type: ignore[import-untyped]
import pyarrow.compute  # type: ignore[import-untyped]

from averment.backends.columnar.coding import Coding, coding_of
from averment.backends.columnar.columns import Array, Column, Plane, either, integer_type
from averment.backends.columnar.forms import plain, regular, value_of, values_of
from averment.backends.columnar.tables import Table as Facts
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.ir.program import FactType, Field, Kind, Program, Value
from averment.ir.values import Misfit, fit, limits
from averment.law.truth import INT64_MAX, INT64_MIN

# pyarrow has no annotations: its names are of any type, and these only say what a value is.
pa: Any = pyarrow
pc: Any = pyarrow.compute
Table: TypeAlias = Any  # a table or a record batch
Batch: TypeAlias = Any  # a record batch
Vector: TypeAlias = Any  # an array

EPOCH = 719163  # the ordinal of 1970-01-01
_LAST = date.max.toordinal()
_SIGNED = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that has no outcome: its index in what was given, and why."""

    row: int
    code: str
    message: str


@dataclass
class Reading:
    """A batch as read: a column for each field of the ``one`` types, and the rows that are no cases."""

    rows: int
    given: dict[tuple[str, int], Column]
    symbols: Symbols
    rejects: dict[int, Reject] = field(default_factory=dict[int, Reject])

    @property
    def bad(self) -> Plane | None:
        if not self.rejects:
            return None
        found = np.zeros(self.rows, np.bool_)
        found[list(self.rejects)] = True
        return found


def find_columns(program: Program, schema: Any) -> dict[tuple[str, int], tuple[str, str]]:
    """Where each field of a ``one`` type is in a schema: the column, and the child of it where that is a struct."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    bare: dict[str, list[tuple[str, int]]] = {}
    for name, kind in program.types.items():
        if kind.one:
            for index, declared in enumerate(kind.fields):
                bare.setdefault(declared.name, []).append((name, index))
    for column in schema:
        owner, _, child = column.name.partition(".")
        of = program.types.get(owner)
        record = of if of is not None and of.one else None
        if record is not None and child in record.position:
            found[owner, record.position[child]] = (column.name, "")
        elif record is not None and not child and pa.types.is_struct(column.type):
            for part in column.type:
                if part.name in record.position:
                    found[owner, record.position[part.name]] = (column.name, part.name)
        elif len(bare.get(column.name, ())) == 1:
            found.setdefault(bare[column.name][0], (column.name, ""))
    return found


def read_batch(
    program: Program, batch: Batch, places: Mapping[tuple[str, int], tuple[str, str]], first: int = 0
) -> Reading:
    """The fields of the ``one`` types in a batch. ``first`` is the index that its first row is reported under."""
    reading = Reading(batch.num_rows, {}, Symbols())
    for name, kind in program.types.items():
        if kind.one:
            for index, declared in enumerate(kind.fields):
                place = places.get((name, index))
                shown = f"{name}.{declared.name}"
                reading.given[name, index] = (
                    _missing(declared, batch.num_rows, reading.symbols)
                    if place is None
                    else read_column(_find(batch, place), declared, shown, reading, first)
                )
    return reading


def _find(batch: Batch, place: tuple[str, str]) -> Vector:
    column = batch.column(batch.schema.get_field_index(place[0]))
    if not place[1]:
        return column
    return column.flatten()[column.type.get_field_index(place[1])]  # flatten carries the struct's own nulls down


def _missing(declared: Field, rows: int, symbols: Symbols) -> Column:
    codes = np.zeros(rows, _code_type(declared))
    return _with_default(Column(codes, codes, np.ones(rows, np.bool_)), declared, symbols)


def _code_type(declared: Field) -> Any:
    match declared.kind:
        case Kind.BOOLEAN:
            return np.bool_
        case Kind.TEXT:
            return np.int32
        case Kind.LEVEL | Kind.CHOICE | Kind.SET:
            return Vocabulary.code_type(declared)
        case _:
            return np.int64


def read_column(array: Vector, declared: Field, shown: str, reading: Reading, first: int = 0) -> Column:
    """One field in its encoding. Rows without a value of the field are added to the rejects of ``reading``."""
    array = regular(array)
    unknown = nulls(array)
    codes, bad = _codes(array, declared, reading.symbols)
    if bad is not None and unknown is not None:
        bad = bad & ~unknown
    if bad is not None and bad.any():
        for row in np.flatnonzero(bad).tolist():
            if row not in reading.rejects:
                misfit = fit(plain(value_of(array[row]), declared), declared, shown)
                if isinstance(misfit, Misfit):
                    reading.rejects[row] = Reject(first + row, misfit.code, misfit.message)
        unknown = either(unknown, bad)
    least, greatest = _limits(codes, declared)
    column = Column(codes, codes, unknown, least, greatest)
    return column if unknown is None else _with_default(column, declared, reading.symbols)


def _with_default(column: Column, declared: Field, symbols: Symbols) -> Column:
    if declared.default is None or column.unknown is None:
        return column
    value = declared.default
    if not isinstance(value, int):
        value = Vocabulary().constant(value, declared, symbols).low[0]
    codes = np.where(column.unknown, np.array(value).astype(column.low.dtype), column.low)
    return Column(codes, codes, None, column.least, column.greatest)


def _limits(codes: Array, declared: Field) -> tuple[int, int]:
    if not declared.kind.ordered:
        return INT64_MIN, INT64_MAX
    least, greatest = limits(declared)
    return INT64_MIN if least is None else least, INT64_MAX if greatest is None else greatest


def nulls(array: Vector) -> Plane | None:
    """Where an array is null; None where nowhere."""
    if not array.null_count:
        return None
    return ~_bits(array.buffers()[0], array.offset, len(array))


def _bits(buffer: Any, offset: int, count: int) -> Plane:
    """A bit-packed buffer as a plane."""
    start, skip = divmod(offset, 8)
    held = np.frombuffer(buffer, np.uint8)[start : (offset + count + 7) // 8]
    return np.unpackbits(held, count=skip + count, bitorder="little")[skip:].view(np.bool_)


def _codes(array: Vector, declared: Field, symbols: Symbols) -> tuple[Array, Plane | None]:
    """Codes for every row, and where there is none (nulls aside)."""
    kind = array.type
    match declared.kind:
        case Kind.BOOLEAN if pa.types.is_boolean(kind):
            return _bits(array.buffers()[1], array.offset, len(array)), None
        case Kind.INTEGER if pa.types.is_integer(kind) and kind.bit_width <= 64 and kind != pa.uint64():
            return _in_range(_numbers(array), array, declared)
        case Kind.DATE if pa.types.is_date32(kind):
            return _days(_numbers(array.view(pa.int32())).astype(np.int64) + EPOCH, array, declared)
        case Kind.DECIMAL if pa.types.is_integer(kind) and kind.bit_width <= 32:
            return _in_range(_numbers(array).astype(np.int64) * 10**declared.places, array, declared)
        case Kind.DECIMAL if pa.types.is_decimal128(kind) and kind.scale <= declared.places and kind.precision <= 18:
            words = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset : 2 * (array.offset + len(array)) : 2]
            if kind.precision + declared.places - kind.scale <= 18:
                return _in_range(words * 10 ** (declared.places - kind.scale), array, declared)
        case Kind.SET if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return _masks(array, declared)
        case _:
            pass
    return _by_dictionary(array, declared, symbols)


def _numbers(array: Vector) -> Array:
    """The values of a fixed-width array; what stands at a null means nothing."""
    width = array.type.bit_width // 8
    signed = np.dtype(_SIGNED[width]) if pa.types.is_signed_integer(array.type) else np.dtype(f"u{width}")
    return np.frombuffer(array.buffers()[1], signed)[array.offset : array.offset + len(array)]


def _in_range(numbers: Array, array: Vector, declared: Field) -> tuple[Array, Plane | None]:
    """Numbers in the smallest type that the field's range allows, and which leave it."""
    least, greatest = declared.minimum, declared.maximum
    if not len(numbers) or (least is None and greatest is None):
        return numbers, None
    low, high = int(numbers.min()), int(numbers.max())
    size: type[np.signedinteger[Any]] = np.int64
    if least is not None and greatest is not None:
        size = integer_type(least, greatest)
    if (least is None or low >= least) and (greatest is None or high <= greatest):
        return numbers.astype(size, copy=False), None
    bad = np.zeros(len(numbers), np.bool_)
    if least is not None:
        bad |= numbers < least
    if greatest is not None:
        bad |= numbers > greatest
    return np.where(bad, 0 if least is None else least, numbers).astype(size), bad


def _days(days: Array, array: Vector, declared: Field) -> tuple[Array, Plane | None]:
    """Days in their range, and which are out of it or beyond the calendar."""
    beyond = (days < 1) | (days > _LAST)
    if not beyond.any():
        return _in_range(days, array, declared)
    codes, bad = _in_range(np.where(beyond, EPOCH, days), array, declared)
    return codes, either(bad, beyond)


def _masks(array: Vector, declared: Field) -> tuple[Array, Plane | None]:
    """Lists of a set's values as bit masks: sums of distinct powers of two, from sums of prefixes."""
    size = Vocabulary.code_type(declared)
    width = np.int64 if pa.types.is_large_list(array.type) else np.int32
    offsets = np.frombuffer(array.buffers()[1], width)[array.offset : array.offset + len(array) + 1]
    start, end = int(offsets[0]), int(offsets[-1])
    elements = regular(array.values.slice(start, end - start))
    codes, wrong = _by_dictionary(elements, declared, None)
    powers = np.left_shift(size(1), codes.astype(size))
    if wrong is not None:
        powers[wrong] = 0
    holes = nulls(elements)
    if holes is not None:
        powers[holes] = 0
    sums = np.zeros(len(powers) + 1, np.uint64)  # faster than narrow ones; the difference of two is right all the same
    np.cumsum(powers, dtype=np.uint64, out=sums[1:])
    at = sums.take((offsets - start).astype(np.int64))
    masks = (at[1:] - at[:-1]).astype(size)
    bad: Plane = np.bitwise_count(masks) != np.diff(offsets)  # an element that is twice, unknown or no value
    return masks, bad if bad.any() else None


def _by_dictionary(array: Vector, declared: Field, symbols: Symbols | None) -> tuple[Array, Plane | None]:
    """Each distinct value read once. For an element of a set (``symbols`` is None) its place in the field's values."""
    if not pa.types.is_dictionary(array.type):
        coding = coding_of(declared.values) if symbols is None or declared.kind in (Kind.CHOICE, Kind.LEVEL) else None
        read = _by_bytes(array, coding) if coding is not None else None
        if read is not None:
            return read
        if pa.types.is_nested(array.type):
            return np.zeros(len(array), _code_type(declared)), np.ones(len(array), np.bool_)
        array = (array.cast(pa.string()) if pa.types.is_string_view(array.type) else array).dictionary_encode()
    held = [None if each is None else plain(each, declared) for each in values_of(array.dictionary)]
    if symbols is None or declared.kind in (Kind.CHOICE, Kind.LEVEL):
        places = {value: index for index, value in enumerate(declared.values)}
        found: list[int | None] = [places.get(each) if isinstance(each, str) else None for each in held]
    else:
        fitted = [fit(each, declared, "") for each in held]
        found = [None if isinstance(each, Misfit) else _number(each, declared, symbols) for each in fitted]
    size = _code_type(declared) if symbols is not None else np.uint8
    table = np.array([0 if code is None else code for code in found] or [0], size)
    indices = _numbers(array.indices)
    if array.indices.null_count:
        indices = np.where(_bits(array.indices.buffers()[0], array.indices.offset, len(array)), indices, 0)
    codes = table.take(indices)
    if None not in found:
        return codes, None
    return codes, np.array([code is None for code in found], np.bool_)[indices]


def _by_bytes(array: Vector, coding: Coding) -> tuple[Array, Plane | None] | None:
    """Plain strings by their bytes; None for what is no string, or not in a form that is read so."""
    kind = array.type
    if pa.types.is_string_view(kind) and coding.in_views:
        views = np.frombuffer(array.buffers()[1] or b"", np.uint64)
        return coding.view_codes(views[2 * array.offset : 2 * (array.offset + len(array))])
    if not pa.types.is_string(kind) and not pa.types.is_large_string(kind):
        return None
    if not len(array):
        return np.zeros(0, np.uint8), None
    _, offsets, data = array.buffers()
    at = np.frombuffer(offsets, np.int64 if pa.types.is_large_string(kind) else np.int32)
    return coding.codes(np.frombuffer(data or b"", np.uint8), at[array.offset : array.offset + len(array) + 1])


def _number(value: Value, declared: Field, symbols: Symbols) -> int:
    if isinstance(value, str):
        return symbols.code(value)
    return Vocabulary().mask(value, declared) if isinstance(value, frozenset) else int(value)


def to_batches(table: Table, rows: int) -> Iterable[Batch]:
    """The rows in order, in batches of at most ``rows``."""
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    found: list[Batch] = table.to_batches(max_chunksize=rows)
    return found


def words(codes: Array, values: list[str], unknown: Plane | None = None) -> Vector:
    """Codes as a dictionary-encoded column of strings; null where ``unknown``."""
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32, copy=False), mask=unknown), pa.array(values, pa.string())
    )


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
            case _:
                found = pa.array(value)
        columns[declared.name] = found
    return pa.RecordBatch.from_pydict(columns)


def one_batch(parts: list[Batch]) -> Batch:
    """Batches of one schema, one after the other."""
    return pa.concat_batches(parts)
