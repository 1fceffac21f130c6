"""Indexes of rows by keys: a case and some values taken together as one number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from averment.backends.columnar.columns import Array, Plane, either

_WIDEST = 2**62
_DENSE = 16  # how many times the rows an index may be, to be addressed directly


class TooMany(Exception):
    """More pairs than are to be held at once: of fewer cases there are fewer."""


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

    def join(self, groups: Array, most: int) -> tuple[Array | None, Array]:
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
        if many.sum() > most:
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


def packed(case: Array, values: list[Array], cases: int) -> Array:
    """Cases and values as one number each, the same only for the same."""
    key, span = case, max(cases, 1)
    for value in values:
        step = _Step.over(key, span, value)
        key, span = step.after(key, value), step.span
    return key


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
