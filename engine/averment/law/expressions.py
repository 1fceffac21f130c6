"""Arithmetic and comparison over quantities: exact on integers, interval arithmetic (Moore 1966) on intervals.

What an operator comes to is in the table of ``core.operators``.

A definite integer outside 64 bits is a ``CaseError``; a bound of an interval that leaves them becomes unbounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import eq, ge, gt, le, lt, ne

from averment.core.operators import INTEGERS, OPERATORS
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

    Raises: CaseError (AV501, AV504) where a definite result is not a 64-bit integer, or there is none.
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
    """``left operator right``; unknown where either is, or where an interval holds what may have no lawful value.

    Raises: CaseError (AV501, AV504) where a definite result is not a 64-bit integer, or there is none.
    """
    if left is None or right is None:
        return None
    assert isinstance(left, int | Interval) and isinstance(right, int | Interval)
    if isinstance(left, int) and isinstance(right, int):
        return calculated(operator, left, right)
    found = OPERATORS[operator]
    if found.annihilates and (left == 0 or right == 0):
        return 0
    ends = *unbounded(*bounds(left)), *unbounded(*bounds(right))
    if found.lawless and found.lawless(INTEGERS, *ends):
        return None
    if not found.linear and (None in bounds(left) or None in bounds(right)):
        return Interval(None, None)
    return int64_interval(*bounded(*found.ends(INTEGERS, *ends)))


def calculated(operator: str, left: int, right: int) -> int:
    """The same of two integers.

    Raises: CaseError, likewise.
    """
    found = OPERATORS[operator]
    if found.lawless and found.lawless(INTEGERS, left, left, right, right):
        raise CaseError(*found.unlawful)
    value: int = found.sign(left, right) if found.sign else found.comes_to(INTEGERS, left, right)
    if INT64_MIN <= value <= INT64_MAX:
        return value
    raise CaseError("AV501", "a calculation leaves the range of 64-bit integers")


FUNCTIONS: Mapping[str, Callable[[int, int], int]] = {name: partial(calculated, name) for name in OPERATORS}
"""The same of each operator, by its name."""
