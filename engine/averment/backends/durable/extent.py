"""In how many ways the patterns of a program's rules may match the facts that there are, at most.

The law counts what a case takes of its budget; this engine does not. So it keeps to cases of which a bound shows that
the law would decide them, and that are few enough for its memory, which grows with every match that is begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod

from averment.core.program import Compare, Match, Program, Rule
from averment.law.budget import FACTS
from averment.law.joining import order
from averment.law.layers import layers
from averment.law.memory import Memory
from averment.law.mentions import patterns

_FEW = 10_000  # are not worth counting closer


def extent(rule: Rule, places: Sequence[int], memory: Memory) -> int:
    """In how many ways the patterns at ``places`` may match, in this order, beside others that match one fact each;
    none where there is no fact for one of them, else those of the first of them alone, or of any more, are no more.

    A pattern that shares a variable with one before it matches no more facts than agree in the field of that variable.
    """
    sizes = [len(memory.of(rule.matches[place].type)) for place in places]
    if prod(sizes) <= _FEW:
        return prod(sizes)
    bound = {name for place, match in enumerate(rule.matches) if place not in places for _, name in match.binds}
    for number, place in enumerate(places):
        match = rule.matches[place]
        sizes[number] = _alike(match, bound, memory)
        bound |= {name for _, name in match.binds}
    return prod(sizes)


def _alike(match: Match, bound: set[str], memory: Memory) -> int:
    """How many facts of the type of a pattern agree, at most, in all fields that join with what is bound."""
    shared = [field for field, name in match.binds if name in bound]
    facts = memory.of(match.type)
    if not shared or len(facts) < 2:
        return len(facts)
    if match.type in memory.doubtful:
        return len(facts)
    return max(Counter(tuple(fact.values[field] for field in shared) for fact in facts).values())


class Extents:
    """A bound of what the law would take of the budget of a case, in ways."""

    def __init__(self, program: Program) -> None:
        types = program.types
        self._each = 0  # case
        self._by_type: Counter[str] = Counter()  # a fact
        self._looks: Counter[str] = Counter()
        self._joining: list[tuple[Rule, list[list[int]]]] = []
        self._meeting: list[tuple[Rule, list[list[int]]]] = []
        for stratum in program.strata:
            for rules, _, recursive in layers(program, stratum):
                for rule in rules:
                    firsts: list[int | None] = [n for n, match in enumerate(rule.matches) if match.type in recursive]
                    orders = [
                        [place for place in order(rule, types, first) if not types[rule.matches[place].type].one]
                        for first in firsts or [None]
                    ]
                    if len(orders[0]) > 1:
                        self._joining.append((rule, orders))
                    elif orders[0]:
                        self._by_type[rule.matches[orders[0][0]].type] += rule.weight
                    self._each += rule.weight
                    for pattern in patterns(rule):
                        if not types[pattern.type].one:
                            self._looks[pattern.type] += 1
                    if any(not isinstance(guard, Compare) and not types[guard.match.type].one for guard in rule.guards):
                        self._meeting.append((rule, orders))

    def of(self, memory: Memory) -> int:
        """For the facts that there are."""
        found = self._each + sum(weight * len(memory.of(type)) for type, weight in self._by_type.items())
        found += sum(many * len(memory.of(type)) for type, many in self._looks.items()) // FACTS
        for rule, orders in self._joining:
            found += rule.weight * sum(extent(rule, places, memory) for places in orders)
        for rule, orders in self._meeting:
            bound = {name for match in rule.matches for _, name in match.binds}
            met = sum(_alike(guard.match, bound, memory) for guard in rule.guards if not isinstance(guard, Compare))
            found += sum(extent(rule, places, memory) for places in orders) * met // FACTS
        return found
