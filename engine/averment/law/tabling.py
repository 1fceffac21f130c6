"""What grounding leaves to be joined case by case: the rules, and the types whose facts are then held by rows.

A rule that reads a type held by rows is joined; a type of which a joined rule derives facts that are not constant is
held by rows. ``Tabling`` starts from the types and rules it is told and adds no more than these two sentences demand.
"""

from __future__ import annotations

from collections.abc import Iterable

from averment.core.mentions import reads
from averment.core.program import Literal, Program


class Tabling:
    """Types by name and rules by their index in ``Program.rules``; both only ever grow."""

    def __init__(self, program: Program, tables: Iterable[str]) -> None:
        self.tables: set[str] = set()
        self.joined: set[int] = set()
        self._readers: dict[str, list[int]] = {name: [] for name in program.types}
        for number, rule in enumerate(program.rules):
            for name in dict.fromkeys(reads(rule)):
                self._readers[name].append(number)
        self._made = [
            [head.type for head in rule.heads if not all(isinstance(value, Literal) for value in head.values)]
            for rule in program.rules
        ]
        self.add(tables, ())

    def add(self, tables: Iterable[str], joined: Iterable[int]) -> None:
        """Hold these types by rows and join these rules, and all that follows from it."""
        types, rules = [*tables], [*joined]
        while types or rules:
            if types:
                name = types.pop()
                if name not in self.tables:
                    self.tables.add(name)
                    rules += self._readers[name]
            else:
                number = rules.pop()
                if number not in self.joined:
                    self.joined.add(number)
                    types += self._made[number]
