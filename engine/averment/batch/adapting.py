"""Cells of a foreign table as the pack's own spelling has them; what a mapping does not know stays as it is.

A cell is first looked up in the column's values; then it may be a word for what is missing; then it is read as its
field's kind asks: a number with its marks, factor and places, a day, a time, a number of a unit of time, a word for
true or false, a set element by element. What comes out is text as CSV has it, for the reader of CSV to judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from averment.batch.adapter import Rule
from averment.core.composed import composed
from averment.core.program import Field, Kind

_MANY = 100_000  # distinct cells of a column that are remembered
_EXACT = Context(prec=200)
_PART = {
    "YYYY": r"(?P<y>[0-9]{4})",
    "MMM": r"(?P<b>[A-Za-z]{3,9})\.?",
    "MM": r"(?P<m>[0-9]{2})",
    "M": r"(?P<m>[0-9]{1,2})",
    "DD": r"(?P<d>[0-9]{2})",
    "D": r"(?P<d>[0-9]{1,2})",
    "HH": r"(?P<hour>[0-9]{2})",
    "H": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
_NAMES = "january february march april may june july august september october november december"
_MONTHS = _NAMES.split()


@dataclass(frozen=True)
class Cell:
    """How a cell of one column is read: by ``rule``, as a value of ``field``."""

    rule: Rule
    field: Field

    def reader(self) -> Callable[[str], str]:
        """The reading of a text, which remembers what it has read."""
        known: dict[str, str] = {}
        read = _reader(self.rule, self.field)

        def remembered(text: str) -> str:
            found = known.get(text)
            if found is None:
                if len(known) >= _MANY:
                    known.clear()
                found = known[text] = read(text)
            return found

        return remembered


@dataclass(frozen=True)
class Adaptation:
    """What becomes of the records of a table of ``width`` columns: some ``cells`` are read otherwise, and after them
    come the name of the case, of the columns ``names``, if any, and ``constants``.
    """

    width: int
    cells: Mapping[int, Cell]
    names: tuple[int, ...] = ()
    constants: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        """How many cells come after those of the file."""
        return bool(self.names) + len(self.constants)

    def convert(self) -> Callable[[list[str]], list[str]]:
        """The conversion of one record after the other, the headings first."""
        readers = [(place, cell.reader()) for place, cell in self.cells.items()]
        headed = False

        def convert(cells: list[str]) -> list[str]:
            nonlocal headed
            if not headed or len(cells) != self.width:
                headed = True
                return [*cells, *[""] * self.added]
            name = [self.name([cells[place] for place in self.names])] if self.names else []
            for place, read in readers:
                cells[place] = read(cells[place])
            return [*cells, *name, *self.constants]

        return convert

    @staticmethod
    def name(parts: list[str]) -> str:
        """The name of a case of its parts; none where all are empty."""
        return " ".join(part for part in parts if part)


def constant_text(value: Any) -> str:
    """A constant as a cell."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _reader(rule: Rule, field: Field) -> Callable[[str], str]:
    values = {composed(cell): "" if to is None else constant_text(to) for cell, to in rule.values.items()}
    missing = set(map(composed, rule.missing))
    of_kind = _of_kind(rule, field)

    def single(text: str) -> str:
        plain = composed(text)
        if plain in values:
            return values[plain]
        return "" if plain in missing else of_kind(text)

    if field.kind is not Kind.SET or not (rule.separator or values):
        return single

    def several(text: str) -> str:
        if not text or composed(text) in missing:
            return ""
        elements = [single(part.strip()) for part in text.split(rule.separator or "|")]
        return json.dumps([element for element in elements if element], ensure_ascii=False)

    return several


def _of_kind(rule: Rule, field: Field) -> Callable[[str], str]:
    match field.kind:
        case Kind.BOOLEAN if rule.true or rule.false:
            words = {word.lower(): "true" for word in rule.true} | {word.lower(): "false" for word in rule.false}
            return lambda text: words.get(text.strip().lower(), text)
        case Kind.INTEGER | Kind.DECIMAL if _is_marked(rule):
            return _number(rule)
        case Kind.DATE | Kind.DATETIME if rule.date:
            return _first([_day(form) for form in rule.date])
        case Kind.TIME if rule.time:
            return _first([_time(form) for form in rule.time])
        case Kind.DURATION if rule.unit:
            read = _number(rule)
            return lambda text: f"{found} {rule.unit}" if _NUMBER.fullmatch(found := read(text)) else text
        case _:
            return lambda text: text


def _is_marked(rule: Rule) -> bool:
    """Whether numbers are read otherwise than they stand."""
    return bool(rule.decimal or rule.thousands or rule.factor is not None or rule.round is not None)


def _number(rule: Rule) -> Callable[[str], str]:
    mark, group = re.escape(rule.decimal or "."), re.escape(rule.thousands)
    whole = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
    number = re.compile(rf"([+-]?)({whole})(?:{mark}([0-9]+))?(?:[eE]([+-]?[0-9]{{1,3}}))?")

    def read(text: str) -> str:
        found = number.fullmatch(text.strip())
        if found is None:
            return _refusable(text)
        sign, digits, places, power = found.groups()
        plain = f"{sign.replace('+', '')}{digits.replace(rule.thousands, '') if rule.thousands else digits}"
        plain += (f".{places}" if places else "") + (f"e{power}" if power else "")
        if rule.factor is None and rule.round is None:
            return plain
        product = Decimal(plain) if rule.factor is None else _EXACT.multiply(Decimal(plain), rule.factor)
        if rule.round is not None:
            product = product.quantize(Decimal(1).scaleb(-rule.round), ROUND_HALF_EVEN, _EXACT)
        shown = f"{product:f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown

    return read


def _refusable(text: str) -> str:
    """A text that is no number in the marks of its column, so that it is not taken for another number without them."""
    return f'"{text}"' if text.strip()[:1] in tuple("+-.0123456789") else text


def _first(forms: list[Callable[[str], str]]) -> Callable[[str], str]:
    return lambda text: next((found for form in forms if (found := form(text))), text)


def _day(form: str) -> Callable[[str], str]:
    """The reading of a day, and of a time with it where the form has one."""
    clocked = "H" in form
    day = _pattern(form, "" if clocked else _MIDNIGHT)

    def read(text: str) -> str:
        found = day.fullmatch(text.strip())
        month = _month(found.groupdict()) if found else 0
        if not found or not month:
            return ""
        return f"{found['y']}-{month:02}-{int(found['d']):02}" + (f"T{_clock(found)}" if clocked else "")

    return read


def _time(form: str) -> Callable[[str], str]:
    time = _pattern(form)

    def read(text: str) -> str:
        found = time.fullmatch(text.strip())
        return _clock(found) if found else ""

    return read


def _pattern(form: str, rest: str = "") -> re.Pattern[str]:
    parts = re.split("(YYYY|MMM|MM|M|DD|D|HH|H|mm|ss)", form)
    return re.compile("".join(_PART.get(part) or re.escape(part) for part in parts) + rest)


def _clock(found: re.Match[str]) -> str:
    parts = found.groupdict()
    return f"{int(parts['hour']):02}:{parts['minute']}:{parts.get('second') or '00'}"


def _month(parts: Mapping[str, str]) -> int:
    """The number of a month, written as that or as its English name, whole or short; 0 where it is none."""
    if "m" in parts:
        return int(parts["m"])
    name = parts["b"].lower()
    fitting = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)]
    return fitting[0] if len(fitting) == 1 else 0
