"""Strings of a few declared values to the places of those values, without a hash table and yet exactly.

The first sixteen bytes of each string are read as two words, what is beyond its end as zeros. A product of these
chooses a place, such that no two of the values share one; then words and length are compared with those of the value
there, so that a string which is none of the values is always told.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from averment.backends.columnar.columns import Array, Plane

_LONGEST = 16  # bytes of a value
_MOST = 64  # values; beyond it a place for each is not soon found
_TRIES = 256
_BITS = 10
_BLOCK = 16384  # strings; what is made of them stays in a processor's cache
_MASKS = np.frombuffer(b"".join(b"\xff" * kept + b"\0" * (8 - kept) for kept in range(9)), np.uint64)


class Coding:
    """The values of a field, in UTF-8, and a factor under which no two of them share a place."""

    def __init__(self, values: list[bytes], factor: np.uint64) -> None:
        self._factor = factor
        self._long = max(map(len, values)) > 8
        offsets = np.cumsum([0, *map(len, values)])
        self._first, self._second = self._words(np.frombuffer(b"".join(values), np.uint8), offsets, np.diff(offsets))
        self._lengths = np.diff(offsets).astype(np.int32)
        places = self._place(self._first, self._second)
        self.apart = len(np.unique(places)) == len(values)
        self._codes = np.zeros(1 << _BITS, np.int64)
        self._codes[places] = np.arange(len(values))

    def codes(self, data: Array, offsets: Array) -> tuple[Array, Plane | None]:
        """For each string (bytes, and where in them each begins and the last ends) the place of its value, and which
        are no value.
        """
        count = len(offsets) - 1
        codes, right = np.empty(count, np.uint8), np.empty(count, np.bool_)
        for start in range(0, count, _BLOCK):
            part = slice(start, start + _BLOCK)
            codes[part], right[part] = self._block(data, offsets[start : start + _BLOCK + 1])
        return codes, None if right.all() else ~right

    def _block(self, data: Array, offsets: Array) -> tuple[Array, Plane]:
        lengths = np.diff(offsets)
        first, second = self._words(data, offsets, lengths)
        codes: Array = self._codes.take(self._place(first, second), mode="clip")
        right: Plane = self._first.take(codes, mode="clip") == first
        right &= self._lengths.take(codes, mode="clip") == lengths
        if second is not None:
            assert self._second is not None
            right &= self._second.take(codes, mode="clip") == second
        return codes, right

    def _words(self, data: Array, offsets: Array, lengths: Array) -> tuple[Array, Array | None]:
        """The first and, where values have it, the second eight bytes of each string."""
        start, end = int(offsets[0]), int(offsets[-1])
        held = np.zeros(end - start + _LONGEST, np.uint8)
        held[: end - start] = data[start:end]
        every = np.ascontiguousarray(np.ndarray((len(held) - 7,), np.uint64, held, strides=(1,)))  # from each byte on
        at = offsets[:-1] - start
        first: Array = every.take(at, mode="clip")
        first &= _MASKS.take(lengths, mode="clip")
        if not self._long:
            return first, None
        second: Array = every.take(at + 8, mode="clip")
        second &= _MASKS.take(lengths - 8, mode="clip")
        return first, second

    def _place(self, first: Array, second: Array | None) -> Array:
        key: Array = first * self._factor
        if second is not None:
            key ^= second
            key *= self._factor
        key >>= np.uint64(64 - _BITS)
        return key.view(np.int64)


@lru_cache(1024)
def coding_of(values: tuple[str, ...]) -> Coding | None:
    """How strings become the places of these values; nothing for values that are too long, too many or too alike."""
    encoded = [value.encode() for value in values]
    if not 0 < len(values) <= _MOST or max(map(len, encoded)) > _LONGEST:
        return None
    factors = np.random.default_rng(0).integers(1, 2**63, _TRIES, np.uint64) * np.uint64(2) + np.uint64(1)
    found = (Coding(encoded, factor) for factor in factors)
    return next((coding for coding in found if coding.apart), None)
