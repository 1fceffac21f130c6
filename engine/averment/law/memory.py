"""Working memory: the set of facts that are true and of those that are only possible, found by type and field value.

A possible fact with an unknown field stands for any number of facts; a true fact with unknown fields (a given record)
stands for exactly one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from averment.ir.program import Fact, Program, Value
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
        self._indexes: dict[tuple[str, int], dict[Value | None, list[Fact]]] = {}
        for fact in given:
            self.add(fact, TRUE)
        if mentioned is None:
            return
        for name, kind in program.types.items():
            nothing = Fact(name, (None,) * len(kind.fields))
            if kind.one and not self._facts[name]:
                self.add(nothing, TRUE)
            elif kind.absent_unknown and name not in mentioned:
                self.add(nothing, UNKNOWN)

    def add(self, fact: Fact, truth: Truth) -> bool:
        """Hold ``fact``; whether that is news. What is true is never made merely possible."""
        held = self.truths.get(fact)
        if held is not None and held >= truth:
            return False
        self.truths[fact] = truth
        if held is None:
            self._facts[fact.type].append(fact)
            for index, value in enumerate(fact.values):
                found = self._indexes.get((fact.type, index))
                if found is not None:
                    found.setdefault(value, []).append(fact)
        if truth is UNKNOWN or None in fact.values:
            self.uncertain = True
        return True

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
        index = self._indexes.get((type, field))
        if index is None:
            index = self._indexes[type, field] = {}
            for fact in self._facts[type]:
                index.setdefault(fact.values[field], []).append(fact)
        unknown = index.get(None)
        known = index.get(value, [])
        return known + unknown if unknown else known

    def unbounded(self, fact: Fact) -> bool:
        """Whether ``fact`` may stand for more than one fact."""
        return None in fact.values and self.truths[fact] is UNKNOWN
