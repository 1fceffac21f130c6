"""Arithmetic and comparison over columns of intervals, some without an end, say what the law says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from averment.backends.columnar.columns import Column, compare
from averment.backends.columnar.intervals import calculated, unsafe
from averment.core.program import Arithmetic, Variable
from averment.law.expressions import compare as compare_by_law
from averment.law.expressions import evaluate
from averment.law.truth import FALSE, INT64_MAX, INT64_MIN, TRUE, CaseError, Interval, Quantity

BOUNDS = (INT64_MIN, -(2**62), -3, 0, 2, 2**40, INT64_MAX)
RANGES = [(low, high) for low, high in itertools.combinations_with_replacement(BOUNDS, 2)]


def _column(pairs: list[tuple[int, int]]) -> Column:
    return Column(np.array([low for low, _ in pairs]), np.array([high for _, high in pairs]))


def _quantity(low: int, high: int) -> int | Interval:
    return low if low == high else Interval(None if low == INT64_MIN else low, None if high == INT64_MAX else high)


def _by_law(operator: str, left: tuple[int, int], right: tuple[int, int]) -> Quantity:
    try:
        return evaluate(
            Arithmetic(operator, Variable("a"), Variable("b")), {"a": _quantity(*left), "b": _quantity(*right)}
        )
    except CaseError:
        return None


@pytest.mark.parametrize("operator", ["+", "-", "*"])
def test_what_is_calculated_is_what_the_law_calculates_or_left_alone(operator: str) -> None:
    pairs = list(itertools.product(RANGES, repeat=2))
    column, astray = calculated(operator, _column([one for one, _ in pairs]), _column([other for _, other in pairs]))
    assert astray is not None
    left = 0
    for (one, other), low, high, alone in zip(pairs, column.low, column.high, astray, strict=True):
        if alone:
            left += 1
        else:
            assert _by_law(operator, one, other) == _quantity(int(low), int(high)), (one, other)
    assert left < len(pairs) / 3


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">="])
def test_what_is_compared_is_what_the_law_compares_or_left_alone(operator: str) -> None:
    pairs = list(itertools.product(RANGES, repeat=2))
    left, right = _column([one for one, _ in pairs]), _column([other for _, other in pairs])
    (true, possible), alone = compare(operator, left, right), unsafe(left, right)
    assert alone is not None
    for (one, other), is_true, may_be, apart in zip(pairs, true, possible, alone, strict=True):
        truth = compare_by_law(operator, _quantity(*one), _quantity(*other))
        if not apart:
            assert (is_true, may_be) == (truth is TRUE, truth is not FALSE), (one, other)
    assert alone.mean() < 0.5
