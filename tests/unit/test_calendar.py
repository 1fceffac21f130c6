"""The calendar in integers: against Python's dates, and against what its words are defined to mean."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.core.calendar import first_of, month_of, months_after, months_between, no_date, years_between
from averment.core.operators import INTEGERS

_LAST = date.max.toordinal()
_DATES = st.dates()


def _after(day: date, months: int) -> date | None:
    """The definition: the same day of the month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return None


def _between(start: date, end: date) -> int:
    """The definition: the most months by which the one is moved towards the other without passing it."""
    step = 1 if end >= start else -1
    months = step * max(0, abs((end.year - start.year) * 12 + end.month - start.month) - 1)
    while (moved := _after(start, months + step)) is not None and (moved <= end if step > 0 else moved >= end):
        months += step
    return months


def test_every_month_begins_where_it_does() -> None:
    for year in (1, 2, 3, 4, 99, 100, 101, 399, 400, 401, 1899, 1900, 1999, 2000, 2023, 2024, 9998, 9999):
        for month in range(1, 13):
            first = date(year, month, 1).toordinal()
            number, before = month_of(INTEGERS, first)
            assert (first_of(INTEGERS, number), before) == (first, 0)
            assert number == 12 * year + month - 3


def test_every_day_is_of_its_month() -> None:
    days = np.arange(1, _LAST + 1, dtype=np.int64)
    months, before = month_of(_ARRAYS, days)
    calendar = (days - 719_163).astype("datetime64[D]")
    assert (months == calendar.astype("datetime64[M]").astype(np.int64) + 1970 * 12 - 2).all()
    assert (before == (calendar - calendar.astype("datetime64[M]")).astype(np.int64)).all()


@given(_DATES, st.integers(-130_000, 130_000))
def test_months_after(day: date, months: int) -> None:
    expected = _after(day, months)
    ordinal = day.toordinal()
    assert no_date(INTEGERS, ordinal, ordinal, months, months) is (expected is None)
    if expected is not None:
        assert months_after(INTEGERS, ordinal, months) == expected.toordinal()


@given(_DATES, _DATES)
def test_completed_months_and_years(start: date, end: date) -> None:
    one, other = start.toordinal(), end.toordinal()
    months = _between(start, end)
    assert months_between(INTEGERS, one, other) == months
    years = abs(months) // 12 * (1 if months > 0 else -1)
    assert years_between(INTEGERS, one, other) == years


_CASES = [  # from, to, completed months, completed years
    ("2024-01-31", "2024-02-29", 1, 0),
    ("2024-02-29", "2024-01-31", 0, 0),
    ("2024-01-31", "2024-02-28", 0, 0),
    ("2023-01-31", "2023-02-28", 1, 0),
    ("2024-03-31", "2024-02-29", -1, 0),
    ("2024-02-29", "2025-02-27", 11, 0),
    ("2024-02-29", "2025-02-28", 12, 1),
    ("2000-02-29", "2024-02-28", 287, 23),
    ("1990-06-15", "2024-06-14", 407, 33),
    ("1990-06-15", "2024-06-15", 408, 34),
    ("2024-06-15", "1990-06-16", -407, -33),
    ("2024-05-05", "2024-05-05", 0, 0),
    ("0001-01-01", "9999-12-31", 119_987, 9_998),
]


@pytest.mark.parametrize(("start", "end", "months", "years"), _CASES)
def test_the_definition_by_example(start: str, end: str, months: int, years: int) -> None:
    one, other = date.fromisoformat(start).toordinal(), date.fromisoformat(end).toordinal()
    assert (months_between(INTEGERS, one, other), years_between(INTEGERS, one, other)) == (months, years)


class _Arrays:
    floor = staticmethod(np.floor_divide)
    least = staticmethod(np.minimum)
    greatest = staticmethod(np.maximum)
    where = staticmethod(np.where)


_ARRAYS = _Arrays()


def test_arrays_come_to_the_same() -> None:
    rng = np.random.default_rng(7)
    starts, ends = rng.integers(1, _LAST + 1, 20_000), rng.integers(1, _LAST + 1, 20_000)
    ends[::2] = np.clip(starts[::2] + rng.integers(-800, 800, 10_000), 1, _LAST)
    for word in (months_between, years_between):
        assert word(_ARRAYS, starts, ends).tolist() == [
            word(INTEGERS, one, other) for one, other in zip(starts.tolist(), ends.tolist(), strict=True)
        ]


def test_they_rise_and_fall_as_the_table_says() -> None:
    rng = np.random.default_rng(8)
    starts, ends = rng.integers(700_000, 701_500, 200_000), rng.integers(700_000, 701_500, 200_000)
    for word in (months_between, years_between):
        assert (word(_ARRAYS, starts + 1, ends) <= word(_ARRAYS, starts, ends)).all()
        assert (word(_ARRAYS, starts, ends + 1) >= word(_ARRAYS, starts, ends)).all()
    months = rng.integers(-40, 40, 200_000)
    assert (months_after(_ARRAYS, starts + 1, months) >= months_after(_ARRAYS, starts, months)).all()
    assert (months_after(_ARRAYS, starts, months + 1) >= months_after(_ARRAYS, starts, months)).all()
