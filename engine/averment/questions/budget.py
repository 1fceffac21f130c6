"""How long a question may take: a search that runs out of it says how far it got, and answers nothing."""

from __future__ import annotations

import time

SECONDS = 5.0  # by default


class Spent(Exception):
    """The budget is used up, or would be by the next step."""


class GaveUp(Exception):
    """The smallest flips were not found; no change of up to ``proved`` fields flips."""

    def __init__(self, reason: str, proved: int = 0) -> None:
        super().__init__(reason)
        self.proved = proved


class Budget:
    """So many seconds from now on."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds left; none is 0."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raises: Spent where nothing is left."""
        if not self.left:
            raise Spent

    def share(self, part: float) -> Budget:
        """A budget of a part of what is left."""
        return Budget(self.left * part)
