"""How far a batch is, told while it runs."""

from __future__ import annotations

import os
import sys
import time

_EVERY = 0.2  # seconds between two figures of progress


class Progress:
    """How many rows are done, how fast, and how long it will take, on a terminal only."""

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._started = self._next = time.monotonic()

    def show(self, rows: int, share: float) -> None:
        """``rows`` are done, which is this ``share`` of the input."""
        now = time.monotonic()
        if not self._wanted or now < self._next:
            return
        self._next = now + _EVERY
        spent = max(now - self._started, 1e-9)
        left = spent / share * (1 - share) if share > 0 else 0.0
        sys.stderr.write(f"\r\x1b[K{rows:,} rows  {share:4.0%}  {rows / spent:,.0f}/s  {_clock(left)} left")
        sys.stderr.flush()

    def clear(self) -> None:
        """Wipe the line."""
        if self._wanted:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
