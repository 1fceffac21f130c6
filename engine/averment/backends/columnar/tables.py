"""Tables of facts: for each the row of its case, its values as 64-bit codes, and whether it is true or only possible.

Strings are symbols here, so that any two fields join. A table is a set: no two of its facts are equal, where unknown is
equal to unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array, Plane, either

_WIDEST = 2**62
_BITS = 62  # of a mask
_DENSE = 16  # how many times the rows an index may be, to be addressed directly


class TooMany(Exception):
    """More pairs than are to be held at once: of fewer cases there are fewer."""


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


class Index:
    """Places of rows by key: a case and some values.

    The key is one number, each value taken from its least. Where the numbers are dense it addresses the places
    directly, else they are searched in sorted order.
    """

    def __init__(self, case: Array, values: list[Array], cases: int) -> None:
        self._steps: list[_Step] = []
        key, span = case, max(cases, 1)
        for value in values:
            step = _Step.over(key, span, value)
            key, span = step.after(key, value), step.span
            self._steps.append(step)
        self.dense = span <= _DENSE * (len(key) + cases) + 4096
        self.span = span
        self._sorted = key[:0]
        if not self.dense:
            self._sorted, codes = np.unique(key, return_inverse=True)
            key, self.span = codes.reshape(-1), len(self._sorted)
        self._key = key
        self._unique: Array | None = None
        self._grouped: tuple[Array, Array, Array] | None = None

    def find(self, case: Array, values: list[Array]) -> Array:
        """The group of each of these keys, from 0 to before ``span``; -1 where there is none."""
        key = case
        outside: Plane | None = None
        for step, value in zip(self._steps, values, strict=True):
            key, beyond = step.find(key, value)
            outside = either(outside, beyond)
        if not self.dense:
            key, absent = _search(self._sorted, key)
            outside = either(outside, absent)
        if outside is not None and outside.any():
            key = np.where(outside, -1, key)
        return key

    @property
    def group(self) -> Array:
        """The group of each row of the table."""
        return self._key

    def counts(self, rows: Plane | None = None) -> Array:
        """How many rows (of these) each group has; one more place at the end, for -1, holds 0."""
        return np.bincount(self._key if rows is None else self._key[rows], minlength=self.span + 1)

    def some(self, rows: Plane | None = None) -> Plane:
        """Whether each group has a row (of these); the place for -1 has none."""
        found = np.zeros(self.span + 1, np.bool_)
        found[self._key if rows is None else self._key[rows]] = True
        return found

    def join(self, groups: Array, most: int | None = None) -> tuple[Array | None, Array]:
        """All pairs of a key and a row: places of keys (None for each key once, in order) and of rows.

        Raises: TooMany where there are more pairs than ``most``.
        """
        rows = self._rows()
        if rows is not None:
            found = rows[groups]
            hit = found >= 0
            if hit.all():
                return None, found
            places = np.flatnonzero(hit)
            return places, found[places]
        counts, starts, order = self._groups()
        many = counts[groups]
        if most is not None and many.sum() > most:
            raise TooMany
        places = np.repeat(np.arange(len(groups)), many)
        before = np.cumsum(many) - many
        within = np.arange(len(places)) - np.repeat(before, many)
        return places, order[starts[groups][places] + within]

    def rows_of(self, case: Array, values: list[Array]) -> Array:
        """The row of each of these keys, of which no two rows may have one; -1 where there is none."""
        rows = self._rows()
        assert rows is not None
        found: Array = rows[self.find(case, values)]
        return found

    def _rows(self) -> Array | None:
        """The row of each group where none has two."""
        if self._unique is None:
            rows = np.full(self.span + 1, -1, np.int64)
            own = np.arange(len(self._key))
            rows[self._key] = own
            self._unique = rows if np.array_equal(rows[self._key], own) else np.zeros(0, np.int64)
        return self._unique if len(self._unique) else None

    def _groups(self) -> tuple[Array, Array, Array]:
        if self._grouped is None:
            counts = self.counts()
            self._grouped = counts, np.cumsum(counts) - counts, np.argsort(self._key, kind="stable")
        return self._grouped

    def sorted_rows(self) -> tuple[Array, Array, Array]:
        """Rows in the order of their groups, where each group that has any begins, and which groups those are."""
        counts, starts, order = self._groups()
        some = np.flatnonzero(counts)
        return order, starts[some], some


@dataclass(slots=True)
class _Step:
    """How a key takes in one more value: ``key * width + (value - floor)``.

    Where that would leave 62 bits the value, and if need be the key, first gives way to its rank among those there are.
    """

    levels: Array | None
    keys: Array | None
    floor: int
    width: int
    span: int

    @staticmethod
    def over(key: Array, span: int, value: Array) -> _Step:
        floor, top = (int(value.min()), int(value.max())) if len(value) else (0, 0)
        width = top - floor + 1
        levels = keys = None
        if span * width > _WIDEST:
            levels = np.unique(value)
            floor, width = 0, len(levels)
        if span * width > _WIDEST:
            keys = np.unique(key)
            span = len(keys)
        return _Step(levels, keys, floor, width, span * width)

    def after(self, key: Array, value: Array) -> Array:
        """The key with the value taken in; both must be among those the step was made over."""
        if self.levels is not None:
            value = np.searchsorted(self.levels, value)
        if self.keys is not None:
            key = np.searchsorted(self.keys, key)
        taken: Array = key * self.width + (value - self.floor)
        return taken

    def find(self, key: Array, value: Array) -> tuple[Array, Plane]:
        """The key with the value taken in, and where either is not among those the step was made over."""
        beyond: Plane
        if self.levels is None:
            beyond = (value < self.floor) | (value >= self.floor + self.width)
            rest = value - self.floor
        else:
            rest, beyond = _search(self.levels, value)
        if self.keys is not None:
            key, absent = _search(self.keys, key)
            beyond = beyond | absent
        return key * self.width + rest, beyond


def _search(keys: Array, wanted: Array) -> tuple[Array, Plane]:
    """The places of what is wanted in sorted keys, and where it is not among them."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64), np.ones(len(wanted), np.bool_)
    place = np.searchsorted(keys, wanted)
    place[place == len(keys)] = 0
    return place, keys[place] != wanted


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


def packed(case: Array, values: list[Array], cases: int) -> Array:
    """Cases and values as one number each, the same only for the same."""
    key, span = case, max(cases, 1)
    for value in values:
        step = _Step.over(key, span, value)
        key, span = step.after(key, value), step.span
    return key


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
