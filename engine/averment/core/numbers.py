"""The numbers that averment takes at all, whichever field they are for, and why others are refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

MAX_INTEGER = 2**63 - 1
MOST_PLACES_TOLD = 9  # of a fraction
MAX_DIGITS = 40  # of a decimal, before and after the point together


class Refusal(NamedTuple):
    """Why something is no value at all, whichever field it is for."""

    code: str
    message: str
    label: str
    help: str


def is_bounded(decimal: Decimal) -> bool:
    """Whether a number has no more digits than one may have."""
    return abs(decimal.adjusted()) <= MAX_DIGITS and -int(decimal.as_tuple().exponent) <= MAX_DIGITS


def too_large(text: str) -> Refusal:
    message = f"the integer `{shortened(text)}` does not fit in 64 bit"
    return Refusal("AV116", message, "too large", f"an integer lies between -2^63 and {MAX_INTEGER}")


def out_of_range(text: str) -> Refusal:
    message = f"the number `{shortened(text)}` is out of range"
    return Refusal("AV116", message, "out of range", f"a number has at most {MAX_DIGITS} digits")


def not_finite(text: str) -> Refusal:
    message = f"`{text}` is not a number that a fact can have"
    return Refusal("AV115", message, "not finite", "leave the field out if its value is unknown")


def fraction_wording(number: Fraction) -> str:
    """A fraction in plain digits, ``12.5``; as it is, ``10/3``, where those would not end within nine places."""
    scaled = number * 10**MOST_PLACES_TOLD
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    digits = f"{Decimal(scaled.numerator).scaleb(-MOST_PLACES_TOLD):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def shortened(text: str, limit: int = 40) -> str:
    """``text`` cut to ``limit`` characters, for a message."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
