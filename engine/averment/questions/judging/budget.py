"""How long a question may take: a search that runs out of it says how far it got, and what it left.

One budget is made where a question begins, and kept by its judge (``Judge.within``): whatever works for the question
calls ``check`` again and again, from grounding a rule to matching a fact.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 5.0  # by default, of flip and missing
MATTERS_SECONDS = 10.0  # by default, where everything is asked of every field

Clock = Callable[[], float]
"""Seconds that only grow."""


class Spent(Exception):
    """The budget is used up, or would be by the next step."""


class GaveUp(Exception):
    """The smallest flips were not found; no change of up to ``proved`` fields flips."""

    def __init__(self, reason: str, proved: int = 0) -> None:
        super().__init__(reason)
        self.proved = proved


class Budget:
    """So many seconds from now on, by ``clock``."""

    def __init__(self, seconds: float = SECONDS, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """The seconds left; none is 0."""
        return max(0.0, self._end - self._clock())

    def check(self) -> None:
        """Raises: Spent where nothing is left."""
        if self._clock() >= self._end:
            raise Spent

    def share(self, part: float) -> Budget:
        """A budget of a part of what is left."""
        return Budget(self.left * part, self._clock)


ENDLESS = Budget(float("inf"))
