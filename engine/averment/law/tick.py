"""What long work calls again and again, so that whoever asked for it can end it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Tick = Callable[[], None]
"""Called again and again during long work: what it raises ends the work."""

PACE = 64  # things that are gone through between two ticks

Thing = TypeVar("Thing")


def on_and_on() -> None:
    """The tick of work that may take as long as it takes."""


def paced(things: Iterable[Thing], tick: Tick) -> Iterator[Thing]:
    """The same things, with a tick now and then."""
    for number, thing in enumerate(things):
        if not number % PACE:
            tick()
        yield thing
