"""Whether a value passes a cell: DMN 1.5 S-FEEL simple unary tests over encoded values; unknown where there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection

from averment.core.program import Among, Cell, Ranges, Value
from averment.core.text_tests import made_of
from averment.law.truth import FALSE, TRUE, UNKNOWN, Truth

_MOST_POINTS = 16  # values of a cell that are looked up one by one; a wider range is tried on each fact


def passes(cell: Cell, value: Value | None) -> Truth:
    """The truth of ``cell`` on ``value``; a set passes ``Among`` by any of its elements."""
    if value is None:
        return UNKNOWN
    if isinstance(cell, Ranges):
        assert isinstance(value, int)
        for low, high in cell.ranges:
            if (low is None or low <= value) and (high is None or value <= high):
                return TRUE
        return FALSE
    inside = not cell.values.isdisjoint(value) if isinstance(value, frozenset) else value in cell.values
    if cell.parts and not inside:
        inside = made_of(str(value), cell.parts)
    return TRUE if inside is not cell.negated else FALSE


def admitting(cell: Cell) -> Callable[[Value], bool]:
    """Whether a value that is known passes a cell, as a function that written code may call."""
    return lambda value: passes(cell, value) is TRUE


def points(cell: Cell) -> Collection[Value] | None:
    """The values that pass a cell, where they are few; None where they are not, or not told by the cell alone."""
    if isinstance(cell, Among):
        return None if cell.negated or cell.parts else cell.values
    found: list[int] = []
    for low, high in cell.ranges:
        if low is None or high is None or high - low >= _MOST_POINTS - len(found):
            return None
        found += range(low, high + 1)
    return found
