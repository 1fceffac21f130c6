"""What dates, times and durations come to with each other: kinds checked, in the operators of ``core.operators``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from averment.core.operators import CALENDAR_CALLS
from averment.core.program import Field, Kind
from averment.core.times import DAY, UNITS
from averment.model.kinds import described
from averment.model.model import Computed, Constant, Term

Typed = tuple[Term, Field]
DATE, TIME, DATETIME, DURATION = (Field("", kind) for kind in (Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.DURATION))
QUOTIENT = Field("", Kind.DECIMAL, quotient=True)
_WHOLE = Field("", Kind.INTEGER)
_IN_MONTHS = {"month": 1, "year": 12}
_IN_DAYS = {"day": 1, "week": 7}


class Problem(NamedTuple):
    """Why there is no such calculation."""

    message: str
    label: str = ""
    help: str = ""


def duration(amount: Typed, unit: str) -> Typed | Problem:
    """So many of a unit, as a duration."""
    if unit in _IN_MONTHS:
        help = f"add them to a date, as `$d + $n {unit}s`"
        return Problem(f"{unit}s alone are no duration, for they vary in length", f"a number of {unit}s", help)
    return _whole(amount, unit) or (_times(amount[0], UNITS[unit]), DURATION)


def moved(operator: str, start: Typed, amount: Typed, unit: str) -> Typed | Problem:
    """So many of a unit after a date, a datetime or a duration, or before it where the operator is ``-``."""
    kind = start[1].kind
    if problem := _whole(amount, unit):
        return problem
    if kind not in (Kind.DATE, Kind.DATETIME):
        length = duration(amount, unit)
        return length if isinstance(length, Problem) else calculated(operator, start, length)
    if unit in _IN_MONTHS:
        months = _signed(operator, _times(amount[0], _IN_MONTHS[unit]))
        return Computed("months_after" if kind is Kind.DATE else "months_after_at", start[0], months), Field("", kind)
    if kind is Kind.DATETIME:
        return Computed("seconds_after", start[0], _signed(operator, _times(amount[0], UNITS[unit]))), DATETIME
    if unit not in _IN_DAYS:
        return Problem(f"a date has no {unit}s", "a date, not a datetime", "make the field a `datetime`, or add days")
    return Computed("days_after", start[0], _signed(operator, _times(amount[0], _IN_DAYS[unit]))), DATE


def calculated(operator: str, left: Typed, right: Typed) -> Typed | Problem:
    """What two values come to, of which one is a time or a duration."""
    (one, a), (other, b) = left, right
    match operator, a.kind, b.kind:
        case "+" | "-", Kind.DURATION, Kind.DURATION:
            return Computed(operator, one, other), DURATION
        case "+" | "-", Kind.DATETIME, Kind.DURATION:
            return Computed("seconds_after", one, _signed(operator, other)), DATETIME
        case "+" | "-", Kind.DATE, Kind.DURATION:
            if isinstance(other, Constant) and isinstance(other.value, int) and other.value % DAY == 0:
                return Computed("days_after", one, _signed(operator, Constant(other.value // DAY))), DATE
            help = "add days, as `$d + $n days`, or make the field a `datetime`"
            return Problem("a duration may be of part of a day, and a date is of whole ones", "a date", help)
        case "+", Kind.DURATION, Kind.DATE | Kind.DATETIME:
            return calculated(operator, right, left)
        case "-", Kind.DATE, Kind.DATE:
            return _times(Computed("-", one, other), DAY), DURATION
        case "-", Kind.DATE | Kind.DATETIME, Kind.DATE | Kind.DATETIME:
            return Computed("-", in_seconds(left), in_seconds(right)), DURATION
        case "-", Kind.TIME, Kind.TIME:
            return Computed("-", one, other), DURATION
        case ("*", Kind.DURATION, Kind.INTEGER) | ("*", Kind.INTEGER, Kind.DURATION) if not (a.quotient or b.quotient):
            return Computed("*", one, other), DURATION
        case "/", Kind.DURATION, Kind.DURATION:
            return Computed("/", one, other), QUOTIENT
        case "+" | "-", Kind.TIME, Kind.DURATION:
            help = "make the field a `datetime`, which may pass midnight"
            return Problem("a time of day has no day to go on with after midnight", "a time", help)
        case _:
            label = f"{described(a)} and {described(b)}"
            return Problem(f"`{operator}` has no meaning here", label, _instead(operator, a, b))


def called(name: str, arguments: Sequence[Typed]) -> Typed | Problem:
    """What a function of the calendar, or ``abs``, ``min`` or ``max``, comes to of times or durations."""
    kinds = [field.kind for _, field in arguments]
    terms = [term for term, _ in arguments]
    if name in ("min", "max") and len({*kinds}) == 1 and kinds[0].timed:
        return reduce(lambda left, right: Computed(name, left, right), terms), Field("", kinds[0])
    if name == "abs" and kinds == [Kind.DURATION]:
        return Computed("distance", terms[0], Constant(0)), DURATION
    if name in ("date", "time") and kinds == [Kind.DATETIME]:
        day = Computed("floor", terms[0], Constant(DAY))
        return (day, DATE) if name == "date" else (Computed("-", terms[0], _times(day, DAY)), TIME)
    if name in ("days", "months", "years") and kinds == [Kind.DATE, Kind.DATE]:
        if name == "days":
            return Computed("-", terms[1], terms[0]), _WHOLE
        return Computed(f"{name}_between", *terms), _WHOLE
    wanted = "a datetime" if name in ("date", "time") else "two dates" if name in CALENDAR_CALLS else "one kind"
    found = " and ".join(described(field) for _, field in arguments)
    of_datetimes = name in CALENDAR_CALLS and Kind.DATETIME in kinds and len(kinds) == 2
    return Problem(f"`{name}` is of {wanted}", found, f"write `{name}(date($a), date($b))`" if of_datetimes else "")


def in_seconds(typed: Typed) -> Term:
    """A date or datetime as a datetime."""
    return _times(typed[0], DAY) if typed[1].kind is Kind.DATE else typed[0]


def _whole(amount: Typed, unit: str) -> Problem | None:
    if amount[1].kind is Kind.INTEGER and not amount[1].quotient:
        return None
    help = "" if unit in _IN_MONTHS else "give the duration as a field of that kind, or in a smaller unit"
    return Problem(f"`{unit}s` are of a whole number", described(amount[1]), help)


def _times(term: Term, factor: int) -> Term:
    if isinstance(term, Constant) and isinstance(term.value, int):
        return Constant(term.value * factor)
    return term if factor == 1 else Computed("*", term, Constant(factor))


def _signed(operator: str, term: Term) -> Term:
    if operator == "+":
        return term
    if isinstance(term, Constant) and isinstance(term.value, int):
        return Constant(-term.value)
    return Computed("-", Constant(0), term)


def _instead(operator: str, left: Field, right: Field) -> str:
    if operator in "+-" and Kind.INTEGER in (left.kind, right.kind):
        return "say of what the number is, as `$d + $n days` or `$d + 3 months`"
    if operator == "/" and left.kind is Kind.DURATION:
        return "compare with a product instead, as `$a >= 3 * $b`"
    return ""
