"""Tables of facts: for each the row of its case, its values as 64-bit codes, and whether it is true or only possible.

Strings are symbols here, so that any two fields join. A table is a set: no two of its facts are equal, where unknown is
equal to unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.indexes import Index, packed

_BITS = 62  # of a mask


@dataclass
class Table:
    """``true`` is None where every fact is true; ``unknown`` gives the fields that are unknown in some fact, and where
    (their values there are 0).

    A table that a pattern has been held against has ``base``, the whole one; ``kept`` tells which of its facts are left
    (None: all), and ``true`` which of these certainly match. Indexes, once made, are kept.
    """

    case: Array
    values: list[Array]
    true: Plane | None = None
    unknown: dict[int, Plane] = field(default_factory=dict[int, Plane])
    base: Table | None = None
    kept: Plane | None = None
    _most: int | None = field(default=None, repr=False)
    _indexes: dict[tuple[int, ...], Index] = field(default_factory=dict["tuple[int, ...]", "Index"], repr=False)
    _parts: dict[tuple[int, ...], list[Part]] = field(default_factory=dict["tuple[int, ...]", "list[Part]"], repr=False)

    def __len__(self) -> int:
        return len(self.case)

    def take(self, rows: Array) -> Table:
        """The facts at these places, or where a plane is true."""
        rows = places_of(rows)
        true = None if self.true is None else self.true[rows]
        found = Table(self.case[rows], [value[rows] for value in self.values], true)
        for place, unknown in self.unknown.items():
            some = unknown[rows]
            if some.any():
                found.unknown[place] = some
        return found

    def under(self, true: Plane | None, possible: Plane | None) -> Table:
        """The facts that may match a pattern, and which of them certainly do (None: all)."""
        found = Table(self.case, self.values, self.true, self.unknown) if possible is None else self.take(possible)
        if true is not None:
            true = true if possible is None else true[possible]
            if not true.all():
                found.true = true if found.true is None else found.true & true
        found.base, found.kept = self, possible
        return found

    @property
    def many(self) -> Plane | None:
        """The facts that may stand for more than one: only possible, and with an unknown field."""
        if self.base is not None:
            many = self.base.many
            return many if many is None or self.kept is None else many[self.kept]
        if self.true is None or not self.unknown:
            return None
        found: Plane = ~self.true & np.logical_or.reduce(list(self.unknown.values()))
        return found if found.any() else None

    @property
    def most(self) -> int:
        """How many facts a case has at most."""
        if self._most is None:
            self._most = int(np.bincount(self.case).max()) if len(self) else 0
        return self._most

    def origin(self, rows: Array) -> Array:
        """Where in the whole table these facts are."""
        if self.base is None:
            return rows
        return self.base.origin(rows if self.kept is None else np.flatnonzero(self.kept)[rows])

    def index(self, fields: tuple[int, ...], cases: int) -> Index:
        """The facts by case and these fields."""
        found = self._indexes.get(fields)
        if found is None:
            found = self._indexes[fields] = Index(self.case, [self.values[place] for place in fields], cases)
        return found

    def parts(self, fields: tuple[int, ...]) -> list[Part]:
        """The facts by which of these fields they know."""
        found = self._parts.get(fields)
        if found is None:
            found = self._parts[fields] = []
            for known, rows in by_known([self.unknown.get(place) for place in fields]):
                found.append(Part(known, rows, None if rows is None else self.take(rows)))
        return found

    def keyed(self, masked: bool) -> list[Array]:
        """The values, and (``masked``) which of them are unknown as bits: the same only for the same."""
        if not masked:
            return self.values
        masks = [np.zeros(len(self), np.int64) for _ in range(0, len(self.values), _BITS)]
        for place, unknown in self.unknown.items():
            masks[place // _BITS] += unknown.astype(np.int64) << place % _BITS
        return [*self.values, *masks]

    def locate(self, others: Table, cases: int) -> Array:
        """Where in this table each fact of another is; -1 where it is not."""
        masked = bool(self.unknown or others.unknown)
        return Index(self.case, self.keyed(masked), cases).rows_of(others.case, others.keyed(masked))


class Part(NamedTuple):
    """Facts of a table that know the same fields of a key: of the key's places these.

    They are a table of their own; its rows are these of the whole one. None: they are all of it.
    """

    known: tuple[int, ...]
    rows: Array | None
    table: Table | None


def by_known(unknown: Sequence[Plane | None]) -> list[tuple[tuple[int, ...], Array | None]]:
    """Rows by which of some values they know: the places of these, and the rows (None: all)."""
    found: list[tuple[tuple[int, ...], Array | None]] = [((), None)]
    for place, plane in enumerate(unknown):
        split: list[tuple[tuple[int, ...], Array | None]] = []
        for known, rows in found:
            here = None if plane is None else plane if rows is None else plane[rows]
            if here is None or not here.any():
                split.append(((*known, place), rows))
                continue
            split.append((known, rows if here.all() else np.flatnonzero(here) if rows is None else rows[here]))
            if not here.all():
                split.append(((*known, place), np.flatnonzero(~here) if rows is None else rows[~here]))
        found = split
    return found


def distinct(table: Table, cases: int) -> Table:
    """The table as a set: equal facts are one, true if any of them is."""
    if len(table) < 2:
        return table
    key = packed(table.case, table.keyed(bool(table.unknown)), cases)
    if not repeats(key):
        return table
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    first = np.empty(len(key), np.bool_)
    first[0] = True
    np.not_equal(sorted_key[1:], sorted_key[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    found = table.take(order[starts])
    if table.true is not None:
        found.true = np.logical_or.reduceat(table.true[order], starts)
    return found


def repeats(keys: Array) -> bool:
    """Whether any two keys are the same. What comes in order, as given records mostly do, need not be sorted."""
    if (keys[1:] > keys[:-1]).all():
        return False
    ordered = np.sort(keys)  # far sooner done than finding the order
    return bool((ordered[1:] == ordered[:-1]).any())


def places_of(rows: Array) -> Array:
    """Places as they are; of a plane where it is true, found once for all the columns they are taken from."""
    return np.flatnonzero(rows) if rows.dtype == np.bool_ else rows


def joined(parts: list[Table], width: int) -> Table:
    """The facts of several tables one after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Table(nothing, [nothing] * width)
    true = None
    if any(part.true is not None for part in parts):
        true = np.concatenate([np.ones(len(part), np.bool_) if part.true is None else part.true for part in parts])
    unknown = {
        place: np.concatenate([part.unknown.get(place, np.zeros(len(part), np.bool_)) for part in parts])
        for place in sorted({place for part in parts for place in part.unknown})
    }
    return Table(
        np.concatenate([part.case for part in parts]),
        [np.concatenate([part.values[place] for part in parts]) for place in range(width)],
        true,
        unknown,
    )


def grown(known: Table, found: Table, cases: int) -> tuple[Table, Table]:
    """The facts of ``found`` that are new, or newly true, and the set of all."""
    width = len(known.values)
    both = distinct(joined([known, found], width), cases)
    masked = bool(both.unknown)
    if masked:
        index = Index(known.case, known.keyed(masked), cases)
    else:
        index = known.index(tuple(range(width)), cases)
    held = index.find(both.case, both.keyed(masked))
    fresh: Plane = ~index.some()[held]
    if both.true is not None:
        certain = index.some(known.true)[held] if known.true is not None else ~fresh
        fresh = fresh | (both.true & ~certain)
    return both.take(fresh), both
