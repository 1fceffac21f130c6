"""Solutions of a rule that joins, as far as they are found: bindings of its variables, many at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane
from averment.backends.columnar.tables import Table
from averment.ir.program import Compare, Match, Rule
from averment.law.mentions import variables


@dataclass
class Frame:
    """Solutions so far: the case of each, its bindings, and where it is true (None: all are); the rest are possible."""

    case: Array
    bindings: dict[str, Column]
    true: Plane | None = None

    def __len__(self) -> int:
        return len(self.case)

    def take(self, rows: Array) -> Frame:
        """The solutions at these places, or where a plane is true."""
        true = None if self.true is None else self.true[rows]
        return Frame(self.case[rows], {name: take(column, rows) for name, column in self.bindings.items()}, true)

    def under(self, true: Plane, possible: Plane) -> Frame:
        """The solutions that a further condition leaves."""
        found = self if possible.all() else self.take(possible)
        kept = true if found is self else true[possible]
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
    bindings = {name: Column(table.values[place], table.values[place]) for place, name in match.binds}
    return Frame(table.case, bindings, table.true)


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
