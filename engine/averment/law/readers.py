"""Which rules a new fact is news to: their patterns, found by the constants that they ask for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from averment.core.program import Rule, Value
from averment.law.cells import points

Place = tuple[int, int]  # the number of a rule, and which of its patterns


class Readers:
    """The patterns of some rules by type, and by the first field whose cell passes only few values.

    So a fact costs the patterns that it may match, however many rules look at its type.
    """

    def __init__(self, rules: Iterable[tuple[int, Rule]]) -> None:
        self._any: dict[str, list[Place]] = {}
        self._by_value: dict[str, dict[int, dict[Value, list[Place]]]] = {}
        for number, rule in rules:
            for place, match in enumerate(rule.matches):
                few = ((field, found) for field, cell in match.cells if (found := points(cell)) is not None)
                field, wanted = next(few, (-1, ()))
                if field < 0:
                    self._any.setdefault(match.type, []).append((number, place))
                for value in wanted:
                    table = self._by_value.setdefault(match.type, {}).setdefault(field, {})
                    table.setdefault(value, []).append((number, place))

    def meeting(self, type: str, values: Sequence[Value | None]) -> Iterator[Place]:
        """The patterns that a fact may match; a value that is None, or a set, may be any."""
        yield from self._any.get(type, ())
        for field, table in self._by_value.get(type, {}).items():
            value = values[field]
            if value is None or isinstance(value, frozenset):
                yield from dict.fromkeys(place for places in table.values() for place in places)
            else:
                yield from table.get(value, ())


class Agenda:
    """Rules by their numbers, to be run one after the other, and again where there is a new fact they may match."""

    def __init__(self, rules: Iterable[tuple[int, Rule]]) -> None:
        numbered = [*rules]
        self._readers = Readers(numbered)
        self._waiting = deque(number for number, _ in numbered)
        self._queued = set(self._waiting)

    def __iter__(self) -> Iterator[int]:
        while self._waiting:
            number = self._waiting.popleft()
            self._queued.remove(number)
            yield number

    def tell(self, type: str, values: Sequence[Value | None]) -> None:
        """There is a new fact (see ``Readers.meeting``)."""
        met = {number for number, _ in self._readers.meeting(type, values)} - self._queued
        self._waiting.extend(sorted(met))
        self._queued |= met
