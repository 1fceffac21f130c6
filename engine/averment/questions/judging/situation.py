"""A case taken apart into its changeable fields, and put together again with other values in them.

A *slot* is one field of one given record that may hold another value: not a field of a record's key, which says which
record it is. A `one` type that the case does not mention has its one record, with every field unknown. Which records
there are never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from operator import itemgetter

from averment.core.naming import field_path
from averment.core.program import Fact, Field, Program, Value
from averment.core.values import fact_order
from averment.dataclass import dataclass
from averment.law.tick import Tick, on_and_on, paced
from averment.outcome.outcome import Decided


@dataclass(frozen=True)
class Telling:
    """A case as a question changes it."""

    name: str
    facts: tuple[Fact, ...]
    mentioned: frozenset[str]
    assumptions: frozenset[str] = frozenset()
    presumptions: frozenset[str] = frozenset()
    evidence: None = None  # of what is only asked


@dataclass(frozen=True, slots=True)
class Slot:
    """A changeable field: ``record`` is the index of its record in the situation, ``value`` what is given (or not)."""

    path: str
    type: str
    record: int
    index: int
    field: Field
    value: Value | None


Changes = Mapping[int, Value | None]
"""By the number of a slot the value it takes; ``None`` makes it unknown."""


@dataclass(frozen=True)
class Situation:
    """A program and a case for it. ``records`` are the case's, with a blank one for each `one` type left out.

    ``tick`` is called meanwhile whenever something of all of them is told.
    """

    program: Program
    case: Decided
    tick: Tick = on_and_on

    @cached_property
    def records(self) -> tuple[Fact, ...]:
        given = list(self.case.facts)
        held = {fact.type for fact in given}
        for name, type in self.program.types.items():
            if type.one and not type.derived and name not in held:
                given.append(Fact(name, (None,) * len(type.fields)))
        return tuple(given)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Every changeable field, in the order the vocabulary declares them, of records in the order of the case."""
        found: list[Slot] = []
        for record, fact in paced(self._in_order(), self.tick):
            type = self.program.types[fact.type]
            for index, field in enumerate(type.fields):
                if type.one or field.name not in type.key:
                    path = field_path(type, fact, index)
                    found.append(Slot(path, fact.type, record, index, field, fact.values[index]))
        return tuple(found)

    def _in_order(self) -> list[tuple[int, Fact]]:
        order = {name: place for place, name in enumerate(self.program.types)}
        return sorted(enumerate(self.records), key=lambda entry: (order[entry[1].type], entry[0]))

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each slot, by its path."""
        return {slot.path: number for number, slot in enumerate(self.slots)}

    def told(self, changes: Changes, name: str = "") -> Telling:
        """The case under changes."""
        records = list(self.records)
        for number, value in changes.items():
            slot = self.slots[number]
            values = list(records[slot.record].values)
            values[slot.index] = value
            records[slot.record] = Fact(slot.type, tuple(values))
        kept = [(fact_order(fact), fact) for fact in paced(records, self.tick) if self._matters(fact)]
        touched = {self.slots[number].path for number in changes}
        return Telling(
            name or self.case.name,
            tuple(fact for _, fact in sorted(kept, key=itemgetter(0))),
            self.case.mentioned | {fact.type for _, fact in kept},
            self.case.assumptions - touched,
            self.case.presumptions - touched,
        )

    def _matters(self, fact: Fact) -> bool:
        """Whether a record is more than the blank one of a type that the case does not mention."""
        return fact.type in self.case.mentioned or any(value is not None for value in fact.values)

    @cached_property
    def unspoken(self) -> tuple[str, ...]:
        """The types of which the case does not say whether there are any records (`absent: unknown`)."""
        types = self.program.types.items()
        return tuple(name for name, type in types if type.absent_unknown and name not in self.case.mentioned)
