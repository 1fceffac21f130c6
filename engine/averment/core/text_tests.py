"""What a cell may ask of a text besides whether it is a certain one: each by its words, and what it means.

All that reads, runs, tells or asks of such tests takes them from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from averment.dataclass import dataclass

START, END, WITHIN = "start", "end", "within"


@dataclass(frozen=True, slots=True)
class TextTest:
    """``holds`` of a text and the part that is asked for, which stands ``at`` a place of it."""

    name: str
    at: str
    holds: Callable[[str, str], bool]


TEXT_TESTS: Mapping[str, TextTest] = {
    each.name: each
    for each in (
        TextTest("starts with", START, str.startswith),
        TextTest("ends with", END, str.endswith),
        TextTest("contains", WITHIN, str.__contains__),
    )
}

Part = tuple[str, str]
"""A test of a text by its name, and the part that it asks for."""


def made_of(text: str, parts: Iterable[Part]) -> bool:
    """Whether any of the tests holds of a text."""
    return any(TEXT_TESTS[name].holds(text, part) for name, part in parts)
