"""Whether a value passes a cell: DMN 1.5 S-FEEL simple unary tests over encoded values; unknown where there is none."""

from __future__ import annotations

from averment.ir.program import Cell, Ranges, Value
from averment.law.truth import FALSE, TRUE, UNKNOWN, Truth


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
    return TRUE if inside is not cell.negated else FALSE
