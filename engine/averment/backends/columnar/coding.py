"""Strings of a few declared values to the places of those values, without a hash table and yet exactly.

The bytes of a string are read as two words, what is beyond its end as zeros; a string is the value whose words and
length it has. A few values are compared one after the other. Of more, a product of the words chooses one, such
that no two share a place, and only that one is compared; so a string which is none of the values is always told.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array, Plane

_LONGEST = 16  # bytes of a value
_INLINE = 12  # bytes of a string that lie within its view
_FEW = 4  # values that are sooner compared one by one than chosen from
_MOST = 64  # values; beyond it a place for each is not soon found
_TRIES = 256
_BITS = 10
_BLOCK = 65536  # strings; what is made of them stays in a processor's cache


class _Words(NamedTuple):
    """Strings as words: two alike have the same words and length. What is ``None`` need not be looked at."""

    first: Array
    second: Array | None
    lengths: Array | None


class _Table:
    """The words of some values, and which of them a string is."""

    def __init__(self, values: _Words) -> None:
        self._values = values
        self._codes: Array | None = None
        self._factor = np.uint64(0)

    def spread(self) -> bool:
        """Find a factor under which no two values share a place; False where none is found."""
        factors = np.random.default_rng(0).integers(1, 2**63, _TRIES, np.uint64) * np.uint64(2) + np.uint64(1)
        for factor in factors:
            self._factor = factor
            places = self._places(self._values)
            if len(np.unique(places)) == len(places):
                self._codes = np.zeros(1 << _BITS, np.int64)
                self._codes[places] = np.arange(len(places))
                return True
        return False

    def find(self, strings: _Words) -> tuple[Array, Plane]:
        """The place of the value each string is, and whether it is one."""
        return self._compared(strings) if self._codes is None else self._chosen(strings, self._codes)

    def _compared(self, strings: _Words) -> tuple[Array, Plane]:
        codes, right = np.zeros(len(strings.first), np.uint8), np.zeros(len(strings.first), np.bool_)
        for place in range(len(self._values.first)):
            same: Plane | None = None
            for of_string, of_value in zip(strings, self._values, strict=True):
                if of_string is not None and of_value is not None:
                    equal = of_string == of_value[place]
                    same = equal if same is None else np.logical_and(same, equal, out=same)
            assert same is not None
            right |= same
            if place:
                codes |= same.view(np.uint8) * np.uint8(place)
        return codes, right

    def _chosen(self, strings: _Words, codes: Array) -> tuple[Array, Plane]:
        chosen: Array = codes.take(self._places(strings), mode="wrap")
        right = np.ones(len(chosen), np.bool_)
        for of_string, of_value in zip(strings, self._values, strict=True):
            if of_string is not None and of_value is not None:
                right &= of_value.take(chosen, mode="wrap") == of_string
        return chosen.astype(np.uint8), right

    def _places(self, strings: _Words) -> Array:
        key: Array = strings.first * self._factor
        if strings.second is not None:
            key ^= strings.second
            key *= self._factor
        key >>= np.uint64(64 - _BITS)
        return key.view(np.int64)


class Coding:
    """The values of a field, in UTF-8, ready to be told from each other and from any other string."""

    def __init__(self, values: list[bytes]) -> None:
        longest = max(map(len, values))
        self._long = longest > 8
        self._no_zero = all(0 not in value for value in values)
        offsets = np.cumsum([0, *map(len, values)])
        self._by_bytes = _Table(self._words(np.frombuffer(b"".join(values), np.uint8), offsets))
        views = b"".join(len(value).to_bytes(4, "little") + value[:_INLINE].ljust(_INLINE, b"\0") for value in values)
        self._by_view = _Table(_view_words(np.frombuffer(views, np.uint64))) if longest <= _INLINE else None
        self.apart = len(values) <= _FEW or (
            self._by_bytes.spread() and (self._by_view is None or self._by_view.spread())
        )

    @property
    def in_views(self) -> bool:
        """Whether ``view_codes`` can be had: all values lie within a view."""
        return self._by_view is not None

    def codes(self, data: Array, offsets: Array) -> tuple[Array, Plane | None]:
        """For each string (bytes, and where in them each begins and the last ends) the place of its value, and which
        are no value.
        """
        count = len(offsets) - 1
        codes, right = np.empty(count, np.uint8), np.empty(count, np.bool_)
        for start in range(0, count, _BLOCK):
            part = slice(start, start + _BLOCK)
            words = self._words(data, offsets[start : start + _BLOCK + 1], self._no_zero)
            codes[part], right[part] = self._by_bytes.find(words)
        return codes, None if right.all() else ~right

    def view_codes(self, views: Array) -> tuple[Array, Plane | None]:
        """The same for strings that are given as Arrow's views of sixteen bytes."""
        assert self._by_view is not None
        codes, right = self._by_view.find(_view_words(views.view(np.uint64)))
        return codes, None if right.all() else ~right

    def _words(self, data: Array, offsets: Array, enough: bool = False) -> _Words:
        """The first and, where values have it, the second eight bytes of each string, and its length: unless what is
        ``enough`` is asked for, and every string is one word without a zero byte, which tells the length as well.
        """
        start, end = int(offsets[0]), int(offsets[-1])
        held = np.zeros(end - start + _LONGEST, np.uint8)
        held[: end - start] = data[start:end]
        every = np.ascontiguousarray(np.ndarray((len(held) - 7,), np.uint64, held, strides=(1,)))  # from each byte on
        at = offsets[:-1].astype(np.int64)
        at -= start
        lengths = offsets[1:] - offsets[:-1]
        first = every.take(at, mode="wrap")
        if not self._long:
            told = lengths.max(initial=0) <= 8 and held[: end - start].min(initial=1) > 0
            return _Words(_shifted(first, lengths), None, None if told and enough else lengths)
        at += 8
        second = _shifted(every.take(at, mode="wrap"), np.clip(lengths - 8, 0, 8))
        return _Words(_shifted(first, np.minimum(lengths, 8)), second, lengths)


def _shifted(words: Array, lengths: Array) -> Array:
    """Words without the bytes beyond a length, at most eight, and these at the upper end."""
    words <<= (64 - (lengths << 3)).astype(np.uint64)
    return words


def _view_words(views: Array) -> _Words:
    """A view that is as long as all its bytes: its length and four bytes, and eight bytes."""
    return _Words(views[::2].copy(), views[1::2].copy(), None)


@lru_cache(1024)
def coding_of(values: tuple[str, ...]) -> Coding | None:
    """How strings become the places of these values; nothing for values that are too long, too many or too alike."""
    encoded = [value.encode() for value in values]
    if not 0 < len(values) <= _MOST or max(map(len, encoded)) > _LONGEST:
        return None
    coding = Coding(encoded)
    return coding if coding.apart else None
