"""Working memory: the set of facts that are true and of those that are only possible, found by type and field value.

A possible fact with an unknown field stands for any number of facts; a true fact with unknown fields (a given record)
stands for exactly one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from averment.ir.program import Fact, FactType, Program, Value
from averment.law.tick import Tick, on_and_on, paced
from averment.law.truth import TRUE, UNKNOWN, Truth


class Memory:
    """Facts by type. ``uncertain`` tells whether anything in it is unknown or merely possible; ``tick`` is called
    again and again while facts are held and whenever a pattern is matched against it.
    """

    def __init__(
        self,
        program: Program,
        given: Iterable[Fact],
        mentioned: Collection[str] | None,
        tick: Tick = on_and_on,
    ) -> None:
        """``given`` are the records of a case; ``mentioned`` the types it speaks of, if only with an empty list.

        What a case leaves out is unknown: a blank record of each ``one`` type, and one of each type that is
        ``absent: unknown`` and not mentioned. With ``None`` instead the memory holds just these facts.
        """
        self.types, self.tick = program.types, tick
        self.truths: dict[Fact, Truth] = {}
        self.uncertain = False
        self._facts: dict[str, list[Fact]] = {name: [] for name in program.types}
        self._indexes: dict[str, dict[int, dict[Value | None, list[Fact]]]] = {}
        self.learn(given)
        if mentioned is None:
            return
        for name, kind in program.types.items():
            if kind.one:
                if not self._facts[name]:
                    self.add(_blank(kind), TRUE)
            elif kind.absent_unknown and name not in mentioned:
                self.add(_blank(kind), UNKNOWN)

    def add(self, fact: Fact, truth: Truth) -> bool:
        """Hold ``fact``; whether that is news. What is true is never made merely possible."""
        held = self.truths.get(fact)
        if held is not None and held >= truth:
            return False
        self.truths[fact] = truth
        if held is None:
            self._file((fact,))
        if truth is UNKNOWN:
            self.uncertain = True
        return True

    def learn(self, facts: Iterable[Fact]) -> list[Fact]:
        """Hold facts as true; those of them that are news."""
        truths = self.truths
        size = len(truths)
        news: list[Fact] = []
        raised: list[Fact] = []
        for fact in paced(facts, self.tick):
            held = truths.setdefault(fact, TRUE)
            if len(truths) > size:
                size += 1
                news.append(fact)
            elif held is not TRUE:
                truths[fact] = TRUE
                raised.append(fact)
        self._file(news)
        return news + raised

    def of(self, type: str) -> list[Fact]:
        """Every fact of a type, true or possible."""
        return self._facts[type]

    def true(self, type: str) -> Iterator[Fact]:
        """The true facts of a type."""
        return (fact for fact in self._facts[type] if self.truths[fact] is TRUE)

    def holds(self, facts: Iterable[Fact]) -> bool:
        """Whether all of these are true."""
        return all(self.truths.get(fact) is TRUE for fact in facts)

    def candidates(self, type: str, field: int, value: Value) -> list[Fact]:
        """The facts of ``type`` whose ``field`` is, or may be, ``value``."""
        indexes = self._indexes.setdefault(type, {})
        index = indexes.get(field)
        if index is None:
            index = indexes[field] = {}
            for fact in self._facts[type]:
                index.setdefault(fact.values[field], []).append(fact)
        unknown = index.get(None)
        known = index.get(value, [])
        return known + unknown if unknown else known

    def _file(self, facts: Iterable[Fact]) -> None:
        filed, indexes = self._facts, self._indexes
        for fact in facts:
            type, values = fact
            filed[type].append(fact)
            if type in indexes:
                for index, found in indexes[type].items():
                    found.setdefault(values[index], []).append(fact)
            if None in values:
                self.uncertain = True

    def unbounded(self, fact: Fact) -> bool:
        """Whether ``fact`` may stand for more than one fact."""
        return None in fact.values and self.truths[fact] is UNKNOWN


def _blank(type: FactType) -> Fact:
    return Fact(type.name, (None,) * len(type.fields))
