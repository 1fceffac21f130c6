"""The operators of arithmetic, by enumeration: what each carrier makes of small numbers and of intervals of them.

What a rounding comes to is held to Python's own fractions and decimals.
"""

from __future__ import annotations

import decimal
import random
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import z3

from averment.backends.columnar.columns import Column, integer_type
from averment.backends.columnar.intervals import calculated as by_arrays
from averment.backends.scalar.terms import CALLED
from averment.backends.symbolic.terms import TERMS
from averment.core.operators import DATES, DATETIMES, OPERATORS, ROUNDINGS
from averment.core.times import DAY
from averment.law.expressions import FUNCTIONS, calculate
from averment.law.truth import INT64_MAX, INT64_MIN, CaseError, Interval, Quantity, bounds, interval

SMALL = range(-4, 5)
FAR = [INT64_MIN, INT64_MIN + 1, -(2**62), -7, -1, 0, 1, 2, 5, 2**62, INT64_MAX - 1, INT64_MAX]
_LEAP = date(2024, 2, 29).toordinal()
_OF_CALENDAR = {  # some that lie together, and some far apart
    DATES: (range(_LEAP - 4, _LEAP + 5), [1, 2, 31, 32, 60, _LEAP - 366, _LEAP, DATES[1] - 31, DATES[1] - 1, DATES[1]]),
    DATETIMES: (
        range(DAY * _LEAP - 4, DAY * _LEAP + 5),
        [DAY, DAY + 1, DAY * 31, DAY * _LEAP - 1, DAY * _LEAP, DATETIMES[1] - DAY, DATETIMES[1]],
    ),
}
_DECIMAL = {
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
}


def _small(operator: str) -> list[range]:
    """Numbers that lie together, for each operand."""
    return [_OF_CALENDAR.get(span, (SMALL, FAR))[0] for span in OPERATORS[operator].takes]


def _far(operator: str) -> list[list[int]]:
    """Numbers that lie far apart, for each operand."""
    return [_OF_CALENDAR.get(span, (SMALL, FAR))[1] for span in OPERATORS[operator].takes]


def _pairs(operator: str) -> list[list[tuple[int, int]]]:
    """The ends of intervals of the first, for each operand."""
    return [[(low, high) for low in small for high in small if low <= high] for small in _small(operator)]


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
    for left, right in product(*_pairs(operator)):
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
        for a, b, more in product(*_small(operator), range(1, 4)):
            before = _by_law(operator, a, b)
            after = _by_law(operator, *((a + more, b) if place == 0 else (a, b + more)))
            if rises and isinstance(before, int) and isinstance(after, int):
                assert (after - before) * rises >= 0, (operator, a, b, more)


@pytest.mark.parametrize("operator", OPERATORS)
def test_arrays_come_to_what_the_law_says(operator: str) -> None:
    near = [*product(*_pairs(operator))]
    far = [((a, a), (b, b)) for a, b in product(*_far(operator))]
    for group in (near, near + far):
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
    near = [*product(*_small(operator))]
    for group in (near, [*near, *product(*_far(operator))]):
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
    for a, b in product(*_small(operator)):
        told = _by_law(operator, a, b)
        if isinstance(told, int):
            term = OPERATORS[operator].comes_to(TERMS, z3.IntVal(a), z3.IntVal(b))
            found = z3.simplify(term)
            assert isinstance(found, z3.IntNumRef) and found.as_long() == told, (operator, a, b)


@pytest.mark.parametrize("operator", [name for name, each in OPERATORS.items() if not each.sign])
def test_what_code_calls_is_beyond_64_bits_where_the_law_has_no_value(operator: str) -> None:
    both = zip(_small(operator), _far(operator), strict=True)
    for a, b in product(*([*small, *far] for small, far in both)):
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
