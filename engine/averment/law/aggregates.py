"""What an aggregate comes to: one definition, over any carrier of the facts that it is over (numbers, arrays of them,
planes of bits, terms of a solver).

What only may match, or is only known within bounds, makes an aggregate an interval, which holds its value in every
completion (``law.truth``).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Protocol, TypeVar

from averment.core.aggregates import AGGREGATES

N = TypeVar("N")

LEAST, GREATEST = 0, 1
"""The ends of what a value may be."""


class Carrier(Protocol[N]):
    """The facts that match, or may, each with the least and the greatest that its value may be."""

    @property
    def definite(self) -> bool:
        """Whether each is known to match or not, and its value."""
        ...

    def added(self, end: int) -> N:
        """The sum of one end of the values: of what only may match the value, as often as there may be of it, or
        nothing, whichever is further out.
        """
        ...

    def least(self, end: int, certain: bool) -> N:
        """The least of one end of the values, of what certainly matches or of all that may: of nothing, anything."""
        ...

    def greatest(self, end: int, certain: bool) -> N:
        """The greatest, likewise."""
        ...

    def where_certain(self, one: N, other: N, /) -> N:
        """The one number where anything certainly matches, else the other."""
        ...


def aggregated(function: str, facts: Carrier[N]) -> tuple[N, N]:
    """The least and the greatest that an aggregate may come to. What picks one of the values may, of none, be anything.

    The least value is not below the least that may match, and not above any that certainly does; where none does, it is
    still one of those that may.
    """
    aggregation = AGGREGATES[function]
    if aggregation.adds:
        low = facts.added(LEAST)
        return low, low if facts.definite else facts.added(GREATEST)
    furthest, nearest = (facts.least, facts.greatest) if aggregation.rises < 0 else (facts.greatest, facts.least)
    near, far = (LEAST, GREATEST) if aggregation.rises < 0 else (GREATEST, LEAST)
    outer = furthest(near, certain=False)
    if facts.definite:
        return outer, outer
    inner = facts.where_certain(furthest(far, certain=True), nearest(far, certain=False))
    return (outer, inner) if aggregation.rises < 0 else (inner, outer)


def counted(certain: int, maybe: int, endless: bool = False) -> tuple[float, float]:
    """The same of ones, which need not be told apart to be added."""
    return certain, inf if endless else certain + maybe


class Numbers:
    """The carrier of one case: the ends of what certainly matches, and of what may, with whether that may be many."""

    def __init__(self, certain: Sequence[tuple[float, float]], maybe: Sequence[tuple[float, float, bool]]) -> None:
        self._certain, self._maybe = certain, maybe

    @property
    def definite(self) -> bool:
        return not self._maybe and all(low == high for low, high in self._certain)

    def added(self, end: int) -> float:
        further = max if end else min
        found = sum([ends[end] for ends in self._certain])
        for part in self._maybe:
            value = further(part[end], 0)
            found += value * inf if value and part[2] else value
        return found

    def least(self, end: int, certain: bool) -> float:
        return min(self._ends(end, certain), default=-inf)

    def greatest(self, end: int, certain: bool) -> float:
        return max(self._ends(end, certain), default=inf)

    def _ends(self, end: int, certain: bool) -> list[float]:
        return [part[end] for part in (self._certain if certain else (*self._certain, *self._maybe))]

    def where_certain(self, one: float, other: float) -> float:
        return one if self._certain else other
