"""Aggregates over groups of facts: intervals where facts are only possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane
from averment.backends.columnar.tables import Index, Table
from averment.ir.program import Field
from averment.law.guards import spread
from averment.law.truth import INT64_MAX, INT64_MIN

_EXACT = 2.0**53


@dataclass
class Groups:
    """The facts of a table by the groups of an index."""

    table: Table
    index: Index


def aggregate(function: str, groups: Groups, field: int | None, wanted: Array) -> tuple[Column, Plane | None]:
    """The aggregate of the group of each key, and where it may leave 64 bits. A key of -1 has an empty group."""
    if function == "count":
        return _count(groups, wanted), None
    assert field is not None
    value = groups.table.values[field]
    if function == "sum":
        return _sum(groups, value, wanted)
    return _extreme(function, groups, value, wanted), None


def _count(groups: Groups, wanted: Array) -> Column:
    high = groups.index.counts()[wanted]
    if groups.table.true is None:
        return Column(high, high, None, 0, len(groups.table))
    return Column(groups.index.counts(groups.table.true)[wanted], high, None, 0, len(groups.table))


def _sum(groups: Groups, value: Array, wanted: Array) -> tuple[Column, Plane | None]:
    true = groups.table.true
    size = float(np.abs(value.astype(np.float64)).sum())
    if size >= _EXACT:  # sums of floats would round: leave such batches' cases to be decided alone
        column = Column(np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64))
        return column, np.ones(len(wanted), np.bool_)
    bound = int(size)

    def total(part: Array) -> Array:
        return np.bincount(groups.index.group, part, groups.index.span + 1).astype(np.int64)[wanted]

    if true is None:
        found = total(value)
        return Column(found, found, None, -bound, bound), None
    low = total(np.where(true, value, np.minimum(value, 0)))
    return Column(low, total(np.where(true, value, np.maximum(value, 0))), None, -bound, bound), None


def _extreme(function: str, groups: Groups, value: Array, wanted: Array) -> Column:
    """Bounds of the least (greatest) value; what an empty group has means nothing."""
    lowest = function == "min"
    nearest, widest = (np.minimum, np.maximum) if lowest else (np.maximum, np.minimum)
    far, near = (INT64_MAX, INT64_MIN) if lowest else (INT64_MIN, INT64_MAX)
    order, starts, some = groups.index.sorted_rows()

    def reduced(operation: np.ufunc, part: Array, empty: int) -> Array:
        found = np.full(groups.index.span + 1, empty)
        if len(starts):
            found[some] = operation.reduceat(part[order], starts)
        return found[wanted]

    first = reduced(nearest, value, far)
    true = groups.table.true
    if true is None:
        return Column(first, first)
    certain = reduced(nearest, np.where(true, value, far), far)
    loose = reduced(widest, value, near)
    backed = groups.index.some(true)[wanted]
    other = np.where(backed, certain, loose)
    return Column(first, other) if lowest else Column(other, first)


def count_of_record(true: Plane, possible: Plane) -> Column:
    """The count of a type with one record, given where that matches and where it may."""
    low = true.astype(np.int64)
    return Column(low, low if true is possible else possible.astype(np.int64), None, 0, 1)


def value_of_record(
    function: str, value: Column, field: Field, true: Plane, possible: Plane
) -> tuple[Column, Plane | None]:
    """The sum, least or greatest value of a field over one record, and where nothing bounds it."""
    low = high = value.low
    beyond: Plane | None = None
    if value.unknown is not None:
        least, greatest = spread(field)
        if least is None or greatest is None:
            beyond = value.unknown & possible
            least = greatest = 0
        low, high = np.where(value.unknown, least, low), np.where(value.unknown, greatest, high)
    if function == "sum":
        low = np.where(true, low, np.where(possible, np.minimum(low, 0), 0))
        high = np.where(true, high, np.where(possible, np.maximum(high, 0), 0))
    return Column(low, low if np.array_equal(low, high) else high), beyond
