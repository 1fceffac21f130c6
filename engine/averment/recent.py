"""What was made lately, kept for the next who asks: no more than so many things, and the one asked for last is the last
to go.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Things by key, ``most`` at a time. Safe in threads. A copy, or one that was pickled, begins empty."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[K, V] = {}
        self._lock = Lock()

    def kept(self, key: K) -> V | None:
        """What is kept under ``key``, if there is anything."""
        if len(self._held) == 1:  # as good as always, and then there is no order to keep
            return self._held.get(key)
        with self._lock:
            return self._last(key) if key in self._held else None

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is kept under ``key``, made where there is nothing; of two threads that make it, one wins."""
        with self._lock:
            if key in self._held:
                return self._last(key)
        made = make()
        with self._lock:
            found = self._held[key] = self._held.pop(key, made)
            while len(self._held) > self._most:
                del self._held[next(iter(self._held))]
            return found

    def _last(self, key: K) -> V:
        found = self._held[key] = self._held.pop(key)
        return found

    def __contains__(self, key: K) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)

    def __reduce__(self) -> tuple[Any, ...]:
        return Recent, (self._most,)
