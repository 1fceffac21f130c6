"""Dates, times of day, datetimes and durations: the integer that each is held as, how it is written and how it is told.

==========  ==========================================================================  ===================
kind        held as                                                                     written
==========  ==========================================================================  ===================
date        the proleptic Gregorian ordinal (1 is 0001-01-01)                           ``2024-01-31``
time        the seconds since midnight                                                  ``08:30``
datetime    ``86400 * ordinal + seconds``: its day is a division, its time a remainder  ``2024-01-31T08:30``
duration    seconds, below zero too                                                     ``P3DT4H30M``
==========  ==========================================================================  ===================

All are texts of ISO 8601, to the second, and of no time zone. Seconds that are 0 are not written. What is read may have
them, with a fraction that is 0, a blank for the ``T``, and durations in words (``1 h 30 min``). A date stands for the
start of its day, and the start of a day for its date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from averment.dataclass import dataclass

DAY = 86400
LAST = date.max.toordinal()
UNITS = {"week": 7 * DAY, "day": DAY, "hour": 3600, "minute": 60, "second": 1}  # of which a duration is made
_WORDS = {  # how units are written
    **{word: unit for unit in (*UNITS, "month", "year") for word in (unit, f"{unit}s")},
    "w": "week",
    "d": "day",
    "h": "hour",
    "min": "minute",
    "s": "second",
}

_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>[.,][0-9]+)?)?"
_ZONE = r"(?P<zone> ?(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2}){0,2}))?"
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?", re.ASCII)
_TIME = re.compile(f"{_CLOCK}{_ZONE}", re.ASCII)
_DATETIME = re.compile(f"(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:[T ]{_CLOCK}{_ZONE})?", re.ASCII)
_PART = r"[+-]?[0-9]{1,18}(?:[.,][0-9]{1,9})?"
_DURATION = re.compile(
    rf"(?P<sign>[+-]?)P(?=.*[0-9])(?:(?P<year>{_PART})Y)?(?:(?P<month>{_PART})M)?(?:(?P<week>{_PART})W)?"
    rf"(?:(?P<day>{_PART})D)?(?:T(?=.)(?:(?P<hour>{_PART})H)?(?:(?P<minute>{_PART})M)?(?:(?P<second>{_PART})S)?)?",
    re.ASCII,
)
_IN_WORDS = re.compile(r"(?P<sign>-?)(?P<parts>(?:[0-9]{1,18}(?:\.[0-9]{1,9})? ?[a-z]+ ?)+)", re.ASCII)
_WORDED = re.compile(r"([0-9.]+) ?([a-z]+)")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a text is no value of a kind: the code, what is said of the text, how to mend it, and how the kind is."""

    code: str
    what: str
    help: tuple[str, ...] = ()
    but: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """One of the kinds. ``least`` and ``greatest`` are the ends of its encoding, where it has any of its own;
    ``read`` gives None for a text that is not in its form at all.
    """

    article: str
    shape: str  # of its texts, as people are told
    form: str
    no: str  # what is said of a text that is not in the form
    pattern: str  # of its texts in a JSON Schema
    read: Callable[[str], int | Flaw | None]
    written: Callable[[int], str]
    told: Callable[[int], str]
    least: int | None = None
    greatest: int | None = None

    def value(self, text: str) -> int | Flaw:
        """The value that is written."""
        found = self.read(text)
        return Flaw("AV312", f"is not {self.no}", (self.form,)) if found is None else found


def unit_of(word: str) -> str:
    """The unit that a word is for, ``day`` for ``days``; empty for any other word."""
    return _WORDS.get(word, "")


def of_parts(seconds: int, fraction: str = "") -> str:
    """A duration in the one way it is written; ``fraction``: digits of a second that is not whole."""
    size = abs(seconds)
    days, clock = divmod(size, DAY)
    parts = ((clock // 3600, "H"), (clock // 60 % 60, "M"), (clock % 60, "S"))
    times = "".join(f"{number}{f'.{fraction}' if fraction and mark == 'S' else ''}{mark}" for number, mark in parts
                    if number or (fraction and mark == "S"))  # fmt: skip
    shown = (f"{days}D" if days else "") + (f"T{times}" if times else "")
    return f"{'-' if seconds < 0 else ''}P{shown or 'T0S'}"


# --- read -----------------------------------------------------------------------------------------------------------


def _date(text: str) -> int | None:
    found = _DATE.fullmatch(text)
    return _ordinal(found[1]) if found else None


def _ordinal(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def _time(text: str) -> int | Flaw | None:
    found = _TIME.fullmatch(text)
    return _clock(text, found) if found else None


def _datetime(text: str) -> int | Flaw | None:
    found = _DATETIME.fullmatch(text)
    day = _ordinal(found["day"]) if found else None
    if found is None or day is None:
        return None
    clock = _clock(text, found) if found["hour"] else 0
    return clock if clock is None or isinstance(clock, Flaw) else day * DAY + clock


def _clock(text: str, found: re.Match[str]) -> int | Flaw | None:
    """The seconds since midnight."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if (hour, minute, second) == (24, 0, 0):
        return Flaw("AV312", "is not a time of day", ("the end of a day is `00:00` of the next",))
    if hour > 23 or minute > 59 or second > 59:
        return None
    if found["zone"]:
        plain = text.removesuffix(found["zone"])
        help = f"write the time of the clock where the case is, without `{found['zone'].strip()}`, as `{plain}`"
        return Flaw("AV621", "has a time zone", (help,), " without a time zone")
    if (found["fraction"] or "").strip(".,0"):
        return _TOO_FINE
    return hour * 3600 + minute * 60 + second


def _duration(text: str) -> int | Flaw | None:
    found = _DURATION.fullmatch(text)
    if found:
        parts = {unit: held for unit, held in found.groupdict().items() if held is not None and unit != "sign"}
    else:
        found = _IN_WORDS.fullmatch(text)
        words = _WORDED.findall(found["parts"]) if found else []
        parts = {unit_of(word): number for number, word in words}
        order = [unit for unit in ("year", "month", *UNITS) if unit in parts]
        if found is None or len(parts) < len(words) or list(parts) != order:
            return None
    if parts.keys() & {"month", "year"}:
        return _VARYING
    seconds, rest = divmod(sum(_billionths(number) * UNITS[unit] for unit, number in parts.items()), 10**9)
    if rest:
        return _TOO_FINE
    return -seconds if found["sign"] == "-" else seconds


def _billionths(number: str) -> int:
    whole, _, places = number.replace(",", ".").partition(".")
    return int(whole + places.ljust(9, "0"))


_TOO_FINE = Flaw("AV314", "is finer than a second", ("leave out the fraction of a second",), " to the second")
_VARYING = Flaw(
    "AV622",
    "is not a duration: months and years vary in length",
    (
        "write weeks, days, hours, minutes or seconds",
        "or give the number of months as an integer, and add it to a date, as `$d + $n months`",
    ),
    " of a fixed length",
)


# --- written and told -----------------------------------------------------------------------------------------------


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _of_day(seconds: int) -> str:
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _at(mark: str) -> Callable[[int], str]:
    return lambda value: f"{_day(value // DAY)}{mark}{_of_day(value % DAY)}"


def _in_words(seconds: int) -> str:
    """``3 days 4 hours``."""
    left, told = abs(seconds), list[str]()
    for unit, size in UNITS.items():
        if unit != "week" and left >= size:
            many, left = divmod(left, size)
            told.append(f"{many} {unit}{'' if many == 1 else 's'}")
    return ("minus " if seconds < 0 else "") + (" ".join(told) or "0 seconds")


SCALES: Mapping[str, Scale] = {
    "date": Scale(
        "a date",
        "YYYY-MM-DD",
        "a date is YYYY-MM-DD, as `2024-01-31`",
        "a date of the calendar",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        _date,
        _day,
        _day,
        1,
        LAST,
    ),
    "time": Scale(
        "a time of day",
        "HH:MM",
        "a time is HH:MM or HH:MM:SS, as `08:30`",
        "a time of day",
        "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
        _time,
        _of_day,
        _of_day,
        0,
        DAY - 1,
    ),
    "datetime": Scale(
        "a date and time",
        "YYYY-MM-DD HH:MM",
        "a datetime is YYYY-MM-DDTHH:MM, as `2024-01-31T08:30`",
        "a date and time of the calendar",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
        _datetime,
        _at("T"),
        _at(" "),
        DAY,
        LAST * DAY + DAY - 1,
    ),
    "duration": Scale(
        "a duration",
        "1 h 30 min",
        "a duration is written as `PT1H30M` or `1 h 30 min`, `P3D` or `3 days`",
        "a duration",
        "^-?(P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?|[0-9]+ ?[a-z]+( ?[0-9]+ ?[a-z]+)*)$",
        _duration,
        of_parts,
        _in_words,
    ),
}
