"""One rule as the engine's patterns, within the part of its language that it answers rightly.

The `one` types of a case are one engine fact, so a rule over several of them is one pattern and needs no join. A join
is a flat conjunction that ends in a join which is always true; every attribute that is joined is guarded against
absence on both sides. Guards are the law's; but the early ones, which compare two variables, are given to the engine as
well, to spare it the matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from averment.backends.durable.layout import ANCHOR, Attributes, Condition, Layout
from averment.core.program import Program, Rule, Variable

Place = tuple[int, int]  # a pattern of the rule, and a field of the fact that it matches
WIDE = ""  # the kind of the one engine fact that stands for all `one` types; any other kind is a fact type
_MAXIMUM_JOINS = 20  # conditions that join one pattern; the engine takes some 25, and any more are compared afterwards


def grouped(program: Program, rule: Rule) -> list[tuple[str, list[int]]]:
    """The engine's patterns of a rule: the kind of fact, and the rule's own patterns that are in it."""
    together = [place for place, match in enumerate(rule.matches) if program.types[match.type].one]
    alone = [(match.type, [place]) for place, match in enumerate(rule.matches) if not program.types[match.type].one]
    return [(WIDE, together), *alone] if together or not alone else alone


def likeness(rule: Rule) -> object:
    """What two rules share just when their patterns would be the same."""
    return tuple((match.type, match.cells, match.binds) for match in rule.matches), rule.early


class Patterns:
    """A rule written for the engine.

    ``written`` are its patterns, each under its alias. ``first`` tells where each variable is bound, ``equal`` which
    fields are still to be compared in a match.
    """

    def __init__(self, program: Program, rule: Rule, layout: Callable[[str], Layout]) -> None:
        self._program, self._rule = program, rule
        groups = [(layout(kind), places) for kind, places in grouped(program, rule)]
        self._at = {place: (position, own) for position, (own, places) in enumerate(groups) for place in places}
        self._joins: list[list[Condition]] = [[] for _ in groups]
        self._guards: list[dict[str, None]] = [{} for _ in groups]
        self.first: dict[str, Place] = {}
        self.equal: list[tuple[Place, Place]] = []
        for place in self._at:  # in the engine's order
            for field, name in rule.matches[place].binds:
                first = self.first.setdefault(name, (place, field))
                if first != (place, field) and not self._join("", first, (place, field)):
                    self.equal.append((first, (place, field)))
        self._early()
        self.written = [
            {f"m{position}": {"$and": list(self._conditions(position, own, places))}}
            for position, (own, places) in enumerate(groups)
        ]

    def _early(self) -> None:
        for guard in self._rule.early:
            assert isinstance(guard.left, Variable) and isinstance(guard.right, Variable)
            bound = self.first[guard.left.name], self.first[guard.right.name]
            places = sorted(bound, key=lambda place: self._at[place[0]][0])
            self._join("$neq" if guard.operator == "!=" else "", *places)

    def _join(self, operator: str, earlier: Place, later: Place) -> bool:
        """Have the engine compare two fields; false where they are in one pattern, or too many are compared."""
        (before, left), (after, right) = self._at[earlier[0]], self._at[later[0]]
        if before == after or len(self._joins[after]) >= _MAXIMUM_JOINS:
            return False
        theirs, ours = left.code(self._slot(earlier)), right.code(self._slot(later))
        self._guards[before][theirs] = self._guards[after][ours] = None
        join: Condition = {ours: {f"m{before}": theirs}}
        self._joins[after].append({operator: join} if operator else join)
        return True

    def _conditions(self, position: int, layout: Layout, places: list[int]) -> Iterator[Condition]:
        yield layout.mark()
        tests: list[Condition] = []
        for place in places:
            match = self._rule.matches[place]
            for index, cell in match.cells:
                tests += self._slot((place, index)).conditions(cell, layout.name)
            celled = {index for index, _ in match.cells}
            tests += [layout.known(self._slot((place, index))) for index, _ in match.binds if index not in celled]
        for number, test in enumerate(tests):
            if test not in tests[:number]:
                yield test
        for name in self._guards[position]:
            yield {"$ex": {name: 1}}
        yield from self._joins[position]
        if position:
            yield {ANCHOR: {"m0": ANCHOR}}

    def _slot(self, place: Place) -> Attributes:
        type = self._rule.matches[place[0]].type
        return self._at[place[0]][1].slot(type, place[1], self._program.types[type].fields[place[1]])
