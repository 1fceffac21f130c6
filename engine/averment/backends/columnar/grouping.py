"""Aggregates over groups of facts: intervals where facts are only possible.

A bound that there is none of is the least or greatest integer of 64 bits. What may leave 64 bits is told beside the
column: its case is left to be decided alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane
from averment.backends.columnar.indexes import Index
from averment.backends.columnar.intervals import ends
from averment.backends.columnar.pairing import Pairs
from averment.backends.columnar.tables import Table
from averment.core.aggregates import AGGREGATES
from averment.core.program import Field
from averment.core.values import limits
from averment.law.aggregates import aggregated
from averment.law.truth import INT64_MAX, INT64_MIN

_EXACT = 2.0**53  # from here on sums of floats would round
_FURTHER = np.minimum, np.maximum
_BEYOND = INT64_MIN, INT64_MAX


@dataclass(slots=True)
class Groups:
    """The facts of a table by the groups of an index, and the groups that are wanted: -1 is an empty one."""

    table: Table
    index: Index
    wanted: Array


def of_groups(function: str, groups: Groups, field: int | None) -> tuple[Column, Plane | None]:
    """The aggregate of each group that is wanted. What picks a value has none that means anything in an empty group."""
    value, adds = None if field is None else groups.table.values[field], AGGREGATES[function].adds
    size = _size(value) if adds and value is not None else float(len(groups.table))
    if size >= _EXACT:
        return _nowhere(len(groups.wanted))
    low, high = aggregated(function, _OfGroups(groups, value))
    if not adds:
        return Column(low, high), None
    return Column(low, high, None, 0 if value is None else -int(size), int(size)), None


def of_pairs(
    function: str, pairs: Pairs, table: Table, place: int | None, declared: Field | None, solutions: int
) -> tuple[Column, Plane | None]:
    """The aggregate over what is paired with each solution, likewise."""
    nowhere = np.zeros(len(pairs.rows), np.bool_)
    unknown, hard = nowhere, None
    spread: tuple[int | None, int | None] = 1, 1
    if place is None or declared is None:
        low = high = np.ones(len(nowhere), np.int64)
    else:
        value, spread = table.values[place][pairs.rows], limits(declared)
        unknown = table.unknown[place][pairs.rows] if place in table.unknown else nowhere
        low, high = _within(value, unknown, spread)
        hard = ends(value, unknown, declared)
    many = nowhere if table.many is None else table.many[pairs.rows]
    if not AGGREGATES[function].adds:
        found = Column(*aggregated(function, _OfPairs(pairs, (low, high), (nowhere, nowhere), many, solutions)))
        if hard is None:
            return found, None
        risky = np.zeros(solutions, np.bool_)
        risky[pairs.places[hard]] = True
        return found, risky
    endless = unknown if spread[0] is None else nowhere, unknown if spread[1] is None else nowhere
    low, high = np.where(endless[0], 0, low), np.where(endless[1], 0, high)
    size = max(_size(low), _size(high))
    if size >= _EXACT:
        return _nowhere(solutions)
    low, high = aggregated(function, _OfPairs(pairs, (low, high), endless, many, solutions))
    least, greatest = int(low.min(initial=-int(size))), int(high.max(initial=int(size)))
    return Column(low, high, None, least, greatest), None


def of_record(function: str, value: Column | None, field: Field | None, true: Plane, possible: Plane) -> Column:
    """The aggregate over the one record of a case, given where that matches and where it may."""
    if value is None or field is None:
        return Column(*aggregated(function, _OfRecord(true, possible, None)), None, 0, 1)
    unknown = np.zeros(len(true), np.bool_) if value.unknown is None else value.unknown
    low, high = aggregated(function, _OfRecord(true, possible, _within(value.low, unknown, limits(field))))
    return Column(low, low if np.array_equal(low, high) else high)


def _within(value: Array, unknown: Plane, spread: tuple[int | None, int | None]) -> tuple[Array, Array]:
    """The ends of a value: of an unknown one those of its field."""
    least, greatest = spread
    low = np.where(unknown, INT64_MIN if least is None else least, value)
    return low, np.where(unknown, INT64_MAX if greatest is None else greatest, value)


def _size(value: Array) -> float:
    return float(np.abs(value.astype(np.float64)).sum())


def _nowhere(rows: int) -> tuple[Column, Plane]:
    column = Column(np.zeros(rows, np.int64), np.zeros(rows, np.int64))
    return column, np.ones(rows, np.bool_)


class _OfGroups:
    """The carrier of facts in groups, all of them with definite values (``law.aggregates``)."""

    def __init__(self, groups: Groups, value: Array | None) -> None:
        self._table, self._index, self._wanted, self._value = groups.table, groups.index, groups.wanted, value
        self.definite = self._table.true is None

    def added(self, end: int) -> Array:
        true, value = self._table.true, self._value
        if value is None:
            return self._index.counts(None if end else true)[self._wanted]
        part = value if true is None else np.where(true, value, _FURTHER[end](value, 0))
        total = np.bincount(self._index.group, part, self._index.span + 1)
        return total.astype(np.int64)[self._wanted]

    def least(self, end: int, certain: bool) -> Array:
        return self._furthest(np.minimum, INT64_MAX, certain)

    def greatest(self, end: int, certain: bool) -> Array:
        return self._furthest(np.maximum, INT64_MIN, certain)

    def _furthest(self, operation: np.ufunc, none: int, certain: bool) -> Array:
        true, value = self._table.true, self._value
        assert value is not None
        part = np.where(true, value, none) if certain and true is not None else value
        order, starts, some = self._index.sorted_rows()
        found = np.full(self._index.span + 1, none)
        if len(starts):
            found[some] = operation.reduceat(part[order], starts)
        return found[self._wanted]

    def where_certain(self, one: Array, other: Array) -> Array:
        return np.where(self._index.some(self._table.true)[self._wanted], one, other)


class _OfPairs:
    """The carrier of pairs of a solution and a fact: the ends of values, and where they are without end."""

    definite = False

    def __init__(
        self, pairs: Pairs, ends: tuple[Array, Array], endless: tuple[Plane, Plane], many: Plane, solutions: int
    ) -> None:
        self._pairs, self._ends, self._endless, self._many, self._solutions = pairs, ends, endless, many, solutions

    def added(self, end: int) -> Array:
        bound, places = self._ends[end], self._pairs.places
        part = np.where(self._pairs.true, bound, _FURTHER[end](bound, 0))
        endless = self._endless[end] | (self._many & (part != 0))
        found = np.bincount(places, np.where(endless, 0, part), self._solutions).astype(np.int64)
        found[places[endless]] = _BEYOND[end]
        return found

    def least(self, end: int, certain: bool) -> Array:
        return self._furthest(np.minimum, INT64_MAX, end, certain)

    def greatest(self, end: int, certain: bool) -> Array:
        return self._furthest(np.maximum, INT64_MIN, end, certain)

    def _furthest(self, operation: np.ufunc, none: int, end: int, certain: bool) -> Array:
        found, taken = np.full(self._solutions, none), self._pairs.true if certain else slice(None)
        operation.at(found, self._pairs.places[taken], self._ends[end][taken])
        return found

    def where_certain(self, one: Array, other: Array) -> Array:
        return np.where(self._pairs.some(self._solutions)[0], one, other)


class _OfRecord:
    """The carrier of one record in each row: where it matches, where it may, and the ends of its value, if not one."""

    def __init__(self, true: Plane, possible: Plane, ends: tuple[Array, Array] | None) -> None:
        self._true, self._possible, self._ends = true, possible, ends
        self.definite = ends is None and true is possible

    def added(self, end: int) -> Array:
        if self._ends is None:
            return (self._possible if end else self._true).astype(np.int64)
        bound = self._ends[end]
        return np.where(self._true, bound, np.where(self._possible, _FURTHER[end](bound, 0), 0))

    def least(self, end: int, certain: bool) -> Array:
        assert self._ends is not None
        return self._ends[end]

    greatest = least

    @staticmethod
    def where_certain(one: Array, _: Array) -> Array:
        return one
