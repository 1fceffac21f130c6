"""What a scalar means. One grammar of numbers for YAML and JSON, JSON's, with exact values and hard bounds.

Of YAML 1.2's core schema: ``true`` and ``false`` are booleans, ``null``, ``~`` and nothing are null, a number is what
JSON calls a number, everything else is text. So ``no``, ``1:30``, ``0x1F`` and ``2024-01-31`` are text, while
``012``, ``.inf`` and ``.nan`` are refused, because other readers take them for numbers.
"""

from __future__ import annotations

import re
from decimal import Decimal

from averment.core.node import Scalar, Span
from averment.core.numbers import MAX_DIGITS, MAX_INTEGER, is_bounded, not_finite, out_of_range, shortened, too_large
from averment.diagnostics.diagnostic import Report

_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_STARTS = frozenset("-+.0123456789")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?+([eE][-+]?[0-9]++)?+")
_LEADING_ZERO = re.compile(r"(-?)0([0-9]++(?:\.[0-9]++)?+)")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)")


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
        if len(text) <= 20 and -MAX_INTEGER - 1 <= (value := int(text)) <= MAX_INTEGER:
            return value
        refusal = too_large(text)
    else:
        # The text is bounded first, because a Decimal of a million digits is slow to make.
        if len(text) <= 2 * MAX_DIGITS:
            exponent = text.lower().partition("e")[2]
            if len(exponent) <= 4:
                decimal = Decimal(text)
                if is_bounded(decimal):
                    return decimal
        refusal = out_of_range(text)
    report.error(refusal.code, refusal.message, span, refusal.label, refusal.help)
    return text


def refuse_leading_zero(text: str, meant: str, span: Span, report: Report) -> None:
    message = f"`{shortened(text)}` starts with a zero: some readers take it for an octal number"
    number, quoted = shortened(meant), shortened(text)
    report.error("AV114", message, span, "leading zero", f'write `{number}` for the number, `"{quoted}"` for the text')


def refuse_not_finite(text: str, span: Span, report: Report) -> None:
    refusal = not_finite(text)
    report.error(refusal.code, refusal.message, span, refusal.label, refusal.help)
