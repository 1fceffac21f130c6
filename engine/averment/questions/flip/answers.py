"""The ways to turn a claim gathered into answers: ways that change the same fields are told together.

Two ways that differ in what one field changes to are one way in which it changes to either. Answers that change other
fields come first, then those that change the same fields once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from averment.core.program import Value
from averment.questions.judging.fresh import Fresh

Way = dict[int, tuple[Value, ...]]
"""By slot the values it may change to: every combination turns the claim."""


def gathered(ways: Iterable[tuple[Way, str]], fresh: Fresh) -> list[Way]:
    """The answers that these ways, each with its claim, come to."""
    parts: dict[tuple[tuple[int, ...], str], list[Way]] = {}
    for way, claim in ways:
        parts.setdefault((tuple(sorted(way)), claim), []).append(way)
    met: Counter[tuple[int, ...]] = Counter()
    found: list[tuple[int, tuple[int, ...], Way]] = []
    for (slots, _), part in parts.items():
        for way in _united(part, slots, fresh):
            found.append((met[slots], slots, way))
            met[slots] += 1
    return [way for _, _, way in sorted(found, key=lambda entry: entry[:2])]


def _united(ways: list[Way], slots: tuple[int, ...], fresh: Fresh) -> list[Way]:
    """Ways that change the same slots, as few as this makes them."""
    while True:
        before = len(ways)
        for slot in slots:
            alike: dict[Hashable, list[Way]] = {}
            for way in ways:
                alike.setdefault(_beside(way, slot, fresh), []).append(way)
            ways = [
                {**some[0], slot: tuple(dict.fromkeys(value for way in some for value in way[slot]))}
                for some in alike.values()
            ]
        if len(ways) == before:
            return ways


def _beside(way: Way, slot: int, fresh: Fresh) -> Hashable:
    """What two ways must have in common to differ in a slot only: also its own fresh texts, which another slot may
    have to share or to avoid.
    """
    others = frozenset((number, frozenset(values)) for number, values in way.items() if number != slot)
    own = frozenset(value for value in way[slot] if fresh.rank(slot, value))
    if not own or not any(fresh.rank(number, value) for number, values in others for value in values):
        return others
    return others, frozenset(way[slot])
