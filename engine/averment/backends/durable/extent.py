"""In how many ways the patterns of a program's rules may match the facts that there are, at most.

The law counts what a case takes of its budget; this engine does not. So it keeps to cases of which a bound shows that
the law would decide them, and that are few enough for its memory, which grows with every match that is begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from averment.core.mentions import patterns
from averment.core.program import Compare, Match, Program, Rule
from averment.core.steps import weight as weight_of
from averment.law.budget import FACTS
from averment.law.joining import order
from averment.law.layers import layers
from averment.law.memory import Memory

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
        types = self._types = program.types
        self._each = 0  # case
        self._by_type: Counter[str] = Counter()  # a fact
        self._looks: Counter[str] = Counter()
        self._joining: list[_Orders] = []
        self._meeting: list[_Orders] = []
        for stratum in program.strata:
            for rules, _, recursive in layers(program, stratum):
                for rule in rules:
                    weight = weight_of(rule)
                    self._each += weight
                    places = [place for place, match in enumerate(rule.matches) if not types[match.type].one]
                    firsts = [place for place, match in enumerate(rule.matches) if match.type in recursive]
                    orders = _Orders(rule, weight, places, firsts or [None])
                    if len(places) > 1:
                        self._joining.append(orders)
                    elif places:
                        self._by_type[rule.matches[places[0]].type] += weight
                    for pattern in patterns(rule):
                        if not types[pattern.type].one:
                            self._looks[pattern.type] += 1
                    if any(not isinstance(guard, Compare) and not types[guard.match.type].one for guard in rule.guards):
                        self._meeting.append(orders)

    def of(self, memory: Memory) -> int:
        """For the facts that there are."""
        found = self._each + sum(weight * len(memory.of(type)) for type, weight in self._by_type.items())
        found += sum(many * len(memory.of(type)) for type, many in self._looks.items()) // FACTS
        for orders in self._joining:
            found += orders.weight * self._ways(orders, memory)
        for orders in self._meeting:
            rule = orders.rule
            bound = {name for match in rule.matches for _, name in match.binds}
            met = sum(_alike(guard.match, bound, memory) for guard in rule.guards if not isinstance(guard, Compare))
            found += self._ways(orders, memory) * met // FACTS
        return found

    def _ways(self, orders: _Orders, memory: Memory) -> int:
        """In how many ways a rule may match, by each of its orders: what these are matters only to many facts."""
        rule, places = orders.rule, orders.places
        most = prod(len(memory.of(rule.matches[place].type)) for place in places)
        if most <= _FEW:
            return len(orders.firsts) * most
        each = (order(rule, self._types, first) for first in orders.firsts)
        return sum(extent(rule, [place for place in joined if place in places], memory) for joined in each)


class _Orders(NamedTuple):
    """A rule with its weight, its patterns of `many` types, and those that may each be the first to be joined."""

    rule: Rule
    weight: int
    places: list[int]
    firsts: list[int] | list[None]
