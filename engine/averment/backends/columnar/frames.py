"""Solutions of a rule that joins, as far as they are found: bindings of its variables, many at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, coalesce
from averment.backends.columnar.tables import Table, places_of
from averment.core.mentions import variables
from averment.core.program import Compare, Match, Rule


@dataclass
class Frame:
    """Solutions so far: the case of each, its bindings, and where it is true (None: all are); the rest are possible.

    ``premises``, where they are kept, give for each pattern of the rule the rows that it matched in a whole table;
    ``ways``, where they are counted, how many ways to satisfy the patterns each stands for.
    """

    case: Array
    bindings: dict[str, Column]
    true: Plane | None = None
    premises: dict[int, Array] = field(default_factory=dict[int, Array])
    ways: Array | None = None

    def __len__(self) -> int:
        return len(self.case)

    def take(self, rows: Array) -> Frame:
        """The solutions at these places, or where a plane is true."""
        rows = places_of(rows)
        true = None if self.true is None else self.true[rows]
        bindings = {name: take(column, rows) for name, column in self.bindings.items()}
        premises = {place: row[rows] for place, row in self.premises.items()}
        return Frame(self.case[rows], bindings, true, premises, None if self.ways is None else self.ways[rows])

    def copy(self) -> Frame:
        """The same solutions, to be bound further."""
        return Frame(self.case, dict(self.bindings), self.true, dict(self.premises), self.ways)

    def under(self, true: Plane, possible: Plane) -> Frame:
        """The solutions that a further condition leaves."""
        found, kept = self, true
        if not possible.all():
            rows = places_of(possible)
            found, kept = self.take(rows), true[rows]
        if kept.all():
            return found
        found.true = kept if found.true is None else found.true & kept
        return found


def take(column: Column, rows: Array) -> Column:
    """The values at these places."""
    low = column.low[rows]
    high = low if column.definite else column.high[rows]
    unknown = None if column.unknown is None else column.unknown[rows]
    return Column(low, high, unknown, column.least, column.greatest)


def every(cases: int) -> Frame:
    """One solution for each case, with nothing bound."""
    return Frame(np.arange(cases), {})


def scan(match: Match, table: Table) -> Frame:
    """A solution for each fact of a table."""
    found = Frame(table.case, {}, table.true)
    for place, name in match.binds:
        found.bindings[name] = merged(found.bindings.get(name), held(table, place))
    return found


def held(table: Table, place: int, rows: Array | None = None) -> Column:
    """A field of the facts of a table (in these rows)."""
    value, unknown = table.values[place], table.unknown.get(place)
    if rows is not None:
        value, unknown = value[rows], None if unknown is None else unknown[rows]
    return Column(value, value, unknown)


def merged(bound: Column | None, met: Column) -> Column:
    """What a variable stands for once it has met a value: what it was bound to, unless only the value is known."""
    if bound is None:
        return met
    return coalesce(bound, met) if bound.definite and bound.unknown is not None else bound


def needed(rule: Rule, later: list[Match]) -> set[str]:
    """The variables that something after a pattern mentions."""
    names = {name for match in later for _, name in match.binds}
    for guard in rule.guards:
        if isinstance(guard, Compare):
            names |= {*variables(guard.left), *variables(guard.right)}
        else:
            names |= {name for _, name in guard.match.binds}
    for head in rule.heads:
        for expression in head.values:
            names |= {*variables(expression)}
    return names
