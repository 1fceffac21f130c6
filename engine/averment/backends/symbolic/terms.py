"""Numbers and truths as Z3 terms: columns with bounds, and what arithmetic and comparison make of them."""

# Z3 has no types, so what it gives back cannot be checked.
# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from averment.core.values import INT64_MAX, INT64_MIN
from averment.law.expressions import corners

Formula = Any
Truths = tuple[Formula, Formula]
"""True, and possible (not false)."""


class Beyond(Exception):
    """What was asked is beyond this encoding, or beyond the effort allowed; the text says which."""


@dataclass(frozen=True, slots=True)
class Column:
    """``known``: whether it is a value or interval at all; ``elements`` of a set."""

    known: Formula
    low: Any = None
    high: Any = None
    elements: Mapping[str, Formula] | None = None


def bounded(column: Column) -> tuple[Any, Any]:
    """The bounds of a column. Raises: Beyond where it has none."""
    if column.elements is not None or column.low is None or column.high is None:
        raise Beyond("a number without bounds is compared")
    return column.low, column.high


def between(number: Any, low: int | None, high: int | None) -> Formula:
    """The formula that a number lies in a range."""
    above = z3.BoolVal(True) if low is None else number >= low
    return above if high is None else z3.And(above, number <= high)


def guess(known: Formula, formula: Formula) -> Truths:
    """True where known and so; possible where so or not known."""
    if z3.is_true(known):
        return formula, formula
    return z3.And(known, formula), z3.Or(z3.Not(known), formula)


def least(one: Any, other: Any) -> Any:
    """The lesser of two terms."""
    return min(one, other) if isinstance(other, int) else z3.If(other < one, other, one)


def most(one: Any, other: Any) -> Any:
    """The greater of two terms."""
    return max(one, other) if isinstance(other, int) else z3.If(other > one, other, one)


def calculated(operator: str, left: Column, right: Column) -> Column:
    """The sum, difference or product of two columns. Raises: Beyond for a product that is not linear."""
    known = z3.And(left.known, right.known)
    (low, high), (floor, ceiling) = bounded(left), bounded(right)
    definite = low is high and floor is ceiling
    if operator in ("+", "-"):
        least, greatest = corners(operator, low, high, floor, ceiling)
    elif definite and (z3.is_int_value(low) or z3.is_int_value(floor)):
        least = greatest = low * floor
    else:
        raise Beyond("two quantities that may both change are multiplied")
    return Column(z3.simplify(known), least, least if definite else greatest)


class Members:
    """The carrier of formulas (``law.aggregates``): of each member the truths, and the bounds of its value."""

    def __init__(self, members: Sequence[tuple[Truths, Any, Any]]) -> None:
        self._members = members

    @property
    def definite(self) -> bool:
        return all(true is possible and low is high for (true, possible), low, high in self._members)

    def added(self, end: int) -> Any:
        further = most if end else least
        parts = [
            z3.If(true, ends[end], z3.If(possible, further(0, ends[end]), 0))
            for (true, possible), *ends in self._members
        ]
        return z3.Sum([z3.IntVal(0), *parts])

    def least(self, end: int, certain: bool) -> Any:
        found = z3.IntVal(INT64_MAX)
        for truths, *ends in self._members:
            found = z3.If(z3.And(truths[not certain], ends[end] < found), ends[end], found)
        return found

    def greatest(self, end: int, certain: bool) -> Any:
        found = z3.IntVal(INT64_MIN)
        for truths, *ends in self._members:
            found = z3.If(z3.And(truths[not certain], ends[end] > found), ends[end], found)
        return found

    def where_certain(self, one: Any, other: Any) -> Any:
        return z3.If(z3.Or([true for (true, _), _, _ in self._members]), one, other)
