"""Working memory: the set of facts that are true and of those that are only possible, found by type and field value.

A possible fact with an unknown field stands for any number of facts; a true fact with unknown fields (a given record)
stands for exactly one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from averment.ir.program import Fact, FactType, Program, Value
from averment.law.truth import TRUE, UNKNOWN, Truth


class Memory:
    """Facts by type. ``uncertain`` tells whether anything in it is unknown or merely possible."""

    def __init__(self, program: Program, given: Iterable[Fact], mentioned: Collection[str] | None) -> None:
        """``given`` are the records of a case; ``mentioned`` the types it speaks of, if only with an empty list.

        What a case leaves out is unknown: a blank record of each ``one`` type, and one of each type that is
        ``absent: unknown`` and not mentioned. With ``None`` instead the memory holds just these facts.
        """
        self.types = program.types
        self.truths: dict[Fact, Truth] = {}
        self.uncertain = False
        self._facts: dict[str, list[Fact]] = {name: [] for name in program.types}
        self._indexes: dict[str, dict[int, dict[Value | None, list[Fact]]]] = {}
        for fact in given:
            self.add(fact, TRUE)
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
            self._file(fact)
        if truth is UNKNOWN:
            self.uncertain = True
        return True

    def learn(self, facts: Iterable[Fact]) -> list[Fact]:
        """Hold facts as true; those of them that are news."""
        truths = self.truths
        news: list[Fact] = []
        for fact in facts:
            if fact not in truths:
                truths[fact] = TRUE
                self._file(fact)
                news.append(fact)
            elif self.add(fact, TRUE):
                news.append(fact)
        return news

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

    def _file(self, fact: Fact) -> None:
        type, values = fact
        self._facts[type].append(fact)
        if type in self._indexes:
            for index, found in self._indexes[type].items():
                found.setdefault(values[index], []).append(fact)
        if None in values:
            self.uncertain = True

    def unbounded(self, fact: Fact) -> bool:
        """Whether ``fact`` may stand for more than one fact."""
        return None in fact.values and self.truths[fact] is UNKNOWN


def _blank(type: FactType) -> Fact:
    return Fact(type.name, (None,) * len(type.fields))
