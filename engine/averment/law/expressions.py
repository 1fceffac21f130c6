"""Arithmetic and comparison over quantities: exact on integers, interval arithmetic (Moore 1966) on intervals.

A definite integer outside 64 bits is a ``CaseError``; a bound of an interval that leaves them becomes unbounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import eq, ge, gt, le, lt, ne

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
    bounds,
    int64_interval,
    negated,
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
            return _calculate(operator, evaluate(left, environment), evaluate(right, environment))


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


def _calculate(operator: str, left: Quantity, right: Quantity) -> Quantity:
    if left is None or right is None:
        return None
    assert isinstance(left, int | Interval) and isinstance(right, int | Interval)
    if isinstance(left, int) and isinstance(right, int):
        return _fit(left + right if operator == "+" else left - right if operator == "-" else left * right)
    (low, high), (floor, ceiling) = bounds(left), bounds(right)
    match operator:
        case "+":
            return int64_interval(_add(low, floor), _add(high, ceiling))
        case "-":
            return int64_interval(_add(low, negated(ceiling)), _add(high, negated(floor)))
        case _:
            return _product(low, high, floor, ceiling)


def _fit(number: int) -> int:
    if INT64_MIN <= number <= INT64_MAX:
        return number
    raise CaseError("AV501", "a calculation leaves the range of 64-bit integers")


def _add(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right


def _product(low: int | None, high: int | None, floor: int | None, ceiling: int | None) -> int | Interval:
    """Multiplication by an interval: zero annihilates, an unbounded factor leaves the product unbounded."""
    if (low, high) == (0, 0) or (floor, ceiling) == (0, 0):
        return 0
    if low is None or high is None or floor is None or ceiling is None:
        return Interval(None, None)
    corners = (low * floor, low * ceiling, high * floor, high * ceiling)
    return int64_interval(min(corners), max(corners))
