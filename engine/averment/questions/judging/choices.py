"""All ways to take so many of some things, each in one of its forms: numbered, and by planes.

The ways are in lexical order: those that take the first thing come first, in its first form before its second. They
come in batches that a circuit can be asked together; nothing is written out way by way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from averment.dataclass import dataclass
from averment.law.tick import Tick, on_and_on

Taken = tuple[tuple[int, int], ...]
"""The things taken, each with the number of its form, in order."""
Plane = int


@dataclass(frozen=True)
class Batch:
    """The ways that take ``first``, and ``many`` of the things from ``start`` on."""

    choices: Choices
    first: Taken
    start: int
    many: int

    @property
    def size(self) -> int:
        """How many ways."""
        return self.choices.count(self.start, self.many)

    @cached_property
    def planes(self) -> dict[tuple[int, int], Plane]:
        """By thing and form the ways that take it."""
        every = (1 << self.size) - 1
        return dict.fromkeys(self.first, every) | self.choices.planes(self.start, self.many)

    def way(self, number: int) -> Taken:
        """The way of a number."""
        return self.first + self.choices.way(self.start, self.many, number)


class Choices:
    """``forms``: how many forms each thing has. ``tick`` is called while planes are made."""

    def __init__(self, forms: Sequence[int], tick: Tick = on_and_on) -> None:
        self._forms, self._tick = forms, tick
        self._counts: dict[int, list[int]] = {}
        self._planes: dict[tuple[int, int], dict[tuple[int, int], Plane]] = {}

    def count(self, start: int, many: int) -> int:
        """How many ways there are to take ``many`` of the things from ``start`` on."""
        if many == 0:
            return 1
        if start + many > len(self._forms):
            return 0
        found = self._counts.get(many)
        if found is None:  # from every start on, from the last to the first
            found = self._counts[many] = [0] * (len(self._forms) + 1)
            for place in reversed(range(len(self._forms))):
                found[place] = self._forms[place] * self.count(place + 1, many - 1) + found[place + 1]
        return found[start]

    def batches(self, many: int, most: int) -> Iterator[Batch]:
        """All ways to take ``many``, in batches of at most ``most``."""
        return self._batches((), 0, many, most)

    def _batches(self, first: Taken, start: int, many: int, most: int) -> Iterator[Batch]:
        while self.count(start, many) > most:
            for form in range(self._forms[start]):
                yield from self._batches((*first, (start, form)), start + 1, many - 1, most)
            start += 1
        if self.count(start, many):
            yield Batch(self, first, start, many)

    def planes(self, start: int, many: int) -> dict[tuple[int, int], Plane]:
        """By thing and form the ways that take it."""
        self._tick()
        if many == 0 or self.count(start, many) == 0:
            return {}
        if many == 1:
            single = ((thing, form) for thing in range(start, len(self._forms)) for form in range(self._forms[thing]))
            return {taken: 1 << state for state, taken in enumerate(single)}
        found = self._planes.get((start, many))
        if found is None:
            with_it = self.count(start + 1, many - 1)
            forms = self._forms[start]
            shift = forms * with_it
            repeated = sum(1 << with_it * form for form in range(forms))
            found = {key: plane * repeated for key, plane in self.planes(start + 1, many - 1).items()}
            for key, plane in self.planes(start + 1, many).items():
                found[key] = found.get(key, 0) | plane << shift
            if with_it:
                each = (1 << with_it) - 1
                found |= {(start, form): each << with_it * form for form in range(forms)}
            self._planes[start, many] = found
        return found

    def way(self, start: int, many: int, number: int) -> Taken:
        """The way of a number."""
        taken: list[tuple[int, int]] = []
        while many:
            with_it = self.count(start + 1, many - 1)
            if number < self._forms[start] * with_it:
                taken.append((start, number // with_it))
                number %= with_it
                many -= 1
            else:
                number -= self._forms[start] * with_it
            start += 1
        return tuple(taken)
