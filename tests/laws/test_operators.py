"""The operators of arithmetic, by enumeration: what each carrier makes of small numbers and of intervals of them.

What a rounding comes to is held to Python's own fractions and decimals.
"""

from __future__ import annotations

import decimal
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import z3

from averment.backends.columnar.columns import Column, integer_type
from averment.backends.columnar.intervals import calculated as by_arrays
from averment.backends.scalar.terms import CALLED
from averment.backends.symbolic.terms import TERMS
from averment.core.operators import OPERATORS, ROUNDINGS
from averment.law.expressions import FUNCTIONS, calculate
from averment.law.truth import INT64_MAX, INT64_MIN, CaseError, Interval, Quantity, bounds, interval

SMALL = range(-4, 5)
PAIRS = [(low, high) for low in SMALL for high in SMALL if low <= high]
FAR = [INT64_MIN, INT64_MIN + 1, -(2**62), -7, -1, 0, 1, 2, 5, 2**62, INT64_MAX - 1, INT64_MAX]
_DECIMAL = {
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
}


def _by_law(operator: str, left: Quantity, right: Quantity) -> Quantity | str:
    try:
        return calculate(operator, left, right)
    except CaseError as error:
        return error.code


def _each(quantity: int | Interval) -> Iterator[int]:
    low, high = bounds(quantity)
    assert low is not None and high is not None
    yield from range(low, high + 1)


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_interval_holds_what_each_of_its_numbers_comes_to_and_is_no_wider(operator: str) -> None:
    for left, right in product(PAIRS, PAIRS):
        one, other = interval(*left), interval(*right)
        found = [_by_law(operator, a, b) for a in _each(one) for b in _each(other)]
        lawful = [value for value in found if isinstance(value, int)]
        told = _by_law(operator, one, other)
        if len(lawful) < len(found):
            assert told is None or (left[0] == left[1] and right[0] == right[1]), (left, right, told)
            continue
        assert isinstance(told, int | Interval)
        assert bounds(told) == (min(lawful), max(lawful)), (operator, left, right)


@pytest.mark.parametrize("operator", OPERATORS)
def test_it_rises_as_it_says(operator: str) -> None:
    for place, rises in enumerate(OPERATORS[operator].rises):
        for a, b, more in product(SMALL, SMALL, range(1, 4)):
            before = _by_law(operator, a, b)
            after = _by_law(operator, *((a + more, b) if place == 0 else (a, b + more)))
            if rises and isinstance(before, int) and isinstance(after, int):
                assert (after - before) * rises >= 0, (operator, a, b, more)


@pytest.mark.parametrize("operator", OPERATORS)
def test_arrays_come_to_what_the_law_says(operator: str) -> None:
    rows = [(one, other) for one in PAIRS for other in PAIRS]
    rows += [((a, a), (b, b)) for a in FAR for b in FAR]
    for group in (rows[: len(PAIRS) ** 2], rows):
        low, high, floor, ceiling = (np.array([row[s][e] for row in group]) for s in (0, 1) for e in (0, 1))
        columns = [
            Column(bottom.astype(size), top.astype(size), None, least, most)
            for bottom, top in ((low, high), (floor, ceiling))
            for least, most in [(int(bottom.min()), int(top.max()))]
            for size in [integer_type(least, most)]
        ]
        found, astray = by_arrays(operator, *columns)
        for place, (one, other) in enumerate(group):
            told = _by_law(operator, interval(*one), interval(*other))
            hard = astray is not None and bool(np.broadcast_to(astray, len(group))[place])
            if hard or isinstance(told, str):
                assert hard, (operator, one, other, told)  # decided alone: it may be more than those that must
            elif told is None:
                assert found.unknown is not None and found.unknown[place], (operator, one, other)
            else:
                assert isinstance(told, int | Interval)
                ends = int(found.low[place]), int(found.high[place])
                assert found.unknown is None or not found.unknown[place]
                assert ends == bounds(told), (operator, one, other)


@pytest.mark.parametrize("operator", OPERATORS)
def test_definite_arrays_come_to_what_the_law_says(operator: str) -> None:
    rows = [*product(SMALL, SMALL), *product(FAR, FAR)]
    for group in (rows[: len(SMALL) ** 2], rows):
        sides = [np.array(side).astype(integer_type(min(side), max(side))) for side in zip(*group, strict=True)]
        columns = [Column(side, side, None, int(side.min()), int(side.max())) for side in sides]
        found, astray = by_arrays(operator, *columns)
        for place, (one, other) in enumerate(group):
            told = _by_law(operator, one, other)
            if astray is not None and astray[place]:
                assert isinstance(told, str) or abs(told) > 2**61  # type: ignore[arg-type]
            else:
                assert found.definite and found.low[place] == told, (operator, one, other)


@pytest.mark.parametrize("operator", OPERATORS)
def test_terms_of_a_solver_come_to_what_the_law_says(operator: str) -> None:
    for a, b in product(SMALL, SMALL):
        told = _by_law(operator, a, b)
        if isinstance(told, int):
            term = OPERATORS[operator].comes_to(TERMS, z3.IntVal(a), z3.IntVal(b))
            assert z3.simplify(term).as_long() == told, (operator, a, b)


@pytest.mark.parametrize("operator", [name for name, each in OPERATORS.items() if not each.sign])
def test_what_code_calls_is_beyond_64_bits_where_the_law_has_no_value(operator: str) -> None:
    for a, b in product([*SMALL, *FAR], [*SMALL, *FAR]):
        told = _by_law(operator, a, b)
        assert CALLED[operator](a, b) == (INT64_MAX + 1 if isinstance(told, str) else told)


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_a_quotient_is_rounded_as_the_decimals_of_python_are(rounding: str) -> None:
    draw = random.Random(rounding)
    for _ in range(5_000):
        numerator = draw.randint(-(10 ** draw.randint(1, 18)), 10 ** draw.randint(1, 18))
        denominator = draw.randint(1, 10 ** draw.randint(1, 18))
        if draw.random() < 0.3:  # halves
            denominator, numerator = 2, 2 * draw.randint(-50, 50) + 1
        exact = Fraction(numerator, denominator)
        with decimal.localcontext() as context:
            context.prec = 60
            doubled = 2 * exact  # a half is a half only exactly
            rounded = decimal.Decimal(doubled.numerator // doubled.denominator) / 2
            if doubled.denominator != 1:  # a quarter more: on the same side of each half
                rounded += decimal.Decimal("0.25")
            wanted = int(rounded.quantize(decimal.Decimal(1), rounding=_DECIMAL[rounding]))
        assert FUNCTIONS[rounding](numerator, denominator) == wanted, (numerator, denominator)
