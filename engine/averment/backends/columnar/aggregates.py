"""Aggregates over the facts of slots: intervals where it is unknown which match, or what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, either, integer_type
from averment.backends.columnar.intervals import ends
from averment.backends.columnar.values import Values
from averment.core.program import Field
from averment.core.values import limits
from averment.law import network as net
from averment.law.aggregates import aggregated
from averment.law.truth import INT64_MAX, INT64_MIN

_BEYOND = INT64_MIN, INT64_MAX


def counted(node: net.Counted, values: Values) -> Column:
    """How many match."""
    ones = _Members([(member, None) for member in node.members], node.loose, None, values)
    return ones.column("count", 0, len(node.members))


def summed(node: net.Summed, values: Values) -> Column:
    """The sum over what matches."""
    least = greatest = 0
    for _, value in node.members:
        lowest, highest = _spread(values.columns[value], node.field)
        least, greatest = least + min(0, lowest), greatest + max(0, highest)
    members = _Members(node.members, node.loose, node.field, values)
    if least < INT64_MIN or greatest > INT64_MAX:
        values.hard = either(values.hard, members.size() >= 2.0**63 - 2.0**20)
    return members.column("sum", least, greatest)


def extreme(node: net.Extreme, values: Values) -> Column:
    """The least, or greatest, value of what matches."""
    low, high = aggregated(node.function, _Members(node.members, (), node.field, values))
    maybe = np.zeros(values.rows, np.bool_)
    for truth, _ in node.members:
        maybe |= values.possible[truth]
    nothing = None if maybe.all() else ~maybe
    if np.array_equal(low, high):
        return Column(low, low, nothing)
    for truth, value in node.members:
        column = values.columns[value]
        risky = ends(column.low, column.unknown, node.field)
        if risky is not None:
            values.hard = either(values.hard, risky & values.possible[truth])
    return Column(low, high, nothing)


class _Members:
    """The carrier of the rows of a batch (``law.aggregates``): truths with columns, or with ones where there is none.
    By member the columns of which one that is unknown lets it stand for many.
    """

    def __init__(
        self,
        members: Sequence[tuple[int, int | None]],
        loose: Sequence[tuple[int, ...]],
        field: Field | None,
        values: Values,
    ) -> None:
        self._members, self._loose, self._field, self._values = members, loose or [()] * len(members), field, values
        self._type: type[np.signedinteger[Any]] = np.int64
        self._endless: list[Plane | None] = [None, None]

    def column(self, function: str, least: int, greatest: int) -> Column:
        """An aggregate that adds, between these."""
        self._type = integer_type(least, greatest)
        low, high = aggregated(function, self)
        floor, ceiling = (
            _BEYOND[end] if self._endless[end] is not None else bound for end, bound in enumerate((least, greatest))
        )
        return Column(low, high, None, max(floor, INT64_MIN), min(ceiling, INT64_MAX))

    @property
    def definite(self) -> bool:
        values = self._values
        return all(
            values.true[truth] is values.possible[truth]
            and (value is None or (values.columns[value].definite and values.columns[value].unknown is None))
            for truth, value in self._members
        )

    def added(self, end: int) -> Array:
        found, values = np.zeros(self._values.rows, self._type), self._values
        further = np.maximum if end else np.minimum
        endless: Plane | None = None
        for (truth, value), columns in zip(self._members, self._loose, strict=True):
            true, possible = values.true[truth], values.possible[truth]
            many = _unknown(columns, truth, values)
            if value is None:
                np.add(found, (possible if end else true).view(np.int8), out=found)
                endless = either(endless, many if end else None)
                continue
            bound = self._bound(value, end, 0)
            if true is possible:
                np.add(found, true.view(np.int8) * bound.astype(self._type), out=found)
            else:
                part = np.where(true, bound, np.where(possible, further(bound, 0), 0))
                np.add(found, part.astype(self._type), out=found)
            if many is not None:
                endless = either(endless, many & (bound > 0 if end else bound < 0))
            if self._field is not None and limits(self._field)[end] is None:
                endless = either(endless, _unknown((value,), truth, values))
        self._endless[end] = endless
        return found if endless is None else np.where(endless, _BEYOND[end], found.astype(np.int64))

    def least(self, end: int, certain: bool) -> Array:
        return self._furthest(np.minimum, INT64_MAX, end, certain)

    def greatest(self, end: int, certain: bool) -> Array:
        return self._furthest(np.maximum, INT64_MIN, end, certain)

    def _furthest(self, operation: np.ufunc, none: int, end: int, certain: bool) -> Array:
        found = np.full(self._values.rows, none)
        truths = self._values.true if certain else self._values.possible
        for truth, value in self._members:
            assert value is not None
            found = np.where(truths[truth], operation(found, self._bound(value, end, _BEYOND[end])), found)
        return found

    def where_certain(self, one: Array, other: Array) -> Array:
        some = np.zeros(self._values.rows, np.bool_)
        for truth, _ in self._members:
            some |= self._values.true[truth]
        return np.where(some, one, other)

    def size(self) -> Array:
        """How large a sum may be."""
        total = np.zeros(self._values.rows)
        for truth, value in self._members:
            assert value is not None
            sizes = (np.abs(self._bound(value, end, 0).astype(np.float64)) for end in (0, 1))
            total += np.where(self._values.possible[truth], np.maximum(*sizes), 0.0)
        return total

    def _bound(self, value: int, end: int, none: int) -> Array:
        """One end of what each value may be; ``none`` where it has none."""
        column = self._values.columns[value]
        bound = column.high if end else column.low
        if column.unknown is None:
            return bound
        assert self._field is not None
        limit = limits(self._field)[end]
        other = none if limit is None else limit
        size = integer_type(min(other, column.least), max(other, column.greatest))
        return np.where(column.unknown, other, bound.astype(size))


def _unknown(columns: tuple[int, ...], truth: int, values: Values) -> Plane | None:
    """Where one of these columns of what may match is unknown; nothing where none is."""
    found: Plane | None = None
    for column in columns:
        found = either(found, values.columns[column].unknown)
    found = None if found is None else found & values.possible[truth]
    return found if found is not None and found.any() else None


def _spread(column: Column, field: Field) -> tuple[int, int]:
    least, greatest = column.least, column.greatest
    if column.unknown is not None:
        floor, ceiling = limits(field)
        least = min(least, floor if floor is not None else least)
        greatest = max(greatest, ceiling if ceiling is not None else greatest)
    return least, greatest
