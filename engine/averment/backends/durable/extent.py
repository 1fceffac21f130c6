"""In how many ways the patterns of a rule may match the facts that there are, at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod

from averment.ir.program import Rule
from averment.law.memory import Memory

_FEW = 10_000  # are not worth counting closer


def extent(rule: Rule, places: Sequence[int], memory: Memory) -> int:
    """For the patterns at ``places``, which the engine matches in this order, beside others that match one fact each.

    A pattern that shares a variable with one before it matches no more facts than agree in the field of that variable.
    """
    sizes = [len(memory.of(rule.matches[place].type)) for place in places]
    if prod(sizes) <= _FEW:
        return prod(sizes)
    bound = {name for place, match in enumerate(rule.matches) if place not in places for _, name in match.binds}
    for number, place in enumerate(places):
        match = rule.matches[place]
        shared = [field for field, name in match.binds if name in bound]
        if shared:
            alike = Counter(tuple(fact.values[field] for field in shared) for fact in memory.of(match.type))
            sizes[number] = max(alike.values(), default=0)
        bound |= {name for _, name in match.binds}
    return prod(sizes)
