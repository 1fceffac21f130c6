"""Aggregates over the facts of slots: intervals where it is unknown which match, or what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, either, integer_type
from averment.backends.columnar.intervals import ends
from averment.backends.columnar.values import Values
from averment.core.program import Field
from averment.core.values import limits
from averment.law import network as net
from averment.law.truth import INT64_MAX, INT64_MIN


def counted(node: net.Counted, values: Values) -> Column:
    size = integer_type(0, len(node.members))
    low = np.zeros(values.rows, size)
    high = low
    for member in node.members:
        true, possible = values.true[member], values.possible[member]
        if true is not possible and high is low:
            high = low.copy()
        np.add(low, true.view(np.int8), out=low)
        if high is not low:
            np.add(high, possible.view(np.int8), out=high)
    endless: Plane | None = None
    for member, columns in zip(node.members, node.loose, strict=True):
        endless = either(endless, _loose(columns, member, values))
    return _without_end(Column(low, high, None, 0, len(node.members)), None, endless)


def summed(node: net.Summed, values: Values) -> Column:
    least = greatest = 0
    for _, value in node.members:
        held = values.columns[value]
        lowest, highest = _spread(held, node.field)
        least, greatest = least + min(0, lowest), greatest + max(0, highest)
    size = integer_type(least, greatest)
    low = np.zeros(values.rows, size)
    high = low
    risky = least < INT64_MIN or greatest > INT64_MAX
    total = np.zeros(values.rows) if risky else None
    no_floor: Plane | None = None
    no_ceiling: Plane | None = None
    for (truth, value), columns in zip(node.members, node.loose, strict=True):
        true, possible = values.true[truth], values.possible[truth]
        floor, ceiling = _bounds(values.columns[value], node.field, (0, 0))
        if high is low and (true is not possible or floor is not ceiling):
            high = low.copy()
        if true is possible:
            np.add(low, true.view(np.int8) * floor.astype(size), out=low)
            if high is not low:
                np.add(high, true.view(np.int8) * ceiling.astype(size), out=high)
        else:
            np.add(low, _part(true, possible, floor, np.minimum, size), out=low)
            np.add(high, _part(true, possible, ceiling, np.maximum, size), out=high)
        unknown, many = _loose((value,), truth, values), _loose(columns, truth, values)
        if unknown is not None or many is not None:
            lower, upper = (unknown if limit is None else None for limit in limits(node.field))
            no_floor = either(no_floor, either(lower, None if many is None else many & (floor < 0)))
            no_ceiling = either(no_ceiling, either(upper, None if many is None else many & (ceiling > 0)))
        if total is not None:
            largest = np.maximum(np.abs(floor.astype(np.float64)), np.abs(ceiling.astype(np.float64)))
            total += np.where(possible, largest, 0.0)
    if total is not None:
        values.hard = either(values.hard, total >= 2.0**63 - 2.0**20)
    column = Column(low, high, None, max(least, INT64_MIN), min(greatest, INT64_MAX))
    return _without_end(column, no_floor, no_ceiling)


def extreme(node: net.Extreme, values: Values) -> Column:
    """Bounds of the least (or greatest) value: by all that may match, and by those that certainly do."""
    lowest = node.function == "min"
    nearest, widest = (np.minimum, np.maximum) if lowest else (np.maximum, np.minimum)
    far = INT64_MAX if lowest else INT64_MIN
    near = np.full(values.rows, far)  # the most extreme value that any matching may have
    certain = near.copy()  # no less extreme than this, by what certainly matches
    loose = np.full(values.rows, INT64_MIN if lowest else INT64_MAX)  # the same by what may match, where nothing does
    some, maybe = np.zeros(values.rows, np.bool_), np.zeros(values.rows, np.bool_)
    for truth, value in node.members:
        true, possible = values.true[truth], values.possible[truth]
        floor, ceiling = _bounds(values.columns[value], node.field, (INT64_MIN, INT64_MAX))
        first, last = (floor, ceiling) if lowest else (ceiling, floor)
        near = np.where(possible, nearest(near, first), near)
        certain = np.where(true, nearest(certain, last), certain)
        loose = np.where(possible, widest(loose, last), loose)
        some |= true
        maybe |= possible
    other = np.where(some, certain, loose)
    low, high = (near, other) if lowest else (other, near)
    nothing = None if maybe.all() else ~maybe
    if np.array_equal(low, high):
        return Column(low, low, nothing)
    for truth, value in node.members:
        column = values.columns[value]
        risky = ends(column.low, column.unknown, node.field)
        if risky is not None:
            values.hard = either(values.hard, risky & values.possible[truth])
    return Column(low, high, nothing)


def _bounds(column: Column, field: Field, no_bound: tuple[int, int]) -> tuple[Array, Array]:
    """The least and greatest each value may be; ``no_bound`` where it has none."""
    if column.unknown is None:
        return column.low, column.high
    floor, ceiling = (other if limit is None else limit for limit, other in zip(limits(field), no_bound, strict=True))
    wide = column.low.astype(integer_type(min(floor, column.least), max(ceiling, column.greatest)))
    return np.where(column.unknown, floor, wide), np.where(column.unknown, ceiling, wide)


def _loose(columns: tuple[int, ...], truth: int, values: Values) -> Plane | None:
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


def _part(true: Plane, possible: Plane, bound: Array, extreme: np.ufunc, size: type[np.signedinteger[Any]]) -> Array:
    """What one member may add: its bound where it certainly matches, no more than nothing where it only may."""
    return np.where(true, bound, np.where(possible, extreme(bound, 0), 0)).astype(size)


def _without_end(column: Column, no_floor: Plane | None, no_ceiling: Plane | None) -> Column:
    """The column as it is where it has no least or no greatest value."""
    low, high, least, greatest = column.low, column.high, column.least, column.greatest
    if no_floor is not None:
        low, least = np.where(no_floor, INT64_MIN, low.astype(np.int64)), INT64_MIN
    if no_ceiling is not None:
        high, greatest = np.where(no_ceiling, INT64_MAX, high.astype(np.int64)), INT64_MAX
    return Column(low, high, None, least, greatest)
