"""Columns of encoded values, one per row of a batch, and the arithmetic of intervals over them.

A column is exact: integers in the smallest type that its static bounds allow, codes for choices and texts, bit masks
for sets. Where a value is not one number it is an interval from ``low`` to ``high``; where it is unknown, ``unknown``
is true and the data beside it mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from averment.core.operators import EVERYWHERE, INTEGERS, OPERATORS, Operator
from averment.law.truth import INT64_MAX, INT64_MIN

Array = npt.NDArray[Any]
Plane = npt.NDArray[np.bool_]

_SIZES = (np.int8, np.int16, np.int32, np.int64)
_FLOAT_LIMIT = 2.0**63 - 4096  # beyond it a float no longer tells whether the integer fits 64 bits


class _Arrays:
    """The algebra of arrays. What is said where a denominator is not positive means nothing."""

    where, least, greatest = staticmethod(np.where), staticmethod(np.minimum), staticmethod(np.maximum)

    @staticmethod
    def floor(number: Array, by: Any) -> Array:
        quotient: Array = np.floor_divide(number, np.maximum(by, 1))
        return quotient


ARRAYS = _Arrays()


@dataclass(slots=True)
class Column:
    """``low`` and ``high`` are one array where every value is definite; ``unknown`` is None where every value is known.

    ``least`` and ``greatest`` bound every value of the column.
    """

    low: Array
    high: Array
    unknown: Plane | None = None
    least: int = INT64_MIN
    greatest: int = INT64_MAX

    @property
    def definite(self) -> bool:
        return self.low is self.high


def of_codes(codes: Array, unknown: Plane | None = None) -> Column:
    """A column without intervals."""
    return Column(codes, codes, unknown)


def integer_type(least: int, greatest: int) -> type[np.signedinteger[Any]]:
    """The smallest signed type that holds both bounds; 64 bits where none does."""
    for size in _SIZES:
        limits = np.iinfo(size)
        if limits.min <= least and greatest <= limits.max:
            return size
    return np.int64


def either(one: Plane | None, other: Plane | None) -> Plane | None:
    """Where one or the other is true; None stands for nowhere."""
    if one is None:
        return other
    return one if other is None or one is other else one | other


def calculate(operator: str, left: Column, right: Column) -> tuple[Column, Plane | None]:
    """``left operator right`` row by row, and the rows in which it may leave 64 bits (their data mean nothing)."""
    found = OPERATORS[operator]
    most = left.least, left.greatest, right.least, right.greatest
    least, greatest = found.ends(INTEGERS, *most)
    unknown = either(left.unknown, right.unknown)
    # what wraps around comes out right where only signs are met, and so their operands need not fit
    met = *most, *(end for span in found.takes if span is not EVERYWHERE for end in span)
    size = integer_type(least, greatest) if found.sign else integer_type(min(least, *met), max(greatest, *met))
    astray: Plane | None = None
    if least < INT64_MIN or greatest > INT64_MAX:
        astray = _astray(found, left, right)
        least, greatest = max(least, INT64_MIN), min(greatest, INT64_MAX)
    definite = left.definite and right.definite
    low, high, floor, ceiling = (
        bound.astype(size, copy=False) for bound in (left.low, left.high, right.low, right.high)
    )
    if not found.lawful(*most):
        assert found.lawless is not None
        none: Plane = found.lawless(ARRAYS, low, high, floor, ceiling)
        if definite:
            astray = either(astray, none)
        else:
            ranged: Plane = (low != high) | (floor != ceiling)
            astray, unknown = either(astray, none & ~ranged), either(unknown, none & ranged)
    if definite:
        value = found.comes_to(ARRAYS, low, floor)
        return Column(value, value, unknown, least, greatest), astray
    low, high = found.ends(ARRAYS, low, high, floor, ceiling)
    return Column(low, high, unknown, least, greatest), astray


def _astray(operator: Operator, left: Column, right: Column) -> Plane:
    found: Plane | None = None
    for one in (left.low, left.high):
        for other in (right.low, right.high):
            value = operator.comes_to(ARRAYS, one.astype(np.float64), other.astype(np.float64))
            found = either(found, np.abs(value) >= _FLOAT_LIMIT)
    assert found is not None
    return found


def compare(operator: str, left: Column, right: Column) -> tuple[Plane, Plane]:
    """Where ``left operator right`` is true, and where it is not false. One array where the two agree."""
    match operator:
        case "=":
            true, possible = _equal(left, right)
        case "!=":
            equal, maybe = _equal(left, right)
            true, possible = ~maybe, ~equal
        case "<":
            true, possible = _below(left, right)
        case ">=":
            below, maybe = _below(left, right)
            true, possible = ~maybe, ~below
        case ">":
            true, possible = _below(right, left)
        case _:
            below, maybe = _below(right, left)
            true, possible = ~maybe, ~below
    if left.definite and right.definite:
        possible = true
    unknown = either(left.unknown, right.unknown)
    return (true, possible) if unknown is None else (true & ~unknown, possible | unknown)


def _equal(left: Column, right: Column) -> tuple[Plane, Plane]:
    if left.definite and right.definite:
        same: Plane = left.low == right.low
        return same, same
    possible: Plane = (left.low <= right.high) & (right.low <= left.high)
    true: Plane = (left.low == left.high) & (right.low == right.high) & (left.low == right.low)
    return true, possible


def _below(left: Column, right: Column) -> tuple[Plane, Plane]:
    if left.definite and right.definite:
        below: Plane = left.low < right.low
        return below, below
    return left.high < right.low, left.low < right.high


def coalesce(first: Column, second: Column) -> Column:
    """``first`` where it is known, else ``second``."""
    if first.unknown is None:
        return first
    low = _chosen(first.unknown, second.low, first.low)
    high = low if first.definite and second.definite else _chosen(first.unknown, second.high, first.high)
    unknown = None if second.unknown is None else first.unknown & second.unknown
    return Column(low, high, unknown, min(first.least, second.least), max(first.greatest, second.greatest))


def _chosen(plane: Plane, one: Array, other: Array) -> Array:
    size = np.result_type(one, other)
    return np.where(plane, one.astype(size, copy=False), other.astype(size, copy=False))
