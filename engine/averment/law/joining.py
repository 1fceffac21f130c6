"""The order in which a rule joins its patterns, and what it has to know of the facts that it meets.

A pattern all of whose variables are bound before, or needed nowhere else, asks only whether there is such a fact. So
the order prefers, by turns: such patterns, those that meet one fact at most, those that a variable leads to, and, to
begin with, the one that binds the most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from averment.core.mentions import patterns, reads, variables
from averment.core.program import Aggregate, Cell, Compare, FactType, Match, Program, Rule
from averment.core.steps import asks
from averment.dataclass import dataclass
from averment.ir.early import partners


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pattern asks of the facts of its type, by fields.

    ``keys`` have the value of a variable that is bound, ``binds`` give one its value; ``cells`` are tests, ``same``
    pairs of fields with equal values.
    """

    type: str
    keys: tuple[tuple[int, str], ...]
    binds: tuple[tuple[int, str], ...]
    cells: tuple[tuple[int, Cell], ...]
    same: tuple[tuple[int, int], ...]

    @property
    def fields(self) -> list[int]:
        """All that is looked at."""
        paired = (field for pair in self.same for field in pair)
        return sorted({*(field for field, _ in (*self.keys, *self.binds, *self.cells)), *paired})

    @property
    def plain(self) -> bool:
        """Whether any fact of the type will do."""
        return not (self.keys or self.binds or self.cells or self.same)


def asked(match: Match, bound: Mapping[str, str], wanted: Iterable[str] = ()) -> Asked:
    """What a pattern asks where these variables are bound, each by a variable that has its value."""
    keys: list[tuple[int, str]] = []
    first: dict[str, int] = {}
    same: list[tuple[int, int]] = []
    for index, name in match.binds:
        if name in bound:
            keys.append((index, bound[name]))
        elif name in first:
            same.append((first[name], index))
        else:
            first[name] = index
    binds = tuple((first[name], name) for name in first if name in set(wanted))
    return Asked(match.type, tuple(keys), binds, match.cells, tuple(same))


class Plan:
    """``steps`` are the patterns of a rule in order, the one at ``first`` before all others; with what each asks."""

    def __init__(self, rule: Rule, types: Mapping[str, FactType], first: int | None = None) -> None:
        self.rule, self._types = rule, types
        self._mentions = Counter(_mentions(rule))
        self.steps: list[tuple[int, Asked]] = []
        self.bound: dict[str, str] = {}
        rest = list(range(len(rule.matches)))
        while rest:
            place = first if first in rest else min(rest, key=self._rank)
            rest.remove(place)
            step = self._asked(place)
            self.steps.append((place, step))
            self.bound = self._after(place)
            self.bound.update((name, name) for _, name in step.binds)

    @property
    def loops(self) -> int:
        """How many steps go through facts, one by one."""
        return sum(
            not self._types[step.type].one and bool(step.binds) and not is_unique(self._types[step.type], step)
            for _, step in self.steps
        )

    def _asked(self, place: int) -> Asked:
        match = self.rule.matches[place]
        here = Counter(name for _, name in match.binds)
        wanted = [name for name in here if self._mentions[name] > here[name]]
        return asked(match, self._after(place), wanted)

    def _after(self, place: int) -> dict[str, str]:
        """The bound variables, and those of a pattern that a guard wants equal to one of them."""
        found = dict(self.bound)
        for _, name in self.rule.matches[place].binds:
            equal = [found[other] for other in partners(name, self.rule.early) if other in found]
            if name not in found and equal:
                found[name] = equal[0]
        return found

    def _rank(self, place: int) -> tuple[int, int]:
        match = self.rule.matches[place]
        kind, step = self._types[match.type], self._asked(place)
        if kind.one or not step.binds:
            return 0, 0
        if is_unique(kind, step):
            return 1, 0
        return (2, 0) if step.keys else (3, -len(step.binds))


class Join(NamedTuple):
    """One pattern of a rule in its turn: the fields that join, each with the variables any of which tells its value,
    those that give variables theirs, and the early guards that may be asked from then on.
    """

    place: int
    pattern: Match
    keys: tuple[tuple[int, tuple[str, ...]], ...]
    binds: tuple[tuple[int, str], ...]
    early: tuple[Compare, ...]


@dataclass(frozen=True, slots=True)
class Joining:
    """The patterns of a rule in the order in which they are joined, and whether some are ``apart``, sharing no variable
    with others; ``asks`` as of the rule, its guards that aggregate, and the types that it matches and looks at.
    """

    joins: tuple[Join, ...]
    apart: bool
    asks: int
    aggregates: tuple[Aggregate, ...]
    matched: tuple[str, ...]
    types: frozenset[str]


def joining(program: Program, rule: Rule, first: int | None = None) -> Joining:
    """How a rule joins, where the pattern at ``first``, if any, meets its facts before all others; found once.

    The order is that of ``Plan``, but that patterns which share no variable with others, and multiply whatever these
    find, come last.
    """
    key = rule.id, rule.alternative, first
    found = program.joinings.get(key)
    if found is None:
        found = program.joinings[key] = _joining(rule, program.types, first)
    assert isinstance(found, Joining)
    return found


def order(rule: Rule, types: Mapping[str, FactType], first: int | None = None) -> list[int]:
    """The patterns of a rule, by their places, in the order in which they are joined."""
    steps = Plan(rule, types, first).steps
    alone = [place for place, step in steps if place != first and not (types[step.type].one or step.keys or step.binds)]
    return [place for place, _ in steps if place not in alone] + alone


def _joining(rule: Rule, types: Mapping[str, FactType], first: int | None) -> Joining:
    joins: list[Join] = []
    bound: set[str] = set()
    for place in order(rule, types, first):
        match = rule.matches[place]
        keys: list[tuple[int, tuple[str, ...]]] = []
        binds: dict[str, int] = {}
        for field, name in match.binds:
            telling = tuple(other for other in (name, *partners(name, rule.early)) if other in bound)
            if telling:
                keys.append((field, telling))
            if name not in bound:
                binds.setdefault(name, field)
        waiting = [guard for guard in rule.early if not bound.issuperset(_sides(guard))]
        bound |= binds.keys()
        early = tuple(guard for guard in waiting if bound.issuperset(_sides(guard)))
        joins.append(Join(place, match, tuple(keys), tuple((field, name) for name, field in binds.items()), early))
    apart = any(not (types[join.pattern.type].one or join.keys or join.binds) for join in joins[1:])
    aggregates = tuple(guard for guard in rule.guards if isinstance(guard, Aggregate))
    matched = tuple(dict.fromkeys(match.type for match in rule.matches))
    return Joining(tuple(joins), apart, asks(rule), aggregates, matched, frozenset(reads(rule)))


def _sides(guard: Compare) -> tuple[str, ...]:
    return *variables(guard.left), *variables(guard.right)


def is_unique(kind: FactType, step: Asked) -> bool:
    """Whether at most one fact has the values of the keys."""
    return {index for index, _ in step.keys}.issuperset(kind.naming)


def told(rules: Iterable[Rule]) -> set[str]:
    """The types of which these rules ask more than whether there is a fact."""
    found: set[str] = set()
    for rule in rules:
        mentions = Counter(_mentions(rule))
        for match in patterns(rule):
            wanted = [name for _, name in match.binds if mentions[name] > 1]
            if match.cells or wanted:
                found.add(match.type)
        found.update(guard.match.type for guard in rule.guards if isinstance(guard, Aggregate))
    return found


def outer(rule: Rule) -> set[str]:
    """The variables that patterns of guards join with, where they have them."""
    bound = {name for match in rule.matches for _, name in match.binds}
    return bound | {guard.variable for guard in rule.guards if isinstance(guard, Aggregate)}


def _mentions(rule: Rule) -> Iterator[str]:
    """Every variable of a rule, each as often as it stands there."""
    for match in patterns(rule):
        for _, name in match.binds:
            yield name
    for guard in rule.guards:
        if isinstance(guard, Compare):
            yield from variables(guard.left)
            yield from variables(guard.right)
        elif isinstance(guard, Aggregate):
            yield guard.variable
    for head in rule.heads:
        for value in head.values:
            yield from variables(value)
