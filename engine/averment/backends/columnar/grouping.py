"""Aggregates over groups of facts: intervals where facts are only possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane
from averment.backends.columnar.indexes import Index
from averment.backends.columnar.intervals import ends
from averment.backends.columnar.pairing import Pairs
from averment.backends.columnar.tables import Table
from averment.core.program import Field
from averment.core.values import limits
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


def of_pairs(
    function: str, pairs: Pairs, table: Table, place: int | None, declared: Field | None, solutions: int
) -> tuple[Column, Plane | None]:
    """The aggregate over what is paired with each solution, and where it may leave 64 bits.

    A bound that there is none of is the least or greatest integer of 64 bits.
    """
    many = table.many
    unbounded = np.zeros(len(pairs.rows), np.bool_) if many is None else many[pairs.rows]
    if place is None or declared is None:
        low = np.bincount(pairs.places[pairs.true], minlength=solutions)
        high = np.bincount(pairs.places, minlength=solutions)
        high[pairs.places[unbounded]] = INT64_MAX
        return Column(low, high, None, 0, INT64_MAX if unbounded.any() else max(len(table), 1)), None
    value = table.values[place][pairs.rows]
    unknown = table.unknown[place][pairs.rows] if place in table.unknown else np.zeros(len(value), np.bool_)
    least, greatest = limits(declared)
    low = np.where(unknown, INT64_MIN if least is None else least, value)
    high = np.where(unknown, INT64_MAX if greatest is None else greatest, value)
    if function == "sum":
        nowhere = np.zeros(len(value), np.bool_)
        endless = (unknown if least is None else nowhere, unknown if greatest is None else nowhere)
        return _sum_of_pairs(pairs, low, high, endless, unbounded, solutions)
    hard: Plane | None = None
    risky = ends(value, unknown, declared)
    if risky is not None:
        hard = np.zeros(solutions, np.bool_)
        hard[pairs.places[risky]] = True
    return _extreme_of_pairs(function, pairs, low, high, solutions), hard


def _sum_of_pairs(
    pairs: Pairs, low: Array, high: Array, endless: tuple[Plane, Plane], unbounded: Plane, solutions: int
) -> tuple[Column, Plane | None]:
    low = np.where(pairs.true, low, np.minimum(low, 0))
    high = np.where(pairs.true, high, np.maximum(high, 0))
    endless_low, endless_high = endless[0] | (unbounded & (low < 0)), endless[1] | (unbounded & (high > 0))
    low, high = np.where(endless_low, 0, low), np.where(endless_high, 0, high)
    size = float(np.maximum(np.abs(low.astype(np.float64)), np.abs(high.astype(np.float64))).sum())
    if size >= _EXACT:
        column = Column(np.zeros(solutions, np.int64), np.zeros(solutions, np.int64))
        return column, np.ones(solutions, np.bool_)
    bound = int(size)
    least = np.bincount(pairs.places, low, solutions).astype(np.int64)
    greatest = np.bincount(pairs.places, high, solutions).astype(np.int64)
    least[pairs.places[endless_low]] = INT64_MIN
    greatest[pairs.places[endless_high]] = INT64_MAX
    floor, ceiling = (INT64_MIN if endless_low.any() else -bound), (INT64_MAX if endless_high.any() else bound)
    return Column(least, greatest, None, floor, ceiling), None


def _extreme_of_pairs(function: str, pairs: Pairs, low: Array, high: Array, solutions: int) -> Column:
    """As ``_extreme``; of a solution without a pair it means nothing."""
    lowest = function == "min"
    nearest, widest = (np.minimum, np.maximum) if lowest else (np.maximum, np.minimum)
    far, near = (INT64_MAX, INT64_MIN) if lowest else (INT64_MIN, INT64_MAX)
    first, last = (low, high) if lowest else (high, low)

    def reduced(operation: np.ufunc, places: Array, part: Array, empty: int) -> Array:
        found = np.full(solutions, empty)
        operation.at(found, places, part)
        return found

    extreme = reduced(nearest, pairs.places, first, far)
    certain = reduced(nearest, pairs.places[pairs.true], last[pairs.true], far)
    loose = reduced(widest, pairs.places, last, near)
    other = np.where(pairs.some(solutions)[0], certain, loose)
    return Column(extreme, other) if lowest else Column(other, extreme)


def count_of_record(true: Plane, possible: Plane) -> Column:
    """The count of a type with one record, given where that matches and where it may."""
    low = true.astype(np.int64)
    return Column(low, low if true is possible else possible.astype(np.int64), None, 0, 1)


def value_of_record(function: str, value: Column, field: Field, true: Plane, possible: Plane) -> Column:
    """The sum, least or greatest value of a field over one record."""
    low = high = value.low
    if value.unknown is not None:
        least, greatest = limits(field)
        low = np.where(value.unknown, INT64_MIN if least is None else least, low)
        high = np.where(value.unknown, INT64_MAX if greatest is None else greatest, high)
    if function == "sum":
        low = np.where(true, low, np.where(possible, np.minimum(low, 0), 0))
        high = np.where(true, high, np.where(possible, np.maximum(high, 0), 0))
    return Column(low, low if np.array_equal(low, high) else high)
