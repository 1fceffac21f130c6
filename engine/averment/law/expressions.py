"""Arithmetic and comparison over quantities: exact on integers, interval arithmetic (Moore 1966) on intervals.

A definite integer outside 64 bits is a ``CaseError``; a bound of an interval that leaves them becomes unbounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from averment.core.program import Arithmetic, Expression, Literal, Size, Variable
from averment.law.truth import (
    FALSE,
    INT64_MAX,
    INT64_MIN,
    TRUE,
    UNKNOWN,
    CaseError,
    Interval,
    Quantity,
    Truth,
    bounded,
    bounds,
    int64_interval,
    unbounded,
)

Environment = Mapping[str, Quantity]
_OF_NUMBERS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def evaluate(expression: Expression, environment: Environment) -> Quantity:
    """The quantity an expression stands for; unknown where a part of it is.

    Raises: CaseError (AV501) where a definite result is not a 64-bit integer.
    """
    if isinstance(expression, Variable):  # first what is asked most
        return environment[expression.name]
    match expression:
        case Literal(value):
            return value
        case Size(name):
            held = environment[name]
            return len(held) if isinstance(held, frozenset) else None
        case Arithmetic(operator, left, right):
            return calculate(operator, evaluate(left, environment), evaluate(right, environment))


def compare(operator: str, left: Quantity, right: Quantity) -> Truth:
    """The truth of ``left operator right``: unknown unless it is the same for every value the two may have."""
    if left is None or right is None:
        return UNKNOWN
    if left.__class__ is int and right.__class__ is int:
        return TRUE if _OF_NUMBERS[operator](left, right) else FALSE
    if operator == "=":
        return _equal(left, right)
    if operator == "!=":
        return ~_equal(left, right)
    assert isinstance(left, int | Interval) and isinstance(right, int | Interval)
    match operator:
        case "<":
            return _below(left, right)
        case ">=":
            return ~_below(left, right)
        case ">":
            return _below(right, left)
        case _:
            return ~_below(right, left)


def _equal(left: Quantity, right: Quantity) -> Truth:
    if not isinstance(left, Interval) and not isinstance(right, Interval):
        return TRUE if left == right else FALSE
    assert isinstance(left, int | Interval) and isinstance(right, int | Interval)
    (low, high), (floor, ceiling) = bounds(left), bounds(right)
    apart = (high is not None and floor is not None and high < floor) or (
        ceiling is not None and low is not None and ceiling < low
    )
    return FALSE if apart else UNKNOWN


def _below(left: int | Interval, right: int | Interval) -> Truth:
    (low, high), (floor, ceiling) = bounds(left), bounds(right)
    if high is not None and floor is not None and high < floor:
        return TRUE
    if low is not None and ceiling is not None and low >= ceiling:
        return FALSE
    return UNKNOWN


def calculate(operator: str, left: Quantity, right: Quantity) -> Quantity:
    """``left operator right``; unknown where either is.

    Raises: CaseError (AV501) where a definite result is not a 64-bit integer.
    """
    if left is None or right is None:
        return None
    assert isinstance(left, int | Interval) and isinstance(right, int | Interval)
    if isinstance(left, int) and isinstance(right, int):
        return _fit(applied(operator, left, right))
    (low, high), (floor, ceiling) = bounds(left), bounds(right)
    if operator == "*":
        return _product(low, high, floor, ceiling)
    ends = corners(operator, *unbounded(low, high), *unbounded(floor, ceiling))
    return int64_interval(*bounded(ends[0], ends[-1]))


def applied(operator: str, left: Any, right: Any) -> Any:
    """An operator on two numbers, or on two arrays of them."""
    return left + right if operator == "+" else left - right if operator == "-" else left * right


def corners(operator: str, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, ...]:
    """What a result comes to at the ends of its operands, be these numbers, arrays or terms of a solver: the least and
    the greatest of these are its own, which of a sum or difference are the first and the last.
    """
    match operator:
        case "+":
            return low + floor, high + ceiling
        case "-":
            return low - ceiling, high - floor
        case _:
            return low * floor, low * ceiling, high * floor, high * ceiling


def _fit(number: int) -> int:
    if INT64_MIN <= number <= INT64_MAX:
        return number
    raise CaseError("AV501", "a calculation leaves the range of 64-bit integers")


def _product(low: int | None, high: int | None, floor: int | None, ceiling: int | None) -> int | Interval:
    """Multiplication by an interval: zero annihilates, an unbounded factor leaves the product unbounded."""
    if (low, high) == (0, 0) or (floor, ceiling) == (0, 0):
        return 0
    if low is None or high is None or floor is None or ceiling is None:
        return Interval(None, None)
    ends = corners("*", low, high, floor, ceiling)
    return int64_interval(min(ends), max(ends))
