"""Arithmetic over columns where a value may be an interval without an end, or near the ends of 64 bits.

Where a column holds an interval, its ``low`` is the least integer of 64 bits and its ``high`` the greatest where it has
no such bound. A bound that is no more than that integer itself is not told from none, so where it could matter the case
is left to be decided alone.
"""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, calculate, either
from averment.core.program import Field
from averment.core.values import limits
from averment.law import expressions
from averment.law.truth import INT64_MAX, INT64_MIN, CaseError, Interval


def calculated(operator: str, left: Column, right: Column) -> tuple[Column, Plane | None]:
    """``left operator right`` row by row, and where it may leave 64 bits (there the data mean nothing)."""
    column, astray = calculate(operator, left, right)
    if not (left.definite and right.definite):
        rows = _ranged(left, right) & (_endless(left) | _endless(right) | (False if astray is None else astray))
        if column.unknown is not None:
            rows = rows & ~column.unknown
        if rows.any():
            rows = np.broadcast_to(rows, np.broadcast_shapes(rows.shape, column.low.shape))
            column, kept = _again(operator, left, right, column, rows)
            astray = kept if astray is None else (astray & ~rows) | kept
    if astray is not None and column.unknown is not None:
        astray = astray & ~column.unknown
    return column, astray


def unsafe(left: Column, right: Column) -> Plane | None:
    """Where one of two columns to be compared may be an interval without an end, and the other has just that end."""
    if not any(not side.definite and (side.least == INT64_MIN or side.greatest == INT64_MAX) for side in (left, right)):
        return None
    found: Plane = (left.low != left.high) | (right.low != right.high)
    found = found & (_at_an_end(left) | _at_an_end(right))
    unknown = either(left.unknown, right.unknown)
    found = found if unknown is None else found & ~unknown
    return found if found.any() else None


def _at_an_end(column: Column) -> Plane:
    found: Plane = (column.low == INT64_MAX) | (column.high == INT64_MIN)
    return found


def ends(value: Array, unknown: Plane | None, declared: Field) -> Plane | None:
    """Where a value, or what bounds an unknown one, is an end of 64 bits: an interval made of it would seem endless."""
    found: Plane = (value == INT64_MIN) | (value == INT64_MAX)
    if unknown is not None:
        found = np.where(unknown, INT64_MIN in limits(declared) or INT64_MAX in limits(declared), found)
    return found if found.any() else None


def _ranged(left: Column, right: Column) -> Plane:
    found: Plane = (left.low != left.high) | (right.low != right.high)
    return found


def _endless(column: Column) -> Plane:
    found: Plane = (column.low != column.high) & ((column.low == INT64_MIN) | (column.high == INT64_MAX))
    return found


def _again(operator: str, left: Column, right: Column, column: Column, rows: Plane) -> tuple[Column, Plane]:
    """The column with these rows calculated by the law itself, and those of them that 64 bits do not hold."""
    bounds = [np.broadcast_to(bound, rows.shape)[rows] for side in (left, right) for bound in (side.low, side.high)]
    distinct, inverse = np.unique(np.stack(bounds).astype(np.int64), axis=1, return_inverse=True)
    found = [_calculate(operator, *four) for four in distinct.T.tolist()]
    low, high = (np.broadcast_to(bound, rows.shape).astype(np.int64) for bound in (column.low, column.high))
    inverse = inverse.reshape(-1)
    low[rows] = np.array([pair[0] if pair else 0 for pair in found], np.int64)[inverse]
    high[rows] = np.array([pair[1] if pair else 0 for pair in found], np.int64)[inverse]
    beyond = np.zeros(rows.shape, np.bool_)
    beyond[rows] = np.array([pair is None for pair in found])[inverse]
    return Column(low, high, column.unknown), beyond


def _calculate(operator: str, *four: int) -> tuple[int, int] | None:
    low, high, floor, ceiling = four
    try:
        found = expressions.calculate(operator, _quantity(low, high), _quantity(floor, ceiling))
    except CaseError:
        return None
    if found is None:  # which the column tells by itself
        return INT64_MIN, INT64_MAX
    if isinstance(found, Interval):
        if any(bound is not None and not INT64_MIN < bound < INT64_MAX for bound in found):
            return None
        return INT64_MIN if found.low is None else found.low, INT64_MAX if found.high is None else found.high
    assert isinstance(found, int)
    return found, found


def _quantity(low: int, high: int) -> int | Interval:
    if low == high:
        return low
    return Interval(None if low == INT64_MIN else low, None if high == INT64_MAX else high)
