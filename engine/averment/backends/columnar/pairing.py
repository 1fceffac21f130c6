"""Solutions beside the facts that may match them, where what is unknown on either side may be equal to anything.

A value that is unknown joins with every value, an interval with the values in it; neither ever joins certainly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, either
from averment.backends.columnar.tables import Table, by_known


class Pairs(NamedTuple):
    """Places of solutions, rows of facts of a table, and which of these pairs match certainly."""

    places: Array
    rows: Array
    true: Plane

    def some(self, size: int) -> tuple[Plane, Plane]:
        """For each of so many solutions whether some fact matches, and whether some may."""
        true, possible = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        true[self.places[self.true]] = True
        possible[self.places] = True
        return true, possible

    def take(self, keep: Plane) -> Pairs:
        """The pairs where a plane is true."""
        return Pairs(self.places[keep], self.rows[keep], self.true[keep])


def loose(column: Column) -> Plane | None:
    """Where a column stands for no single value."""
    return column.unknown if column.definite else either(column.unknown, column.low != column.high)


def pair(table: Table, fields: tuple[int, ...], case: Array, wanted: list[Column], cases: int, most: int) -> Pairs:
    """All pairs of a solution, given by its case and the values it wants in these fields, and a fact that may match.

    Raises: TooMany where there are more of a kind than ``most``.
    """
    found: list[Pairs] = []
    for certain, solutions in by_known([loose(column) for column in wanted]):
        for known, origin, part in table.parts(fields):
            both = tuple(place for place in certain if place in known)
            index = (table if part is None else part).index(tuple(fields[place] for place in both), cases)
            keys = [_at(wanted[place].low, solutions) for place in both]
            places, rows = index.join(index.find(_at(case, solutions), keys), most)
            places = np.arange(len(rows)) if places is None else places
            places, rows = _of(solutions, places), _of(origin, rows)
            true = np.full(len(rows), len(certain) == len(fields))
            if table.true is not None:
                true &= table.true[rows]
            pairs = Pairs(places, rows, true)
            for place in known:
                if place not in both and not wanted[place].definite:
                    value = table.values[fields[place]][pairs.rows]
                    pairs = pairs.take(_within(wanted[place], pairs.places, value))
            found.append(pairs)
    if len(found) == 1:
        return found[0]
    nothing = np.zeros(0, np.int64)
    parts = found or [Pairs(nothing, nothing, nothing.astype(np.bool_))]
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _within(column: Column, places: Array, value: Array) -> Plane:
    """Where the interval at a place holds a value, or nothing is known of it."""
    found: Plane = (column.low[places] <= value) & (value <= column.high[places])
    return found if column.unknown is None else found | column.unknown[places]


def _at(values: Array, rows: Array | None) -> Array:
    return values if rows is None else values[rows]


def _of(rows: Array | None, places: Array) -> Array:
    return places if rows is None else rows[places]
