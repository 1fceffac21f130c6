"""Whether quoted words say what a field holds, where its kind allows to tell.

Of a number, a time, a choice or a level the words agree where they name it, and speak against it where they name only
others of the kind. Of a boolean they do where they end in yes or no, true or false. All else is not compared: whether
a sentence means it is for people to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from averment.core.program import Field, Kind, Value
from averment.core.times import SCALES, UNITS, unit_of
from averment.core.values import decode


class Compared(StrEnum):
    """What the comparison of a value with a quote came to."""

    AGREES = "agrees"
    AGAINST = "against"
    NOT = "not compared"


def whole_words(text: str, offset: int, length: int) -> str:
    """The words that a stretch of a text touches, whole: a `12` cut out of `120` says 120."""
    end = offset + length
    while offset > 0 and not text[offset - 1].isspace() and not text[offset].isspace():
        offset -= 1
    while end < len(text) and not text[end].isspace() and not text[end - 1].isspace():
        end += 1
    return text[offset:end]


def compared(value: Value, field: Field, words: str) -> Compared:
    """What quoted words say of the encoded value of a field."""
    match field.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(Decimal(str(decode(value, field))), words)
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            named = set(_NAMED_TIMES[field.kind](words))
            return _verdict(decode(value, field) in named, bool(named))
        case Kind.CHOICE | Kind.LEVEL:
            named = _named(words, field.values)
            return _verdict(decode(value, field) in named, bool(named))
        case Kind.BOOLEAN:
            last = re.findall(r"\w+", words.casefold())[-1:]
            said = _YES_NO.get(last[0]) if last else None
            return _verdict(said is value, said is not None)
        case Kind.TEXT:
            return _verdict(str(value).casefold() in words.casefold(), False)
        case Kind.SET:
            return Compared.NOT


_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def _verdict(named: bool, comparable: bool) -> Compared:
    return Compared.AGREES if named else Compared.AGAINST if comparable else Compared.NOT


# --- names ------------------------------------------------------------------------------------------------------------


def _named(words: str, values: tuple[str, ...]) -> set[str]:
    """The values that words name, as they are or with spaces for `_`; a longer name hides the shorter ones in it."""
    left, found = _plain(words), set[str]()
    for value in sorted(values, key=len, reverse=True):
        name = re.compile(rf"(?<!\w){re.escape(_plain(value))}(?!\w)")
        left, many = name.subn("\0", left)
        if many:
            found.add(value)
    return found


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[_\-‐‑]", " ", words.casefold()).split())


# --- numbers ----------------------------------------------------------------------------------------------------------

_SPACES = " \u00a0\u202f'’"
_NUMBER = re.compile(rf"(?<!\w)(?P<sign>[-−])?(?P<digits>\d+(?:[.,{_SPACES}]\d+)*)(?P<rest>\s*[%‰\w]*)")
_SCALES = {
    "k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9, "%": -2, "percent": -2,
}  # fmt: skip
_IN_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]


def _number(value: Decimal, words: str) -> Compared:
    """A number in digits may be read as German or English write it, and with or without a word such as `million`."""
    named = {number for found in _NUMBER.finditer(words) for number in _readings(found)}
    spelled = {Decimal(_IN_WORDS.index(word)) for word in re.findall(r"[a-z]+", words.casefold()) if word in _IN_WORDS}
    return _verdict(value in named | spelled, bool(named))


def _readings(found: re.Match[str]) -> Iterator[Decimal]:
    sign = -1 if found["sign"] else 1
    scale = _SCALES.get(found["rest"].strip().casefold(), 0)
    for digits in _plain_digits(found["digits"]):
        number = sign * Decimal(digits)
        yield number
        if found["sign"]:
            yield -number  # what looks like a sign may be a dash
        if scale:
            yield number.scaleb(scale)


def _plain_digits(written: str) -> Iterator[str]:
    """The numbers that digits with separators may stand for."""
    groups = re.split(rf"[.,{_SPACES}]", written)
    marks = re.sub(r"\d", "", written)
    if not marks:
        yield written
        return
    thousands = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
    if thousands and len(set(marks)) == 1:
        yield "".join(groups)
    if marks[-1] in ".," and marks.count(marks[-1]) == 1:
        before = groups[:-1]
        if len(before) == 1 or all(len(group) == 3 for group in before[1:]):
            yield "".join(before) + "." + groups[-1]
    if any(mark in _SPACES for mark in marks) and not thousands:
        yield from (group for group in groups)


# --- days -------------------------------------------------------------------------------------------------------------

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?P<name>[a-z]{3})[a-z]*\.?,?\s+(?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<!\w)(?P<name>[a-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)"),
)


def _dates(words: str) -> Iterator[str]:
    """The days that words may name, as YYYY-MM-DD."""
    for pattern in _DAYS:
        for found in pattern.finditer(words.casefold()):
            parts = found.groupdict()
            name = parts.get("name")
            if name is not None and name not in _MONTHS:
                continue
            month = _MONTHS.index(name) + 1 if name else int(parts["month"])
            try:
                yield date(int(parts["year"]), month, int(parts["day"])).isoformat()
            except ValueError:
                continue


# --- times ------------------------------------------------------------------------------------------------------------

_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<half>[ap]\.?m\b\.?)?(?![\d:])"
)
_LENGTH = re.compile(r"(?<![\w.,])(\d+)[\s-]*([a-z]+)\b")
_ABBREVIATED = {"hr": "hour", "hrs": "hour", "mins": "minute", "sec": "second", "secs": "second"}


def _times(words: str) -> Iterator[str]:
    """The times of day that words may name, as HH:MM; an hour alone is one with `am` or `pm`."""
    for found in _CLOCK.finditer(words.casefold()):
        hour, half = int(found["hour"]), (found["half"] or "")[:1]
        if not (found["minute"] or half) or (half and not 1 <= hour <= 12):
            continue
        hour = hour % 12 + 12 * (half == "p") if half else hour
        yield from _read("time", f"{hour:02}:{found['minute'] or '00'}:{found['second'] or '00'}")


def _datetimes(words: str) -> Iterator[str]:
    """The days and times that words may name, in every pair: which time is of which day is for people to judge."""
    left = words.casefold()
    for pattern in _DAYS:
        left = pattern.sub(" ", re.sub(r"(?<=\d)t(?=\d)", " ", left))
    times = [*_times(left)]
    return (f"{day}T{time}" for day in _dates(re.sub(r"(?<=\d)[Tt](?=\d)", " ", words)) for time in times)


def _durations(words: str) -> Iterator[str]:
    """The durations that words may name: each number with its unit, and all of them together."""
    units = [(number, _ABBREVIATED.get(word, unit_of(word))) for number, word in _LENGTH.findall(words.casefold())]
    told = [f"{number} {unit}s" for number, unit in units if unit in UNITS]
    for text in dict.fromkeys([*told, " ".join(told)]):
        yield from _read("duration", text)


def _read(kind: str, text: str) -> Iterator[str]:
    value = SCALES[kind].value(text)
    if isinstance(value, int):
        yield SCALES[kind].written(value)


_NAMED_TIMES: Mapping[Kind, Callable[[str], Iterator[str]]] = {
    Kind.DATE: _dates,
    Kind.TIME: _times,
    Kind.DATETIME: _datetimes,
    Kind.DURATION: _durations,
}
