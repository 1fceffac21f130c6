"""Ways that take one thing more, in each of its forms: by planes, without writing them out.

Ways that are to take the same thing in as many forms stand together in a block: first all of them with its first form,
then all with its second. So what they have taken so far is told once for a block and repeated by a multiplication.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from averment.questions.judging.choices import Plane, Taken

UNSET = -1  # the form of a thing that is still unknown


class Grown:
    """``ways`` that have taken their first ``at`` things, and take the next in so many forms each."""

    def __init__(self, ways: Iterable[tuple[Taken, int]], at: int) -> None:
        blocks: dict[tuple[int, int], list[Taken]] = {}
        for way, forms in ways:
            if forms:
                blocks.setdefault((way[at][0], forms), []).append(way)
        self._at = at
        self._starts: list[int] = []
        self._blocks: list[tuple[int, list[Taken]]] = []
        self.size = 0
        self.planes: dict[tuple[int, int], Plane] = {}
        for (place, forms), some in blocks.items():
            self._starts.append(self.size)
            self._blocks.append((place, some))
            many = len(some)
            repeated = sum(1 << many * form for form in range(forms)) << self.size
            for taken, plane in taken_by(some).items():
                if taken[0] != place:
                    self.planes[taken] = self.planes.get(taken, 0) | plane * repeated
            each = (1 << many) - 1 << self.size
            for form in range(forms):
                self.planes[place, form] = self.planes.get((place, form), 0) | each << many * form
            self.size += many * forms

    def way(self, state: int) -> Taken:
        """The way of a state."""
        block = bisect_right(self._starts, state) - 1
        place, some = self._blocks[block]
        form, number = divmod(state - self._starts[block], len(some))
        way = some[number]
        return (*way[: self._at], (place, form), *way[self._at + 1 :])


def taken_by(ways: list[Taken]) -> dict[tuple[int, int], Plane]:
    """By thing and form the ways that take it."""
    marks: dict[tuple[int, int], bytearray] = {}
    blank, last = b"0" * len(ways), len(ways) - 1
    for state, way in enumerate(ways):
        for taken in way:
            mark = marks.get(taken)
            if mark is None:
                mark = marks[taken] = bytearray(blank)
            mark[last - state] = 49  # the digit 1
    return {taken: int(mark, 2) for taken, mark in marks.items()}
