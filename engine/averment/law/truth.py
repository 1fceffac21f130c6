"""Strong Kleene truth (Kleene 1952, section 64) and intervals of integers, the values of what is not yet certain."""

from __future__ import annotations

from enum import IntEnum
from math import inf
from typing import NamedTuple

from averment.core.program import Value
from averment.core.values import INT64_MAX as INT64_MAX
from averment.core.values import INT64_MIN as INT64_MIN


class Truth(IntEnum):
    """Conjunction is ``min``, disjunction ``max``, negation ``~``."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def __invert__(self) -> Truth:
        return _NEGATION[self]

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = ("false", "unknown", "true")
_NEGATION = {Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN, Truth.TRUE: Truth.FALSE}

FALSE, UNKNOWN, TRUE = Truth.FALSE, Truth.UNKNOWN, Truth.TRUE


class Interval(NamedTuple):
    """All integers from ``low`` to ``high``, both included; ``None`` is unbounded. Never a single integer."""

    low: int | None
    high: int | None


Quantity = Value | Interval | None
"""What a variable may stand for: a value, an interval that holds the value, or nothing known."""


def interval(low: int | None, high: int | None) -> int | Interval:
    """The quantity between two bounds: the integer itself where they meet."""
    return low if low is not None and low == high else Interval(low, high)


def int64_interval(low: int | None, high: int | None) -> int | Interval:
    """The quantity between two bounds, of which one beyond 64 bits is let go: that side becomes unbounded."""
    return interval(
        None if low is None or low < INT64_MIN else low,
        None if high is None or high > INT64_MAX else high,
    )


def unbounded(low: int | None, high: int | None) -> tuple[float, float]:
    """Two bounds, of which one that there is none of is infinite."""
    return -inf if low is None else low, inf if high is None else high


def bounded(low: float, high: float) -> tuple[int | None, int | None]:
    """As ``unbounded`` gave them: an infinite bound is none."""
    return None if abs(low) == inf else int(low), None if abs(high) == inf else int(high)


def bounds(quantity: int | Interval) -> tuple[int | None, int | None]:
    """The bounds of a number or interval."""
    return (quantity.low, quantity.high) if isinstance(quantity, Interval) else (quantity, quantity)


class CaseError(Exception):
    """A case that has no lawful outcome under this pack: a definite value left its range.

    Attributes: ``code`` (AV5xx), ``message`` and ``rule``, the author's rule id; ``loss``, as of an ``Evaluation``.
    """

    loss: str = ""

    def __init__(self, code: str, message: str, rule: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.rule = code, message, rule
