"""Arrays as codes: each field's values in the encoding that the planes hold, read from Arrow's buffers."""

from __future__ import annotations

from typing import Any

import numpy as np

from averment.backends.columnar.arrow import EPOCH, SECONDS, Vector, pa
from averment.backends.columnar.coding import Coding, coding_of
from averment.backends.columnar.columns import Array, Plane, either, integer_type
from averment.backends.columnar.forms import regular, values_of
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.core.program import Field, Kind, Value
from averment.core.times import DAY
from averment.core.values import MOST_EXACT, Misfit, encoding_ends, ends, fit

_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_SIGNED = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}


def codes_of(array: Vector, declared: Field, symbols: Symbols) -> tuple[Array, Plane | None]:
    """Codes for every row, and where there is none (nulls aside)."""
    kind = array.type
    match declared.kind:
        case Kind.BOOLEAN if pa.types.is_boolean(kind):
            return _bits(array.buffers()[1], array.offset, len(array)), None
        case Kind.INTEGER if pa.types.is_integer(kind) and kind.bit_width <= 64 and kind != pa.uint64():
            return _in_range(_numbers(array), array, declared)
        case Kind.INTEGER if pa.types.is_float64(kind) or pa.types.is_float32(kind):
            return _whole_numbers(array, declared)
        case Kind.DATE if pa.types.is_date32(kind):
            return _of_calendar(_numbers(array.view(pa.int32())).astype(np.int64) + EPOCH, array, declared)
        case Kind.DATETIME if pa.types.is_date32(kind):
            days = _numbers(array.view(pa.int32())).astype(np.int64)
            return _of_calendar((days + EPOCH) * DAY, array, declared)
        case Kind.DATETIME if pa.types.is_timestamp(kind) and kind.tz is None:
            return _seconds(array, declared, SECONDS)
        case Kind.TIME if pa.types.is_time(kind):
            return _seconds(array, declared)
        case Kind.DURATION if pa.types.is_duration(kind):
            return _seconds(array, declared)
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


def code_type(declared: Field) -> Any:
    """The type of NumPy that holds the codes of a field."""
    match declared.kind:
        case Kind.BOOLEAN:
            return np.bool_
        case Kind.TEXT:
            return np.int32
        case Kind.LEVEL | Kind.CHOICE | Kind.SET:
            return Vocabulary.code_type(declared)
        case _:
            return np.int64


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
        size = integer_type(*ends(declared))  # also for what stands where nothing does
    if (least is None or low >= least) and (greatest is None or high <= greatest):
        return numbers.astype(size, copy=False), None
    bad = np.zeros(len(numbers), np.bool_)
    if least is not None:
        bad |= numbers < least
    if greatest is not None:
        bad |= numbers > greatest
    return np.where(bad, 0 if least is None else least, numbers).astype(size), bad


def _whole_numbers(array: Vector, declared: Field) -> tuple[Array, Plane | None]:
    """Floats that are whole, as integers, and which are not, or are so large that a float does not tell them apart."""
    width = np.float64 if pa.types.is_float64(array.type) else np.float32
    held = np.frombuffer(array.buffers()[1], width)[array.offset : array.offset + len(array)].astype(np.float64)
    odd: Plane = ~(np.abs(held) <= MOST_EXACT) | (np.floor(held) != held)
    missing = nulls(array)
    if missing is not None:
        held = np.where(missing, 0, held)
        odd &= ~missing
    codes, bad = _in_range(np.where(odd, 0, held).astype(np.int64), array, declared)
    return codes, either(bad, odd if odd.any() else None)


def _seconds(array: Vector, declared: Field, start: int = 0) -> tuple[Array, Plane | None]:
    """Times of any unit as seconds from ``start`` on, and which are finer, out of range or beyond the calendar."""
    width = pa.int32() if array.type.bit_width == 32 else pa.int64()
    held, missing = _numbers(array.view(width)).astype(np.int64), nulls(array)
    seconds, rest = np.divmod(held if missing is None else np.where(missing, 0, held), _A_SECOND[array.type.unit])
    finer = rest != 0
    codes, bad = _of_calendar(np.where(finer, 0, seconds) + start, array, declared)
    return codes, either(bad, finer if finer.any() else None)


def _of_calendar(values: Array, array: Vector, declared: Field) -> tuple[Array, Plane | None]:
    """Days or seconds in their range, and which are out of it or beyond the calendar."""
    least, greatest = encoding_ends(declared.kind)
    beyond = (values < least) | (values > greatest)
    if not beyond.any():
        return _in_range(values, array, declared)
    codes, bad = _in_range(np.where(beyond, least, values), array, declared)
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
            return np.zeros(len(array), code_type(declared)), np.ones(len(array), np.bool_)
        array = (array.cast(pa.string()) if pa.types.is_string_view(array.type) else array).dictionary_encode()
    held = values_of(array.dictionary)
    if symbols is None or declared.kind in (Kind.CHOICE, Kind.LEVEL):
        places = {value: index for index, value in enumerate(declared.values)}
        found: list[int | None] = [places.get(each) if isinstance(each, str) else None for each in held]
    else:
        fitted = [fit(each, declared, "") for each in held]
        found = [None if isinstance(each, Misfit) else code_of(each, declared, symbols) for each in fitted]
    size = code_type(declared) if symbols is not None else np.uint8
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


def code_of(value: Value, declared: Field, symbols: Symbols) -> int:
    """The code of one value."""
    if declared.kind is Kind.CHOICE:
        return declared.ranks[str(value)]
    if isinstance(value, str):
        return symbols.code(value)
    return Vocabulary().mask(value, declared) if isinstance(value, frozenset) else int(value)
