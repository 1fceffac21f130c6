"""Numbers and truths as Z3 terms: columns with bounds, and what arithmetic and comparison make of them."""

# Z3 has no types, so what it gives back cannot be checked.
# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from averment.core.operators import OPERATORS
from averment.core.values import INT64_MAX, INT64_MIN

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
    return min(one, other) if isinstance(one, int) and isinstance(other, int) else z3.If(other < one, other, one)


def most(one: Any, other: Any) -> Any:
    """The greater of two terms."""
    return max(one, other) if isinstance(one, int) and isinstance(other, int) else z3.If(other > one, other, one)


class _Terms:
    """The algebra of terms (``core.operators``); Z3 divides so by a positive number."""

    least, greatest = staticmethod(least), staticmethod(most)

    @staticmethod
    def floor(number: Any, by: Any) -> Any:
        return number / by

    @staticmethod
    def where(condition: Formula, one: Any, other: Any) -> Any:
        return z3.If(condition, one, other)


TERMS = _Terms()


def calculated(operator: str, left: Column, right: Column) -> Column:
    """What an operator comes to. Raises: Beyond for what is not linear, or may have no lawful value."""
    known = z3.simplify(z3.And(left.known, right.known))
    found = OPERATORS[operator]
    (low, high), (floor, ceiling) = bounded(left), bounded(right)
    definite = low is high and floor is ceiling
    if found.lawless is not None and not z3.is_false(z3.simplify(found.lawless(TERMS, low, high, floor, ceiling))):
        raise Beyond(f"{found.unlawful[1]}, maybe")
    if not found.linear:
        constant = z3.is_int_value(floor) or (found.annihilates and z3.is_int_value(low))
        if not (definite and constant):
            raise Beyond("two quantities that may both change are multiplied or divided")
    if definite:
        value = found.comes_to(TERMS, low, floor)
        return Column(known, value, value)
    return Column(known, *found.ends(TERMS, low, high, floor, ceiling))


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
