"""What long work calls again and again, so that whoever asked for it can end it."""

from __future__ import annotations

from collections.abc import Callable

Tick = Callable[[], None]
"""Called again and again during long work: what it raises ends the work."""


def on_and_on() -> None:
    """The tick of work that may take as long as it takes."""
