"""How a program looks at each field: with which bounds and words, joined with which others, and whether it reckons.

Fields and variables that meet (a join, a comparison of two variables, a fact derived from a variable) form a *group*.
Within a group only the order and equality of values and the group's own constants decide anything, unless the group
is *reckoned with*: added, multiplied, summed, or compared with a count. Only the rules that bear on the outcome
count: those the claim depends on, and those that may find that a case has no lawful outcome.
"""

from __future__ import annotations

from dataclasses import field

from averment.core.aggregates import AGGREGATES
from averment.core.mentions import reads
from averment.core.program import (
    Aggregate,
    Arithmetic,
    Cell,
    Compare,
    Expression,
    Known,
    Literal,
    Match,
    Program,
    Ranges,
    Rule,
    Size,
    Value,
    Variable,
)
from averment.core.text_tests import Part
from averment.dataclass import dataclass
from averment.ir.ranges import may_fail, may_leave, ranges

Place = tuple[str, int] | tuple[int, str]
"""A field of a type, or a variable of a rule (by the rule's number)."""


@dataclass
class Group:
    """What fields that meet have in common. ``bounds`` are encoded numbers on either side of which truth may differ."""

    bounds: set[int] = field(default_factory=set[int])
    words: set[Value] = field(default_factory=set[Value])
    parts: set[Part] = field(default_factory=set[Part])
    meetings: int = 0
    sized: bool = False
    reckoned: bool = False
    fields: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    @property
    def joined(self) -> bool:
        """Whether values of the group meet each other, and not only constants."""
        return self.meetings > 1


class Uses:
    """The groups of a program. ``read`` are the fields that some bearing rule looks at."""

    def __init__(self, program: Program) -> None:
        self._above: dict[Place, Place] = {}
        self._groups: dict[Place, Group] = {}
        self.rules = bearing_rules(program)
        self.read: set[tuple[str, int]] = set()
        for number, rule in enumerate(self.rules):
            self._rule(number, rule)
        for type, index in self.read:
            for fact in program.data[type].facts if type in program.data else ():
                self._constant(self._group((type, index)), fact.values[index])
        for type, index in self.read:
            self.group(type, index).fields.add((type, index))

    def group(self, type: str, index: int) -> Group:
        """The group of a field."""
        return self._group((type, index))

    def _rule(self, number: int, rule: Rule) -> None:
        for match in rule.matches:
            self._match(number, match)
        for guard in rule.guards:
            if isinstance(guard, Compare):
                self._compare(number, guard)
                continue
            self._match(number, guard.match)
            if isinstance(guard, Known):
                self.read.add((guard.match.type, guard.field))
            elif isinstance(guard, Aggregate):
                self._aggregate(number, guard)
        for head in rule.heads:
            for index, expression in enumerate(head.values):
                self._meet(number, expression, (head.type, index))

    def _match(self, number: int, match: Match) -> None:
        for index, cell in match.cells:
            self.read.add((match.type, index))
            self._cell(self._group((match.type, index)), cell)
        for index, variable in match.binds:
            self.read.add((match.type, index))
            self._unite((match.type, index), (number, variable))

    @staticmethod
    def _cell(group: Group, cell: Cell) -> None:
        if isinstance(cell, Ranges):
            for low, high in cell.ranges:
                group.bounds |= set(() if low is None else (low - 1, low)) | set(
                    () if high is None else (high, high + 1)
                )
        else:
            group.words |= cell.values
            group.parts |= cell.parts

    def _aggregate(self, number: int, guard: Aggregate) -> None:
        result: Place = number, guard.variable
        if guard.field is not None:
            self.read.add((guard.match.type, guard.field))
            if AGGREGATES[guard.function].adds:
                self._group((guard.match.type, guard.field)).reckoned = True
            else:
                self._unite((guard.match.type, guard.field), result)
                return
        self._group(result).reckoned = True

    def _compare(self, number: int, guard: Compare) -> None:
        left, right = guard.left, guard.right
        if isinstance(left, Literal):
            left, right = right, left
        if isinstance(left, Variable):
            self._meet(number, right, (number, left.name))
        elif isinstance(left, Size) and isinstance(right, Literal):
            self._group((number, left.name)).sized = True
        else:
            self._reckon(number, left)
            self._reckon(number, right)

    def _meet(self, number: int, expression: Expression, place: Place) -> None:
        """What an expression brings to the place it is compared with, or derives."""
        match expression:
            case Literal(value):
                self._constant(self._group(place), value)
            case Variable(name):
                self._unite(place, (number, name))
            case _:
                self._group(place).reckoned = True
                self._reckon(number, expression)

    @staticmethod
    def _constant(group: Group, value: Value | None) -> None:
        """Add what the values of a group meet in a rule, or in data of the pack."""
        if isinstance(value, int) and not isinstance(value, bool):
            group.bounds |= {value - 1, value, value + 1}
        elif isinstance(value, frozenset):
            group.words |= value
        elif value is not None:
            group.words.add(value)

    def _reckon(self, number: int, expression: Expression) -> None:
        match expression:
            case Literal():
                return
            case Variable(name):
                self._group((number, name)).reckoned = True
            case Size(name):
                self._group((number, name)).sized = True
            case Arithmetic(_, left, right):
                self._reckon(number, left)
                self._reckon(number, right)

    # --- union-find (Tarjan 1975) ---------------------------------------------------------------------------------

    def _root(self, place: Place) -> Place:
        while (above := self._above.get(place, place)) != place:
            self._above[place] = self._above.get(above, above)
            place = above
        return place

    def _group(self, place: Place) -> Group:
        return self._groups.setdefault(self._root(place), Group())

    def _unite(self, one: Place, other: Place) -> None:
        left, right = self._root(one), self._root(other)
        if left == right:
            self._group(left).meetings += 1
            return
        kept, gone = self._group(left), self._group(right)
        kept.bounds |= gone.bounds
        kept.words |= gone.words
        kept.parts |= gone.parts
        kept.meetings += gone.meetings + 1
        kept.sized |= gone.sized
        kept.reckoned |= gone.reckoned
        self._above[right] = left
        del self._groups[right]


def bearing_rules(program: Program) -> tuple[Rule, ...]:
    """The rules that a claim depends on, or that may leave a case without a lawful outcome."""
    needed = {program.claim.type}
    bearing: set[int] = set()
    rules = program.rules
    failing = {number for number, rule in enumerate(rules) if _may_fail(program, rule)}
    size = -1
    while size != len(bearing):
        size = len(bearing)
        for number, rule in enumerate(rules):
            if number not in bearing and (number in failing or any(head.type in needed for head in rule.heads)):
                bearing.add(number)
                needed |= set(reads(rule))
    return tuple(rules[number] for number in sorted(bearing))


def _may_fail(program: Program, rule: Rule) -> bool:
    """Whether a calculation may have no lawful value, or a derived value may leave its field's range."""
    variables = ranges(rule.matches, rule.guards, program.types)
    return may_leave(rule, variables, program.types) or any(
        may_fail(guard, variables, program.types) for guard in rule.guards
    )
