"""The calendar in integers: the proleptic Gregorian one, over whatever adds, multiplies, divides by a constant and
chooses (``core.operators.Algebra``): Python's integers, arrays, terms of a solver.

A date is its ordinal (1 is 0001-01-01). Months are counted from March of the year 0, so that the day a leap year has
more comes last in a year of twelve: then the days before a month of it are ``(153 m + 2) // 5``, and those before a
year ``365 y + y // 4 - y // 100 + y // 400``. The way back is the one of Howard Hinnant's *chrono-Compatible Low-Level
Date Algorithms* (``civil_from_days``), where all numbers are above zero.

- *n months after* a date is the same day of the month that is n further; where that month is shorter, its last day.
- The *completed months* from one date to another are the most months by which the one can be moved towards the other
  without passing it, below zero where the other comes first: from 2024-01-31 to 2024-02-29 is 1, back again 0.
- *Completed years* are twelve completed months each: who is born on a 29 February is a year older on a 28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from averment.core.times import DAY, LAST

if TYPE_CHECKING:
    from averment.core.operators import Algebra

FIRST_MONTH, LAST_MONTH = 10, 119_997  # of the calendar, January 1 and December 9999
MOST_MONTHS = LAST_MONTH - FIRST_MONTH


def first_of(of: Algebra, month: Any) -> Any:
    """The ordinal of the first day of a month."""
    year = of.floor(month, 12)
    leap_days = of.floor(year, 4) - of.floor(year, 100) + of.floor(year, 400)
    return 365 * year + leap_days + of.floor(153 * (month - 12 * year) + 2, 5) - 305


def month_of(of: Algebra, date: Any) -> tuple[Any, Any]:
    """The month that a date is in, and how many days of it come before."""
    days = date + 305  # since 1 March of the year 0
    era = of.floor(days, 146_097)  # of 400 years
    day = days - 146_097 * era
    year = of.floor(day - of.floor(day, 1460) + of.floor(day, 36_524) - of.floor(day, 146_096), 365)
    day = day - (365 * year + of.floor(year, 4) - of.floor(year, 100))
    month = of.floor(5 * day + 2, 153)
    return 12 * (400 * era + year) + month, day - of.floor(153 * month + 2, 5)


def months_after(of: Algebra, date: Any, months: Any) -> Any:
    """So many months after a date, or before it where they are below zero."""
    month, before = month_of(of, date)
    first, next = first_of(of, month + months), first_of(of, month + months + 1)
    return first + of.least(before, next - first - 1)


def months_after_at(of: Algebra, datetime: Any, months: Any) -> Any:
    """The same of a datetime, at the same time of day."""
    date = of.floor(datetime, DAY)
    return DAY * months_after(of, date, months) + datetime - DAY * date


def months_between(of: Algebra, start: Any, end: Any) -> Any:
    """The completed months from one date to another."""
    (one, before), (other, day) = month_of(of, start), month_of(of, end)
    last = first_of(of, other + 1) - first_of(of, other) - 1
    passes = of.where(day < before, of.where(day < last, 1, 0), 0)  # where as many months would be too many
    falls_short = of.where(before < day, 1, 0)
    return other - one + of.where(end < start, falls_short, -passes)


def years_between(of: Algebra, start: Any, end: Any) -> Any:
    """The completed years from one date to another."""
    months = months_between(of, start, end)
    return of.where(months < 0, -of.floor(-months, 12), of.floor(months, 12))


def no_date(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> Any:
    """Whether some date between the first two numbers, so many months later as one between the others, is none."""
    least, most = of.greatest(floor, -MOST_MONTHS - 1), of.least(ceiling, MOST_MONTHS + 1)
    first, _ = month_of(of, of.least(of.greatest(low, 1), LAST))
    last, _ = month_of(of, of.least(of.greatest(high, 1), LAST))
    return (first + least < FIRST_MONTH) | (last + most > LAST_MONTH)


def no_datetime(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> Any:
    """The same of datetimes."""
    least, most = DAY, LAST * DAY + DAY - 1
    first, last = of.least(of.greatest(low, least), most), of.least(of.greatest(high, least), most)
    return no_date(of, of.floor(first, DAY), of.floor(last, DAY), floor, ceiling)
