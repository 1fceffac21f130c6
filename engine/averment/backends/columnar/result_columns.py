"""Results as columns of Arrow: typed values, and words for how each stands and what it may be.

A result ``amount`` is in ``amount`` (null unless settled), ``amount_status``, ``amount_possible`` (of an open one the
document of what it may be, as text), ``amount_hangs_on`` (a JSON list of paths) and, of a pack that presumes something,
``amount_presumed``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from averment.backends.columnar.arrow import EPOCH, Vector, pa, words
from averment.backends.columnar.chunk import ResultCodes, Run, Words
from averment.backends.columnar.claims import OPEN, PRESUMED, SETTLED, STATUSES, statuses_of
from averment.backends.columnar.columns import Array, Plane
from averment.core.program import Field, Kind, Program, Result, Value
from averment.core.values import decode, in_order
from averment.ir.digest import canonical

WORD = pa.dictionary(pa.int32(), pa.string())
_DIGITS = 19  # of 64 bits


def columns_of_result(program: Program, result: Result) -> dict[str, Any]:
    """The names of the columns of a result, with their types."""
    value = type_of(program.field_of(result), result.many)
    name, *texts = result.columns(program.presumes)
    types: dict[str, Any] = {name: value, **dict.fromkeys(texts, WORD)}
    return types | ({texts[-1]: value} if program.presumes else {})


def type_of(field: Field, many: bool) -> Any:
    """The type of the values of a result."""
    match field.kind:
        case Kind.BOOLEAN:
            one = pa.bool_()
        case Kind.INTEGER:
            one = pa.int64()
        case Kind.DECIMAL:
            one = pa.decimal128(_DIGITS, field.places)
        case Kind.DATE:
            one = pa.date32()
        case Kind.SET:
            one = pa.list_(pa.string())
        case _:
            one = pa.string() if many else WORD
    return pa.list_(one) if many else one


def plain(value: Value, field: Field) -> Any:
    """An encoded value as Arrow takes it."""
    if field.kind is Kind.DATE and isinstance(value, int):
        return date.fromordinal(value)
    if field.kind is Kind.BOOLEAN:
        return bool(value)  # columns hold it as a number
    found = decode(value, field)
    return Decimal(found) if field.kind is Kind.DECIMAL else found


def values_array(values: Sequence[tuple[Value, ...] | None], result: Result, field: Field) -> Vector:
    """The values of a result, of which none is null, as a column."""
    told = [None if each is None else [plain(value, field) for value in each] for each in values]
    type = type_of(field, result.many)
    if result.many:
        return pa.array(told, type)
    alone = [each[0] if each else None for each in told]
    return pa.array(alone, pa.string()).dictionary_encode() if type == WORD else pa.array(alone, type)


def columns_of_outcomes(program: Program, result: Result, found: Sequence[Any]) -> dict[str, Vector]:
    """The columns of a result of cases that were decided one by one."""
    field, (name, status, possible, hangs_on, *presumed) = program.field_of(result), result.columns(program.presumes)
    told = [each.possible_document for each in found]
    columns = {
        name: values_array([_settled(each) for each in found], result, field),
        status: _texts([each.status.value for each in found]),
        possible: _texts([None if each is None else canonical(each).decode() for each in told]),
        hangs_on: _texts([listed(each.hangs_on) for each in found]),
    }
    return columns | {
        named: values_array([_settled(each.presumed) for each in found], result, field) for named in presumed
    }


def _settled(found: Any) -> tuple[Value, ...] | None:
    return found.reading.values if found is not None and found.reading.status == STATUSES[SETTLED] else None


def _texts(texts: Sequence[str | None]) -> Vector:
    return pa.array(texts, pa.string()).dictionary_encode()


def listed(paths: Iterable[str]) -> str:
    """Paths as a JSON list."""
    return json.dumps([*paths], ensure_ascii=False, separators=(",", ":"))


def assembled(
    program: Program, result: Result, codes: ResultCodes, run: Run, hangs: list[str]
) -> Iterator[tuple[str, Vector]]:
    """The columns of the codes of a result; ``hangs``: the texts of what is hung on."""
    field, (name, status, possible, hangs_on, *presumed) = program.field_of(result), result.columns(program.presumes)
    is_open = (codes.status == OPEN) | (codes.status == PRESUMED)
    yield name, _values(codes.value, codes.status != SETTLED, result, field, run)
    yield status, words(codes.status, statuses_of(program.presumes))
    texts = [value[0] if value else "" for value in run.possible.values]
    yield possible, words(codes.possible, texts, ~is_open)
    yield hangs_on, words(codes.hangs_on, hangs)
    for named in presumed:
        yield named, _values(codes.presumed, codes.status != PRESUMED, result, field, run)


def _values(codes: Array, none: Plane, result: Result, field: Field, run: Run) -> Vector:
    if result.many:
        return _looked_up(codes, none, run.sets, result, field)
    match field.kind:
        case Kind.BOOLEAN:
            return pa.array(codes != 0, mask=none)
        case Kind.INTEGER:
            return pa.array(codes, mask=none)
        case Kind.DECIMAL:
            scaled = pa.array(codes, mask=none).cast(pa.decimal128(_DIGITS, 0))
            return pa.Array.from_buffers(type_of(field, False), len(codes), scaled.buffers())
        case Kind.DATE:
            return pa.array((codes - EPOCH).astype(np.int32), mask=none).view(pa.date32())
        case Kind.TEXT:
            return words(codes, [value[0] if value else "" for value in run.texts.values], none)
        case Kind.CHOICE | Kind.LEVEL:
            return words(np.where(none, 0, codes), list(field.values), none)
        case Kind.SET:
            return _of_masks(codes, none, field)
        case _:
            return _of_texts(codes, none, field)


def _looked_up(codes: Array, none: Plane, sets: Words, result: Result, field: Field) -> Vector:
    used, inverse = np.unique(np.where(none, 0, codes), return_inverse=True)
    found = values_array([in_order(sets.values[code], field) for code in _integers(used)], result, field)
    return found.take(pa.array(inverse.reshape(-1), mask=none))


def _of_texts(codes: Array, none: Plane, field: Field) -> Vector:
    """Values of a kind that Arrow is given as documents have them."""
    held: Array = codes[~none]
    used, inverse = np.unique(held, return_inverse=True)
    places = np.zeros(len(codes), np.int32)
    places[~none] = inverse.reshape(-1)
    return words(places, [str(decode(code, field)) for code in _integers(used)] or [""], none)


def _integers(codes: Array) -> list[int]:
    found: list[int] = codes.astype(np.int64).tolist()
    return found


def _of_masks(codes: Array, none: Plane, field: Field) -> Vector:
    used, inverse = np.unique(np.where(none, 0, codes), return_inverse=True)
    lists = [[value for place, value in enumerate(field.values) if mask >> place & 1] for mask in used.tolist()]
    return pa.array(lists, pa.list_(pa.string())).take(pa.array(inverse.reshape(-1), mask=none))
