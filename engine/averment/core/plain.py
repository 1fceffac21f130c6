"""Single values as documents have them, whatever library they come from: Python, NumPy, pandas, Polars or Arrow.

What is no value there (``None``, ``NaN``, ``NaT``, ``NA``) is ``None``: not known. A day, a time or a duration is its
text.
What no document could hold is an ``Odd``, which is a value of no field.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from averment.core.times import of_parts

_VARYING = ("timedelta64[Y]", "timedelta64[M]", "timedelta64")  # no lengths of time, as NumPy calls them


class Odd:
    """What no document can hold, and what is to be shown of it."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __str__(self) -> str:
        return self._shown


def plain(value: object) -> Any:
    """The value: ``None``, a ``bool``, ``int``, ``float``, ``Decimal`` or ``str``, or an ``Odd``.

    A decimal without places, those of its type aside, is an integer.
    """
    match value:
        case None | bool() | str() | Odd():
            return value
        case float():
            return None if value != value else float(value)
        case int():
            return int(value)
        case Decimal():
            return _decimal(value)
        case date():
            return value.isoformat() if value == value else None  # pandas' NaT is a date that is not itself
        case time():
            return value.isoformat()
        case timedelta():
            return _duration(value) if value == value else None
        case _:
            return _foreign(value)


def _decimal(value: Decimal) -> Decimal | int | None:
    if value.is_nan():
        return None
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and 0 <= exponent <= 40 else value


def _duration(value: timedelta) -> str:
    size = abs(value)
    seconds = size.days * 86400 + size.seconds
    text = of_parts(seconds, f"{size.microseconds:06}".rstrip("0"))
    return f"-{text}" if value < timedelta() else text


def _finer(value: Any) -> str:
    """A time or duration of NumPy that is finer than Python has them."""
    if value.__class__.__name__ == "datetime64":
        return str(value)
    seconds, rest = divmod(abs(int(value.astype("timedelta64[ns]"))), 10**9)
    return ("-" if int(value) < 0 else "") + of_parts(seconds, f"{rest:09}".rstrip("0"))


def _foreign(value: Any) -> Any:
    """A value of another library: a scalar of NumPy as Python's, by what it is called, since none is imported here."""
    kind: Any = value.__class__
    if kind.__module__.partition(".")[0] == "numpy" and hasattr(value, "item"):
        if kind.__name__ in ("datetime64", "timedelta64") and value == value:
            if str(value.dtype) in _VARYING:
                return Odd(f"`{value}`")
            exact = value.astype(f"{kind.__name__}[us]")
            if exact != value:
                return _finer(value)
            value = exact
        found = value.item()
        if type(found) is not kind:
            return plain(found)
    if kind.__name__ in ("NAType", "NaTType"):
        return None
    return Odd(f"a value of type `{kind.__name__}`")


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a list, of whatever may be in it."""
    return isinstance(value, list)


def elements(value: Any) -> list[Any] | None:
    """The elements of a list, tuple, set or array; nothing for what has none. Those of a set are sorted."""
    kind: type = value.__class__
    if issubclass(kind, (set, frozenset)):
        return sorted(value, key=str)
    if issubclass(kind, (list, tuple)):
        return list(value)
    if kind.__name__ == "ndarray" and kind.__module__ == "numpy":
        found = value.tolist()
        return found if is_list(found) else None
    return None


def digits(value: int) -> str:
    """An integer as it is written; of one with more digits than Python writes, those it begins with."""
    if value.bit_length() < 10_000:
        return str(value)
    dropped = int((value.bit_length() - 200) * 0.30103)
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 10**dropped}…"


def called(plain: object) -> str:
    """A value as a message calls it."""
    match plain:
        case None:
            return "nothing"
        case list() | tuple() | set() | frozenset():
            return "a list"
        case dict():
            return "a mapping"
        case bool():
            return f"`{str(plain).lower()}`"
        case str():
            return f"the text `{plain if len(plain) <= 60 else plain[:60] + '…'}`"
        case float():
            return f"`{written_out(Decimal(repr(float(plain))))}`"
        case Decimal():
            return f"`{written_out(plain)}`"
        case Odd():
            return str(plain)
        case _:
            return f"`{plain}`"


def written_out(number: Decimal) -> str:
    """A number without an exponent."""
    return f"{number:f}"
