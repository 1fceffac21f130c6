"""The operators of arithmetic: integers in, an integer out. An entry of the table is all there is to one.

What an operator comes to is written once, over an algebra: numbers of any carrier (Python's, arrays, terms of a solver)
which add, subtract, multiply and compare by Python's own signs, and divide and choose by what the algebra brings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, mul, sub
from typing import Any, Protocol

from averment.core import calendar
from averment.core.times import DAY, LAST
from averment.dataclass import dataclass

DATES, DATETIMES = (1, LAST), (DAY, LAST * DAY + DAY - 1)


class Algebra(Protocol):
    """What a carrier of numbers brings beside the signs."""

    def floor(self, number: Any, by: Any, /) -> Any:
        """The greatest integer that is not above ``number / by``, where ``by`` is positive."""
        ...

    def where(self, condition: Any, one: Any, other: Any, /) -> Any:
        """The one number where the condition holds, else the other."""
        ...

    def least(self, one: Any, other: Any, /) -> Any:
        """The lesser of two numbers."""
        ...

    def greatest(self, one: Any, other: Any, /) -> Any:
        """The greater of two numbers."""
        ...


class Integers:
    """The algebra of Python's numbers."""

    least = staticmethod(min)
    greatest = staticmethod(max)

    @staticmethod
    def floor(number: Any, by: Any) -> Any:
        return number // by

    @staticmethod
    def where(condition: bool, one: Any, other: Any) -> Any:
        return one if condition else other


INTEGERS = Integers()
EVERYWHERE = (-(2**63), 2**63 - 1)

Comes = Callable[[Algebra, Any, Any], Any]
Ends = Callable[[Algebra, Any, Any, Any, Any], tuple[Any, Any]]
Lawless = Callable[[Algebra, Any, Any, Any, Any], Any]
Span = tuple[int, int]


@dataclass(frozen=True)
class Operator:
    """``comes_to`` gives what two numbers come to; ``ends`` the least and the greatest that it may be where the one
    lies between the first two numbers and the other between the last two.

    - ``lawless`` is where some numbers between such ends have no lawful value, ``unlawful`` what is said of them.
    - ``takes``: where its operands lie, if not everywhere; what it meets on its way is no more than these need.
    - ``rises``: by operand 1 where the result never falls when that rises, -1 where it never rises, else 0.
    - ``sign``: what Python has between its operands by this name, if anything.
    - ``linear``: it is made of sums and choices alone, so ``ends`` may be asked where an end is infinite.
    - ``annihilates``: it is 0 where either operand is, whatever the other.
    """

    name: str
    comes_to: Comes
    ends: Ends
    lawless: Lawless | None = None
    unlawful: tuple[str, str] = ("", "")
    rises: tuple[int, int] = (0, 0)
    sign: Callable[[Any, Any], Any] | None = None
    linear: bool = True
    annihilates: bool = False
    takes: tuple[Span, Span] = (EVERYWHERE, EVERYWHERE)

    def lawful(self, low: int, high: int, floor: int, ceiling: int) -> bool:
        """Whether all numbers between these ends surely have a value."""
        return self.lawless is None or not self.lawless(INTEGERS, low, high, floor, ceiling)

    def code(self, left: str, right: str) -> str:
        """It as source text, which may name ``name`` as a function."""
        return f"({left} {self.name} {right})" if self.sign else f"{self.name}({left}, {right})"


def _corners(comes_to: Comes) -> Ends:
    """The ends of what, the one operand held, only rises or only falls in the other: its extremes are at corners."""

    def ends(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, Any]:
        first, second = comes_to(of, low, floor), comes_to(of, low, ceiling)
        third, fourth = comes_to(of, high, floor), comes_to(of, high, ceiling)
        least = of.least(of.least(first, second), of.least(third, fourth))
        return least, of.greatest(of.greatest(first, second), of.greatest(third, fourth))

    return ends


def _rising(comes_to: Comes) -> Ends:
    """The ends of what never falls where an operand rises."""
    return lambda of, low, high, floor, ceiling: (comes_to(of, low, floor), comes_to(of, high, ceiling))


# --- sums and products ----------------------------------------------------------------------------------------------


def _sign(name: str, sign: Callable[[Any, Any], Any], ends: Callable[[Comes], Ends], **more: Any) -> Operator:
    def comes_to(of: Algebra, left: Any, right: Any) -> Any:
        return sign(left, right)

    return Operator(name, comes_to, ends(comes_to), sign=sign, **more)


def _falling(comes_to: Comes) -> Ends:
    """The ends of what never falls where the first operand rises, and never rises where the second does."""
    return lambda of, low, high, floor, ceiling: (comes_to(of, low, ceiling), comes_to(of, high, floor))


# --- choices --------------------------------------------------------------------------------------------------------


def _lesser(of: Algebra, left: Any, right: Any) -> Any:
    return of.least(left, right)


def _greater(of: Algebra, left: Any, right: Any) -> Any:
    return of.greatest(left, right)


def _distance(of: Algebra, left: Any, right: Any) -> Any:
    return of.greatest(left - right, right - left)


def _distances(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, Any]:
    below, above = floor - high, low - ceiling
    return of.greatest(of.greatest(below, above), 0), of.greatest(-below, -above)


def _apart(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, Any]:
    least, greatest = _distances(of, low, high, floor, ceiling)
    return of.greatest(least, 1), of.greatest(greatest, 1)


# --- quotients: a numerator, and a denominator that is made positive --------------------------------------------------


def _signed(of: Algebra, left: Any, right: Any) -> Any:
    """The one number, its sign turned where the other is negative: what a denominator passes on to its numerator."""
    return of.where(right < 0, -left, left)


def _signs(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, Any]:
    least = of.where(floor < 0, of.where(ceiling < 0, -high, of.least(low, -high)), low)
    return least, of.where(floor < 0, of.where(ceiling < 0, -low, of.greatest(high, -low)), high)


def _meets(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> Any:
    return (low <= ceiling) & (floor <= high)


def _not_positive(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> Any:
    return floor <= 0


def _rounded(up: Callable[[Algebra, Any, Any, Any, Any], Any]) -> Comes:
    """A quotient as an integer: the greatest that is not above it, or one more where ``up`` says so of the numerator,
    of that integer, of the rest, and of what the rest lacks of the denominator.
    """

    def comes_to(of: Algebra, left: Any, right: Any) -> Any:
        whole = of.floor(left, right)
        rest = left - whole * right
        return whole + up(of, left, whole, rest, right - rest)

    return comes_to


def _up(of: Algebra, left: Any, whole: Any, rest: Any, lacks: Any) -> Any:
    return of.where(rest > 0, 1, 0)


def _up_from_half(of: Algebra, left: Any, whole: Any, rest: Any, lacks: Any) -> Any:
    """A half goes away from zero."""
    return of.where(rest > lacks, 1, of.where(rest < lacks, 0, of.where(left < 0, 0, 1)))


def _up_to_even(of: Algebra, left: Any, whole: Any, rest: Any, lacks: Any) -> Any:
    """A half goes to the even integer."""
    return of.where(rest > lacks, 1, of.where(rest < lacks, 0, whole - 2 * of.floor(whole, 2)))


def _floor(of: Algebra, left: Any, right: Any) -> Any:
    return of.floor(left, right)


_NO_QUOTIENT = ("AV504", "a calculation divides by zero")


def _rounding(name: str, comes_to: Comes) -> Operator:
    corners = _corners(comes_to)

    def ends(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, Any]:
        return corners(of, low, high, of.greatest(floor, 1), of.greatest(ceiling, 1))

    return Operator(name, comes_to, ends, _not_positive, _NO_QUOTIENT, rises=(1, 0), linear=False)


ROUNDINGS: Mapping[str, Operator] = {
    each.name: each
    for each in (
        _rounding("floor", _floor),
        _rounding("ceiling", _rounded(_up)),
        _rounding("half_up", _rounded(_up_from_half)),
        _rounding("half_even", _rounded(_up_to_even)),
    )
}
"""How a quotient, of a positive denominator, becomes an integer."""

# --- the calendar ---------------------------------------------------------------------------------------------------


def _clipped(of: Algebra, number: Any, span: Span) -> Any:
    return of.least(of.greatest(number, span[0]), span[1])


def _of_calendar(name: str, comes_to: Comes, one: Span, other: Span, **more: Any) -> Operator:
    """What takes dates or datetimes, and falls or rises in both operands as ``rises`` says."""
    swapped = more["rises"][0] < 0
    gives = more.pop("gives", EVERYWHERE)

    def ends(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> tuple[Any, Any]:
        first, last = (high, low) if swapped else (low, high)
        least = comes_to(of, _clipped(of, first, one), _clipped(of, floor, other))
        most = comes_to(of, _clipped(of, last, one), _clipped(of, ceiling, other))
        return (least, most) if gives is EVERYWHERE else (_clipped(of, least, gives), _clipped(of, most, gives))

    return Operator(name, comes_to, ends, takes=(one, other), **more)


def _after(name: str, comes_to: Comes, lawless: Lawless, dates: Span, steps: Span) -> Operator:
    unlawful = ("AV501", "a calculation leaves the calendar (0001-01-01 to 9999-12-31)")
    return _of_calendar(name, comes_to, dates, steps, rises=(1, 1), lawless=lawless, unlawful=unlawful, gives=dates)


def _sum(of: Algebra, left: Any, right: Any) -> Any:
    return left + right


def _outside(span: Span) -> Lawless:
    def lawless(of: Algebra, low: Any, high: Any, floor: Any, ceiling: Any) -> Any:
        wide = span[1] - span[0]
        least, most = of.greatest(floor, -wide - 1), of.least(ceiling, wide + 1)
        return (_clipped(of, low, span) + least < span[0]) | (_clipped(of, high, span) + most > span[1])

    return lawless


_MONTHS = (-calendar.MOST_MONTHS - 1, calendar.MOST_MONTHS + 1)


def _steps(span: Span) -> Span:
    return span[0] - span[1] - 1, span[1] - span[0] + 1


CALENDAR: Mapping[str, Operator] = {
    each.name: each
    for each in (
        _after("days_after", _sum, _outside(DATES), DATES, _steps(DATES)),
        _after("seconds_after", _sum, _outside(DATETIMES), DATETIMES, _steps(DATETIMES)),
        _after("months_after", calendar.months_after, calendar.no_date, DATES, _MONTHS),
        _after("months_after_at", calendar.months_after_at, calendar.no_datetime, DATETIMES, _MONTHS),
        _of_calendar("months_between", calendar.months_between, DATES, DATES, rises=(-1, 1)),
        _of_calendar("years_between", calendar.years_between, DATES, DATES, rises=(-1, 1)),
    )
}
"""Those of dates and datetimes."""

OPERATORS: Mapping[str, Operator] = {
    each.name: each
    for each in (
        _sign("+", add, _rising, rises=(1, 1)),
        _sign("-", sub, _falling, rises=(1, -1)),
        _sign("*", mul, _corners, linear=False, annihilates=True),
        Operator("min", _lesser, _rising(_lesser), rises=(1, 1)),
        Operator("max", _greater, _rising(_greater), rises=(1, 1)),
        Operator("distance", _distance, _distances),  # between two numbers: of one and 0 it is its absolute value
        Operator("apart", _distance, _apart, _meets, _NO_QUOTIENT),  # the same of two that must not be equal
        Operator("signed", _signed, _signs),
        *ROUNDINGS.values(),
        *CALENDAR.values(),
    )
}
"""By their names in a program."""

CALLS: Mapping[str, tuple[str, int]] = {"abs": ("distance", 1), "min": ("min", 2), "max": ("max", 2)}
"""What an author calls by name: the operator, and of how many numbers at least; of one number the other is 0."""

CALENDAR_CALLS: dict[str, int] = {"days": 2, "months": 2, "years": 2, "date": 1, "time": 1}
"""What an author calls of dates and datetimes, and of how many at least."""

SIGNS = {each.name: each.sign for each in OPERATORS.values() if each.sign}
"""What Python has by the same name."""

OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
"""By operator of a comparison the one that is true where that is false."""
