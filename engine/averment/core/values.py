"""Values in and out of their encoding: ``encode`` from a document, ``decode`` to JSON, ``show`` to a reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from averment.core.composed import composed
from averment.core.numbers import Refusal, is_bounded, not_finite, out_of_range, too_large
from averment.core.optional import NONE, nothing
from averment.core.plain import called, digits, written_out
from averment.core.program import Fact, Field, Kind, Value
from averment.core.suggest import did_you_mean
from averment.core.text import HIDDEN, hidden, not_shown, one_line
from averment.core.times import SCALES, Flaw
from averment.dataclass import dataclass

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
MOST_EXACT = 2**53 - 1  # the largest integer that every JSON reader keeps

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,40})(?:\.[0-9]{1,40})?")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_BIG = re.compile(r"-?[1-9][0-9]{15,18}")
_YES_NO = {"yes": "true", "true": "true", "no": "false", "false": "false"}
_FORMS = {
    Kind.BOOLEAN: "write `true` or `false`",
    Kind.INTEGER: "write a whole number, as `12`",
    Kind.DECIMAL: "write a number, as `12` or `1.5`",
    Kind.TEXT: "write a text",
    **{Kind(name): scale.form for name, scale in SCALES.items()},
}
_ARTICLE = {
    Kind.BOOLEAN: "`true` or `false`",
    Kind.INTEGER: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.TEXT: "a text",
    Kind.CHOICE: "one of its values",
    Kind.LEVEL: "one of its levels",
    Kind.SET: "a list of its values",
    **{Kind(name): scale.article for name, scale in SCALES.items()},
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why something is not a value of a field. ``element`` is its place in a list, where it is about one, and ``near``
    the value that was most likely meant.
    """

    code: str
    message: str
    label: str = ""
    help: tuple[str, ...] = ()
    element: int | None = None
    near: str = ""

    @property
    def line(self) -> str:
        """All of it on one line: what was wrong, what is wanted, the fix."""
        return one_line(self.message, self.label, self.help)


def fit(plain: object, field: Field, name: str) -> Value | Misfit:
    """The encoded value of something as documents have it (``core/plain.py``), or why it is not a value of ``field``.

    This is the one definition of what a written value is: every door reads by it, in columns once a distinct value.
    What is said of a sensitive field does not repeat the value.
    """
    if field.optional and plain == NONE:
        return nothing(field)
    found = _nowhere(plain) or _FIT[field.kind](plain, field, name)
    if isinstance(found, Misfit) and field.sensitive:
        return Misfit(found.code, f"this is not a value of `{name}`", found.label, element=found.element)
    return found


def scaled(number: Decimal | int, field: Field, name: str) -> int | Misfit:
    """The number as ``field`` holds it: exact in the field's places and within its range."""
    shown = f"{number:f}" if isinstance(number, Decimal) else str(number)
    if len(shown) > 60:
        return Misfit("AV313", f"a number of {len(shown)} digits is out of the range of `{name}`", "out of range")
    numerator, denominator = number.as_integer_ratio()
    exact, rest = divmod(numerator * 10**field.places, denominator)
    if rest:
        many = f"{field.places} decimal place{'' if field.places == 1 else 's'}" if field.places else "whole numbers"
        return Misfit("AV314", f"`{shown}` is finer than `{name}` can hold", f"`{name}` has {many}")
    return _within(exact, field, name, shown)


def decode(value: Value | None, field: Field) -> Any:
    """The value as JSON has it: a level by name, a date, time or decimal as text, a set as a list in declared order."""
    if value is None:
        return None
    if field.optional and value == nothing(field):
        return NONE
    special = _DECODE.get(field.kind)
    return special(value, field) if special else value


def show(value: Value | None, field: Field) -> str:
    """The value in a sentence: names with spaces, numbers with their unit, sets as a list in words."""
    if value is None:
        return "unknown"
    plain = decode(value, field)
    if field.optional and plain == NONE:
        return NONE
    match field.kind:
        case Kind.BOOLEAN:
            return "yes" if value else "no"
        case Kind.CHOICE | Kind.LEVEL:
            return str(plain).replace("_", " ")
        case Kind.SET:
            names = [str(element).replace("_", " ") for element in plain]
            return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names) or "none"
        case Kind.INTEGER | Kind.DECIMAL:
            one = field.singular and plain in (1, -1)
            return f"{plain} {field.singular if one else field.unit}" if field.unit else str(plain)
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            return SCALES[field.kind].told(_number(value))
        case _:
            return str(plain)


def fact_order(fact: Fact) -> tuple[Any, ...]:
    """A key that puts facts in their one canonical order: by type, then by values, unknown first."""
    return (
        fact.type,
        tuple(
            (False, 0) if value is None else (True, sorted(value) if isinstance(value, frozenset) else value)
            for value in fact.values
        ),
    )


def in_order(values: Iterable[Value], field: Field) -> tuple[Value, ...]:
    """Distinct values in the order of the field: as it declares them, else by size, or by what they are."""

    def place(value: Value) -> Any:
        if field.kind is Kind.CHOICE:
            return field.ranks[str(value)]
        return decode(value, field) if field.kind is Kind.SET else value

    return tuple(sorted(set(values), key=place))


def limits(field: Field) -> tuple[int | None, int | None]:
    """The least and the greatest value of an ordered field, encoded; ``None`` where only the encoding ends it."""
    if field.kind is Kind.LEVEL:
        return 0, len(field.values) - 1 - field.optional
    return field.minimum, field.maximum


def told_ends(low: int | None, high: int | None, field: Field) -> tuple[int | None, int | None]:
    """The ends of an interval as they are told: where the calendar begins or ends is none."""
    if field.kind not in (Kind.DATE, Kind.DATETIME):
        return low, high
    least, greatest = encoding_ends(field.kind)
    return None if low == least else low, None if high == greatest else high


def domain(field: Field) -> tuple[int | None, int | None]:
    """As ``limits``, of all that an ordered field can hold: that it has no value, too."""
    low, high = limits(field)
    none = nothing(field) if field.optional else None
    if not isinstance(none, int) or low is None:
        return low, high
    return min(low, none), high if high is None else max(high, none)


def ends(field: Field) -> tuple[int, int]:
    """The ends of the ``domain`` of an ordered field; where it has none, those of its encoding."""
    (low, high), (least, greatest) = domain(field), encoding_ends(field.kind)
    if low is None:
        none = nothing(field) if field.optional else least
        low = min(none, least) if isinstance(none, int) else least
    return low, greatest if high is None else high


def encoding_ends(kind: Kind) -> tuple[int, int]:
    """The least and the greatest integer that stands for a value of an ordered kind, whatever its field declares."""
    scale = SCALES.get(kind)
    if scale is None or scale.least is None or scale.greatest is None:
        return INT64_MIN, INT64_MAX
    return scale.least, scale.greatest


def unknown_value(word: str, field: Field, name: str) -> Misfit:
    """``word`` is none of the values of ``field``."""
    near = did_you_mean(word, field.values)
    help = (f"did you mean `{near}`?", _its_values(field)) if near else (_its_values(field),)
    shown_word = word if len(word) <= 60 else word[:60] + "…"
    return Misfit("AV303", f"`{shown_word}` is not a value of `{name}`", "unknown value", help, near=near or "")


def _its_values(field: Field) -> str:
    shown = ", ".join(f"`{value}`" for value in field.values[:12])
    return f"its values are {shown}{', …' if len(field.values) > 12 else ''}"


def _wrong_type(plain: object, field: Field, name: str) -> Misfit:
    return Misfit("AV312", f"{called(plain)} is not a value of `{name}`", _wanted(field, name), _mend(plain, field))


def _wanted(field: Field, name: str, but: str = "") -> str:
    """The kind that a field wants: ``a whole number, at least 0``."""
    words = ("not before", "not after") if field.kind.of_calendar else ("at least", "at most")
    ends = zip(words, (field.minimum, field.maximum), strict=True)
    told = " and ".join(f"{word} {decode(end, field)}" for word, end in ends if end is not None)
    more = f"{', ' if told else ''}{told}{', or `none`' if field.optional else ''}"
    return f"`{name}` is {_ARTICLE[field.kind]}{but}{more}"


def _mend(plain: object, field: Field) -> tuple[str, ...]:
    if plain is None:
        return ("leave the field out to say that it is unknown",)
    if field.kind in (Kind.CHOICE, Kind.LEVEL):
        return (_its_values(field),)
    if field.kind is Kind.SET:
        return _mend_set(plain, field)
    if isinstance(plain, str):
        if field.kind is Kind.BOOLEAN and plain.lower() in _YES_NO:
            return (f"write `{_YES_NO[plain.lower()]}`, without quotes",)
        if field.kind in (Kind.INTEGER, Kind.DECIMAL) and re.fullmatch(r"-?(?:0|[1-9][0-9]{0,14})", plain, re.ASCII):
            return (f"write `{plain}`, without quotes",)
    if field.kind is Kind.TEXT and isinstance(plain, (bool, int, float, Decimal)):
        return ("put it in quotes",)
    return (_FORMS[field.kind],)


def _mend_set(plain: object, field: Field) -> tuple[str, ...]:
    parts = [part.strip() for part in plain.split("|")] if isinstance(plain, str) else []
    if parts and {*parts} <= {*field.values}:
        return (f"write `[{', '.join(parts)}]`",)
    return "write a list, as `[…]`", _its_values(field)


def _nowhere(plain: object) -> Misfit | None:
    """Why something is no value of any field: a text with what does not show, a number beyond all bounds."""
    found: Refusal | None = None
    match plain:
        case str():
            named = hidden(plain)
            return Misfit("AV109", not_shown(named), HIDDEN[0], HIDDEN[1:]) if named else None
        case bool():
            return None
        case int() if not INT64_MIN <= plain <= INT64_MAX:
            found = too_large(digits(plain))
        case float() | Decimal():
            number = Decimal(repr(float(plain))) if isinstance(plain, float) else plain
            if not number.is_finite():
                found = not_finite("nan" if number.is_nan() else "-inf" if number.is_signed() else "inf")
            elif number and not is_bounded(number):
                found = out_of_range(str(plain).lower())
        case _:
            pass
    return Misfit(found.code, found.message, found.label, (found.help,)) if found else None


def _boolean(plain: object, field: Field, name: str) -> bool | Misfit:
    return plain if isinstance(plain, bool) else _wrong_type(plain, field, name)


def _one_of(plain: object, field: Field, name: str) -> str | int | Misfit:
    if not isinstance(plain, str):
        return _wrong_type(plain, field, name)
    plain = composed(plain)
    if plain not in field.ranks:
        return unknown_value(plain, field, name)
    return field.ranks[plain] if field.kind is Kind.LEVEL else plain


def _integer(plain: object, field: Field, name: str) -> int | Misfit:
    """A whole number; one with a point or an exponent too, where every reader of numbers keeps it exactly."""
    if isinstance(plain, str) and _BIG.fullmatch(plain) and abs(int(plain)) > MOST_EXACT:
        plain = int(plain)
    if field.optional and isinstance(plain, str) and _WHOLE.fullmatch(plain):
        plain = int(plain)  # a column in which some are `none` is one of texts
    if isinstance(plain, float):
        plain = Decimal(repr(float(plain)))
    if isinstance(plain, Decimal):
        numerator, denominator = plain.as_integer_ratio()
        if denominator != 1:
            help = _FORMS[Kind.INTEGER]
            return Misfit(
                "AV314", f"`{written_out(plain)}` is finer than `{name}` can hold", _wanted(field, name), (help,)
            )
        if abs(numerator) > MOST_EXACT:
            label, help = (
                f"beyond {MOST_EXACT} many readers round",
                "write all its digits, without a point or an exponent",
            )
            return Misfit("AV314", f"`{written_out(plain)}` is not exact", label, (help,))
        plain = numerator
    if isinstance(plain, bool) or not isinstance(plain, int):
        return _wrong_type(plain, field, name)
    return _within(plain, field, name)


def _decimal(plain: object, field: Field, name: str) -> int | Misfit:
    if isinstance(plain, str) and _DECIMAL.fullmatch(plain):
        plain = Decimal(plain)
    if isinstance(plain, float):
        plain = Decimal(repr(float(plain)))
    if isinstance(plain, bool) or not isinstance(plain, (int, Decimal)):
        return _wrong_type(plain, field, name)
    return scaled(plain, field, name)


def _text(plain: object, field: Field, name: str) -> str | Misfit:
    return composed(plain) if isinstance(plain, str) else _wrong_type(plain, field, name)


def _timed(plain: object, field: Field, name: str) -> int | Misfit:
    """A date, a time of day, both or a duration."""
    if not isinstance(plain, str):
        return _wrong_type(plain, field, name)
    found = SCALES[field.kind].value(plain)
    shown = plain if len(plain) <= 60 else plain[:60] + "…"
    if isinstance(found, Flaw):
        return Misfit(found.code, f"`{shown}` {found.what}", _wanted(field, name, found.but), found.help)
    return _within(found, field, name, shown)


def _set(plain: object, field: Field, name: str) -> frozenset[str] | Misfit:
    if not isinstance(plain, (list, tuple, frozenset, set)):
        return _wrong_type(plain, field, name)
    found: set[str] = set()
    for index, element in enumerate(cast("Iterable[object]", plain)):
        if not isinstance(element, str):
            message, help = f"{called(element)} is not a value of `{name}`", (_its_values(field),)
            return Misfit("AV312", message, "not a name", help, index)
        element = composed(element)
        if element not in field.ranks:
            return replace(unknown_value(element, field, name), element=index)
        if element in found:
            message = f"`{element}` occurs twice in `{name}`"
            return Misfit("AV312", message, "already in the list", ("name each value once",), index)
        found.add(element)
    return frozenset(found)


def _within(value: int, field: Field, name: str, shown: str = "") -> int | Misfit:
    low = INT64_MIN + field.optional if field.minimum is None else field.minimum
    high = INT64_MAX if field.maximum is None else field.maximum
    if low <= value <= high:
        return value
    if value < INT64_MIN or value > INT64_MAX:
        word = f"`{shown}`" if shown else "this number"
        return Misfit("AV313", f"{word} is out of the range of `{name}`", "beyond 64 bits")
    shown = shown or str(decode(value, field))
    return Misfit("AV313", f"`{shown}` is out of the range of `{name}`", _wanted(field, name))


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _digits(scaled_value: int, places: int) -> str:
    if not places:
        return str(scaled_value)
    sign, digits = ("-" if scaled_value < 0 else ""), str(abs(scaled_value)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _elements(value: Value, field: Field) -> list[str]:
    assert isinstance(value, frozenset)
    return [element for element in field.values if element in value]


_DECODE: dict[Kind, Callable[[Value, Field], Any]] = {
    Kind.LEVEL: lambda value, field: field.values[_number(value)],
    **{Kind(name): lambda value, field: SCALES[field.kind].written(_number(value)) for name in SCALES},
    Kind.DECIMAL: lambda value, field: _digits(_number(value), field.places),
    Kind.SET: _elements,
    Kind.INTEGER: lambda value, field: value if abs(_number(value)) <= MOST_EXACT else str(value),
}
_FIT: dict[Kind, Callable[[object, Field, str], Value | Misfit]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.CHOICE: _one_of,
    Kind.LEVEL: _one_of,
    Kind.SET: _set,
    **{Kind(name): _timed for name in SCALES},
}
