"""Numbers in many states at once, as planes of their binary digits (bit slicing; Knuth 4A, 7.1.3).

Where the same number takes many values over the states, to add and compare digit by digit costs a few operations for
all of them, however many values there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from averment.backends.symbolic.planes import Plane


class Number(NamedTuple):
    """In each state ``base`` and 2 to the power of ``place`` for each plane of ``digits`` that the state is in."""

    base: int
    digits: tuple[Plane, ...] = ()


def total(terms: Iterable[Iterable[tuple[int, Plane]]], every: Plane) -> Number:
    """The sum of terms. The planes of a term are disjoint; where none is, it adds nothing."""
    base = 0
    digits: list[Plane] = []
    for term in terms:
        parts = [(number, plane) for number, plane in term if plane and number]
        least = min((number for number, _ in parts), default=0)
        base += min(least, 0)
        if least < 0:  # count from the least, so that all that is added is positive
            other = every
            for _, plane in parts:
                other &= ~plane
            parts = [(number - least, plane) for number, plane in (*parts, (0, other))]
        for number, plane in parts:
            _raise(digits, number, plane)
    return Number(base, tuple(digits))


def plus(one: Number, other: Number) -> Number:
    """The sum."""
    digits: list[Plane] = []
    carry = 0
    for place in range(max(len(one.digits), len(other.digits))):
        left = one.digits[place] if place < len(one.digits) else 0
        right = other.digits[place] if place < len(other.digits) else 0
        digits.append(left ^ right ^ carry)
        carry = left & right | carry & (left ^ right)
    return Number(one.base + other.base, (*digits, carry) if carry else tuple(digits))


def minus(number: Number, every: Plane) -> Number:
    """The negative: of each digit the other one, counted from below."""
    return Number(-number.base - (1 << len(number.digits)) + 1, tuple(every & ~digit for digit in number.digits))


def at_least(number: Number, bound: int, every: Plane) -> Plane:
    """The states in which it is this or more."""
    above = bound - number.base
    if above <= 0:
        return every
    if above >> len(number.digits):
        return 0
    more, equal = 0, every
    for place in reversed(range(len(number.digits))):
        digit = number.digits[place]
        if above >> place & 1:
            equal &= digit
        else:
            more |= equal & digit
            equal &= ~digit
    return more | equal


def compared(
    operator: str, left: tuple[Number, Number], right: tuple[Number, Number], every: Plane
) -> tuple[Plane, Plane]:
    """Where a comparison of two intervals is true, and where it is possible (Moore 1966)."""
    if operator in (">", "<="):
        true, possible = compared("<" if operator == ">" else ">=", right, left, every)
        return true, possible
    (low, high), (floor, ceiling) = left, right
    least = plus(low, minus(ceiling, every))  # of left minus right
    most = plus(high, minus(floor, every))
    if operator in ("<", ">="):
        true, possible = at_least(least, 0, every), at_least(most, 0, every)
        return (true, possible) if operator == ">=" else (every & ~possible, every & ~true)
    possible = at_least(most, 0, every) & ~at_least(least, 1, every)
    true = at_least(least, 0, every) & ~at_least(most, 1, every)
    return (true, possible) if operator == "=" else (every & ~possible, every & ~true)


def _raise(digits: list[Plane], number: int, plane: Plane) -> None:
    """Add a number that is not negative in these states."""
    for place in range(number.bit_length()):
        carry, at = plane if number >> place & 1 else 0, place
        while carry:
            digits += [0] * (at + 1 - len(digits))
            digits[at], carry = digits[at] ^ carry, digits[at] & carry
            at += 1
