"""What the rules that join take of the budget of the law, at most, counted in ways (``law.budget``)."""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Array
from averment.backends.columnar.facts import Facts
from averment.backends.columnar.frames import Frame
from averment.backends.columnar.values import Values
from averment.core.mentions import patterns
from averment.core.program import Compare, Match, Program, Rule
from averment.core.steps import weight as weight_of
from averment.law.budget import FACTS, LOOKS


def cost(program: Program, rule: Rule, facts: Facts) -> tuple[int, int, int]:
    """How much of the budget a match of a rule takes, without and with what its guards may meet; and what all the facts
    take that are looked at.
    """
    looked = [facts.tables[pattern.type].most for pattern in patterns(rule) if not program.types[pattern.type].one]
    met = [
        facts.tables[guard.match.type].most
        for guard in rule.guards
        if not isinstance(guard, Compare) and not program.types[guard.match.type].one
    ]
    weight = weight_of(rule) + sum(_gaps(program, match, facts) for match in rule.matches)
    return weight, weight - (-sum(met) // FACTS), sum(looked) // FACTS


def _gaps(program: Program, match: Match, facts: Facts) -> int:
    """What it takes to find the facts of which it is unknown whether they join: by each set of unknown fields."""
    if program.types[match.type].one:
        return 0
    table = facts.tables[match.type]
    return min(1 << len({place for place, _ in match.binds} & table.unknown.keys()), table.most) // (4 * LOOKS)


def counted(weight: int, frame: Frame, peak: Array | None, values: Values, facts: Facts) -> tuple[Frame, Array]:
    """The matches so far of cases that are within their budget with all of these; the others are decided alone. With
    how many ways each case has taken at most.
    """
    if frame.ways is None:
        frame.ways = np.full(len(frame), float(weight))
    keep = facts.spending.within(frame.case, frame.ways)
    if keep is not None:
        values.harden(frame.case[~keep])
        frame = frame.take(keep)
    ways: Array = np.bincount(frame.case, frame.ways, facts.cases)
    return frame, ways if peak is None else np.maximum(peak, ways)


def meet(frame: Frame, met: Array, values: Values, facts: Facts) -> None:
    """Where ways are counted, count what a guard meets of each."""
    if frame.ways is not None:
        facts.spending.spend(np.bincount(frame.case, frame.ways * met / FACTS, facts.cases))
        values.harden(np.flatnonzero(facts.spending.past))
