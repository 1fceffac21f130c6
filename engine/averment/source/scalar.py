"""What a scalar means. One grammar of numbers for YAML and JSON, JSON's, with exact values and hard bounds.

Of YAML 1.2's core schema: ``true`` and ``false`` are booleans, ``null``, ``~`` and nothing are null, a number is what
JSON calls a number, everything else is text. So ``no``, ``1:30``, ``0x1F`` and ``2024-01-31`` are text, while
``012``, ``.inf`` and ``.nan`` are refused, because other readers take them for numbers.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from averment.diagnostics.diagnostic import Report
from averment.source.node import Scalar, Span

_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_STARTS = frozenset("-+.0123456789")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?+([eE][-+]?[0-9]++)?+")
_LEADING_ZERO = re.compile(r"(-?)0([0-9]++(?:\.[0-9]++)?+)")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)")
_MAX_INTEGER = 2**63 - 1
_MAX_DIGITS = 40  # of a decimal, before and after the point together


def plain_scalar(text: str, span: Span, report: Report) -> Scalar:
    """The value of an unquoted YAML scalar; what is refused goes to the report and stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS:
        return text
    found = _NUMBER.fullmatch(text)
    if found:
        return number(text, found.group(1) is None and found.group(2) is None, span, report)
    found = _LEADING_ZERO.fullmatch(text)
    if found:
        refuse_leading_zero(text, found.group(1) + (found.group(2).lstrip("0") or "0"), span, report)
    elif _NOT_FINITE.fullmatch(text):
        refuse_not_finite(text, span, report)
    return text


def number(text: str, integer: bool, span: Span, report: Report) -> int | Decimal | str:
    """The value of a number as JSON writes it: an integer of 64 bit or an exact decimal; what is refused stays text."""
    if integer:
        if len(text) <= 20 and -_MAX_INTEGER - 1 <= (value := int(text)) <= _MAX_INTEGER:
            return value
        refusal = too_large(text)
    else:
        # The text is bounded first, because a Decimal of a million digits is slow to make.
        if len(text) <= 2 * _MAX_DIGITS:
            exponent = text.lower().partition("e")[2]
            if len(exponent) <= 4:
                decimal = Decimal(text)
                if is_bounded(decimal):
                    return decimal
        refusal = out_of_range(text)
    report.error(refusal.code, refusal.message, span, refusal.label, refusal.help)
    return text


class Refusal(NamedTuple):
    """Why something is no value at all, whichever field it is for."""

    code: str
    message: str
    label: str
    help: str


def is_bounded(decimal: Decimal) -> bool:
    """Whether a number has no more digits than one may have."""
    return abs(decimal.adjusted()) <= _MAX_DIGITS and -int(decimal.as_tuple().exponent) <= _MAX_DIGITS


def too_large(text: str) -> Refusal:
    message = f"the integer `{shortened(text)}` does not fit in 64 bit"
    return Refusal("AV116", message, "too large", f"an integer lies between -2^63 and {_MAX_INTEGER}")


def out_of_range(text: str) -> Refusal:
    message = f"the number `{shortened(text)}` is out of range"
    return Refusal("AV116", message, "out of range", f"a number has at most {_MAX_DIGITS} digits")


def not_finite(text: str) -> Refusal:
    message = f"`{text}` is not a number that a fact can have"
    return Refusal("AV115", message, "not finite", "leave the field out if its value is unknown")


def refuse_leading_zero(text: str, meant: str, span: Span, report: Report) -> None:
    message = f"`{shortened(text)}` starts with a zero: some readers take it for an octal number"
    number, quoted = shortened(meant), shortened(text)
    report.error("AV114", message, span, "leading zero", f'write `{number}` for the number, `"{quoted}"` for the text')


def refuse_not_finite(text: str, span: Span, report: Report) -> None:
    refusal = not_finite(text)
    report.error(refusal.code, refusal.message, span, refusal.label, refusal.help)


def shortened(text: str, limit: int = 40) -> str:
    """``text`` cut to ``limit`` characters, for a message."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
