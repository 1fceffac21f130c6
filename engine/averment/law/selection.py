"""The facts that a pattern may match by its cells alone, and those of them that agree with what is bound before.

Both are found once and grow with working memory, so that a pattern costs what it matches and not what it looks at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from averment.core.program import Fact, Match, Value
from averment.law.cells import passes
from averment.law.truth import FALSE

Wanted = tuple[Value, ...]


class Index:
    """Facts by their values in some fields; ``gaps`` are the sets of these fields that are unknown in some fact."""

    __slots__ = ("fields", "gaps", "read", "table")

    def __init__(self, fields: tuple[int, ...]) -> None:
        self.fields, self.read = fields, 0
        self.table: dict[object, list[Fact]] = {}
        self.gaps: dict[tuple[bool, ...], None] = {}

    def take(self, facts: list[Fact]) -> int:
        """Take in what is new of these facts; how many that were."""
        new = len(facts) - self.read
        for fact in islice(facts, self.read, None):
            key = tuple([fact[1][field] for field in self.fields])
            if None in key:
                self.gaps[tuple([value is None for value in key])] = None
            self.table.setdefault(key, []).append(fact)
        self.read += new
        return new

    def bucket(self, key: tuple[Value | None, ...]) -> list[Fact]:
        """What is, and will be, kept of the facts that have just these values."""
        return self.table.setdefault(key, [])

    def agreeing(self, wanted: Wanted) -> list[Fact]:
        """The facts that have, or may have, these values."""
        found = self.table.get(wanted, [])
        for gap in self.gaps:
            key = tuple([None if unknown else value for unknown, value in zip(gap, wanted, strict=True)])
            if more := self.table.get(key):
                found = found + more
        return found


class Selection:
    """Those of ``sources`` that may pass the cells of ``pattern``, and in which a variable it has twice may be one
    value; without a pattern all of the one source. ``through``: the fields by which the sources are an index's.
    """

    __slots__ = ("_cells", "_indexes", "_read", "_same", "_sources", "facts", "through")

    def __init__(
        self, sources: Sequence[list[Fact]], pattern: Match | None = None, through: tuple[int, ...] = ()
    ) -> None:
        self.through = through
        self._sources, self._read = sources, [0] * len(sources)
        self._cells, self._same = (pattern.cells, repeated(pattern)) if pattern else ((), ())
        self._indexes: dict[tuple[int, ...], Index] = {}
        self.facts: list[Fact] = [] if pattern else sources[0]

    def take(self) -> int:
        """Take in what is new of the sources; how many facts that were."""
        new = 0
        if self.facts is self._sources[0]:
            return new
        for number, source in enumerate(self._sources):
            read = self._read[number]
            if read < len(source):
                if len(self._cells) == 1 and not self._same:
                    ((field, cell),) = self._cells
                    self.facts += [
                        fact for fact in islice(source, read, None) if passes(cell, fact[1][field]) is not FALSE
                    ]
                else:
                    self.facts += [fact for fact in islice(source, read, None) if self._passes(fact)]
                new += len(source) - read
                self._read[number] = len(source)
        return new

    def index(self, fields: tuple[int, ...]) -> Index:
        """The index by these fields; what is new is not in it yet."""
        found = self._indexes.get(fields)
        if found is None:
            found = self._indexes[fields] = Index(fields)
        return found

    def _passes(self, fact: Fact) -> bool:
        values = fact[1]
        for field, cell in self._cells:
            if passes(cell, values[field]) is FALSE:
                return False
        for one, other in self._same:
            if values[one] != values[other] and values[one] is not None and values[other] is not None:
                return False
        return True


def repeated(pattern: Match) -> tuple[tuple[int, int], ...]:
    """The fields that a pattern binds to a variable it has bound before, each with the field that was first."""
    first: dict[str, int] = {}
    return tuple((index, first[name]) for index, name in pattern.binds if first.setdefault(name, index) != index)
