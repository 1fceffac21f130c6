"""A ``not`` of several conditions, said in what a program has: a fact of a type of its own, and that there is none.

Where the denied conditions hold together an *inner* rule derives a fact, and the rule asks that there be no such fact
for what its variables stand for. The fact has a field for each outer variable that a denied pattern joins with. What
else is used of outer variables, in comparisons, is taken from the outer patterns that bind them: the inner rule matches
these too, and the fact has what names their records, so that what is unknown of one record leaves nothing open of
another. The cells of such a pattern are asked by the rule itself; they stand in the inner rule, with the rule's other
conditions, only where something denied may be without a lawful value: that is an error of the case only where none of
them is false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from averment.core.aggregates import AGGREGATES, part_names
from averment.core.program import (
    Aggregate,
    Compare,
    Expression,
    FactType,
    Field,
    Guard,
    Head,
    Kind,
    Literal,
    Match,
    Rule,
    Variable,
)
from averment.dataclass import dataclass
from averment.model.model import (
    AggregateOf,
    AnyOf,
    Computed,
    Condition,
    NotAll,
    Operand,
    Pattern,
    SizeUse,
    Term,
    Test,
    Use,
)

_JOINS_NOTHING = Field("_", Kind.BOOLEAN)


@dataclass(slots=True)
class Domain:
    """What an inner rule has of the rule around it: patterns, aggregates and comparisons, none of them told, and what
    names the records of the patterns: variables, each with its field.
    """

    matches: list[Match] = field(default_factory=list[Match])
    aggregates: list[Aggregate] = field(default_factory=list[Aggregate])
    guards: list[Guard] = field(default_factory=list[Guard])
    naming: dict[str, Field] = field(default_factory=dict[str, Field])

    @property
    def bound(self) -> set[str]:
        return _bound(self.matches) | {each.variable for each in self.aggregates}

    def rename(self, names: set[str], fresh: Iterator[str]) -> None:
        """Have what aggregates come to under other names than these, and be equal to them."""
        for place, aggregate in enumerate(self.aggregates):
            if aggregate.variable in names:
                name = next(fresh)
                self.aggregates[place] = replace(aggregate, variable=name)
                self.guards.append(Compare("=", Variable(aggregate.variable), Variable(name)))


@dataclass(slots=True)
class Outer:
    """A rule around denied conditions, as far as it is lowered. ``types`` are those of its patterns, by name."""

    matches: list[Match]
    aggregates: Sequence[Aggregate]
    guards: Sequence[Guard]
    types: Mapping[str, FactType]

    @property
    def bound(self) -> set[str]:
        return _bound(self.matches) | {each.variable for each in self.aggregates}

    def domain(self, denied: Sequence[Condition], fresh: Iterator[str]) -> Domain:
        """What denied conditions need of it. The patterns among that come to bind what names their records."""
        bound = self.bound
        needed = {part for name in mentioned(denied) for part in (name, *part_names(name))}
        needed &= bound - set(joined(denied))
        whole = any(map(_may_err, denied))
        places: set[int] = set(range(len(self.matches))) if whole else set()
        domain = Domain()
        while needed:
            name = needed.pop()
            if name in domain.bound or any(name in dict(self.matches[place].binds).values() for place in places):
                continue
            of = [place for place, match in enumerate(self.matches) if name in dict(match.binds).values()]
            if of:
                places.add(min(of, key=lambda place: self.types[self.matches[place].type].derived))
                continue
            aggregate = next(each for each in self.aggregates if each.variable == name)
            domain.aggregates.append(replace(aggregate, origin=None))
            needed |= {other for _, other in aggregate.match.binds if other in bound}
        for place in sorted(places):
            match = self._named(place, domain, fresh)
            asks = whole or self.types[match.type].derived  # of a derived fact every cell is true or false
            domain.matches.append(replace(match, cells=match.cells if asks else (), origin=None))
        if whole:
            domain.aggregates = [replace(aggregate, origin=None) for aggregate in self.aggregates]
            domain.guards += [
                replace(guard, origin=None, lenient=True) if isinstance(guard, Compare) else replace(guard, origin=None)
                for guard in self.guards
            ]
            domain.rename({*joined(denied)}, fresh)
        return domain

    def _named(self, place: int, domain: Domain, fresh: Iterator[str]) -> Match:
        match = self.matches[place]
        type, binds = self.types[match.type], list(match.binds)
        for index in type.naming:
            name = next((name for bound, name in binds if bound == index), "")
            if not name:
                name = next(fresh)
                binds.append((index, name))
            domain.naming[name] = type.fields[index]
        self.matches[place] = replace(match, binds=tuple(binds))
        return self.matches[place]


def inner_head(rule: str, number: int, names: Iterable[str]) -> Head:
    """The fact that the inner rule of this number derives, with the values of these variables."""
    plain = re.sub(r"[^a-z0-9]", lambda found: f"_{ord(found[0]):x}_", rule)
    values: list[Expression] = [Variable(name) for name in sorted(names)]
    return Head(f"_{number}_{plain}", tuple(values or [Literal(True)]))  # a name that no author can have written


def inner_type(rule: Rule) -> FactType:
    """The type of the fact that an inner rule derives."""
    (head,), shown = rule.heads, {entry.variable: entry.field for entry in rule.shown}
    fields = [
        replace(shown[value.name], name=value.name, default=None, presumption=None)
        if isinstance(value, Variable)
        else _JOINS_NOTHING
        for value in head.values
    ]
    return FactType(head.type, tuple(fields), derived=True, inner=True)


def joined(conditions: Iterable[Condition]) -> dict[str, Field]:
    """The variables that the patterns among conditions bind or join with, and the field of each."""
    found: dict[str, Field] = {}
    for condition in conditions:
        if isinstance(condition, Pattern):
            for bind in condition.binds:
                found.setdefault(bind.variable, condition.type.fields[bind.field])
    return found


def mentioned(conditions: Iterable[Condition]) -> Iterator[str]:
    """The variables that stand anywhere in conditions."""
    for condition in conditions:
        match condition:
            case Test():
                yield from _in(condition.left)
                yield from _in(condition.right)
            case NotAll():
                yield from mentioned(condition.conditions)
            case AnyOf():
                for alternative in condition.alternatives:
                    yield from mentioned(alternative)
            case _:
                pattern = condition if isinstance(condition, Pattern) else condition.pattern
                yield from (part.variable for parts in (pattern.binds, pattern.compares) for part in parts)
                if isinstance(condition, AggregateOf):
                    yield condition.variable


def _in(term: Term | Operand) -> Iterator[str]:
    match term:
        case Use() | SizeUse():
            yield term.name
        case Computed():
            yield from _in(term.left)
            yield from _in(term.right)
        case _:
            return


def _may_err(condition: Condition) -> bool:
    """Whether a condition may be without a lawful value."""
    match condition:
        case Test():
            return isinstance(condition.left, Computed) or isinstance(condition.right, Computed)
        case AggregateOf():
            return AGGREGATES[condition.function].may_leave
        case NotAll():
            return any(map(_may_err, condition.conditions))
        case AnyOf():
            return any(_may_err(each) for alternative in condition.alternatives for each in alternative)
        case _:
            return False


def _bound(matches: Iterable[Match]) -> set[str]:
    return {name for match in matches for _, name in match.binds}
