"""What is reckoned, in words: functions and periods, what they come to, and quantities that may be intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from averment.core import written
from averment.core.operators import CALENDAR_CALLS
from averment.core.program import Expression, Field, Kind
from averment.core.values import show, told_ends
from averment.law.expressions import evaluate
from averment.law.patterns import Bindings
from averment.law.truth import CaseError, Interval, Quantity
from averment.render.cells import order_words
from averment.render.phrases import held, untold

_CALLED = {
    "abs": "the absolute value of {}",
    "min": "the least of {}",
    "max": "the greatest of {}",
    "days": "the days from {}",
    "months": "the completed months from {}",
    "years": "the completed years from {}",
    "date": "the date of {}",
    "time": "the time of {}",
}


def called(name: str, arguments: Sequence[str]) -> str:
    """A function of values: ``the completed years from … to …``."""
    *others, last = arguments
    joined = "to" if name in CALENDAR_CALLS else "and"
    return _CALLED[name].format(f"{', '.join(others)} {joined} {last}" if others else last)


def period(amount: str, unit: str) -> str:
    """``3 months``."""
    return f"{amount} {unit}{'' if amount == '1' else 's'}"


def counts(tree: written.Expression) -> bool:
    """Whether an expression counts days, months or years."""
    return isinstance(tree, written.Call) and tree.name in ("days", "months", "years")


def counted(told: str, value: str) -> str:
    """What counts days, months or years, and how many: ``the 37 completed years from … to …``."""
    if value == "1":
        told = told.replace("s from", " from", 1)
    return f"the {value} {told.removeprefix('the ')}" if value else told


def is_moment(tree: written.Expression, fields: Mapping[str, Field]) -> bool:
    """Whether an expression is a date, a time or a datetime, where these are the fields of variables."""
    match tree:
        case written.Moment(kind):
            return kind != Kind.DURATION
        case written.Dollar(name):
            return name in fields and fields[name].kind.of_calendar
        case written.Call(name):
            return name in ("date", "time")
        case written.Operation():
            return is_moment(tree.left, fields) and not is_moment(tree.right, fields)
        case _:
            return False


def come_to(side: Expression, told: Field, bindings: Bindings) -> str:
    """What an expression comes to; nothing where that is not known, or there is no lawful value."""
    try:
        value = evaluate(side, bindings)
    except CaseError:
        return ""
    return "" if value is None or value == Interval(None, None) else told_quantity(value, told)


def told_quantity(quantity: Quantity, field: Field) -> str:
    """A value, or between which ones it lies."""
    if not isinstance(quantity, Interval):
        return held(untold(field), quantity)
    (low, high), bare = told_ends(*quantity, field), replace(field, unit="")
    if low is not None and high is not None:
        return f"{show(low, bare)} to {show(high, bare)}"
    end = high if low is None else low
    return "not known" if end is None else f"{order_words('<=' if low is None else '>=', field.kind)} {show(end, bare)}"
