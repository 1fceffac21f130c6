"""One pattern against one fact: its cells, and the variables it binds or joins."""

from __future__ import annotations

from collections.abc import Sequence

from averment.core.program import Fact, Match, Value
from averment.law.cells import passes
from averment.law.expressions import compare
from averment.law.memory import Memory
from averment.law.selection import repeated
from averment.law.tick import PACE, paced
from averment.law.truth import FALSE, TRUE, UNKNOWN, Interval, Quantity, Truth

Bindings = dict[str, Quantity]


def agreeing(pattern: Match, memory: Memory, bindings: Bindings) -> list[Fact]:
    """The facts worth trying: those that may match by the cells of the pattern, and agree with what is bound."""
    if memory.few(pattern.type):
        return memory.of(pattern.type)
    fields: list[int] = []
    wanted: list[Value] = []
    for field, variable in pattern.binds:
        value = bindings.get(variable)
        if value is not None and not isinstance(value, Interval):
            fields.append(field)
            wanted.append(value)
    found = memory.meeting(pattern, tuple(fields), tuple(wanted))
    return memory.of(pattern.type) if found is None else found


def match(pattern: Match, fact: Fact, memory: Memory, bindings: Bindings) -> tuple[Bindings, Truth] | None:
    """The bindings with what the pattern adds, and its truth on ``fact``; nothing where it is false.

    A variable that met an unknown value keeps the known one, if it has or finds one: were the pattern true, they would
    be equal. A variable that stands for an interval may be equal to any value in it.
    """
    values = fact.values
    truth = TRUE
    for field, cell in pattern.cells:
        passed = passes(cell, values[field])
        if passed is FALSE:
            return None
        if passed is UNKNOWN:
            truth = UNKNOWN
    if fact.type in memory.possible and memory.truths[fact] is UNKNOWN:
        truth = UNKNOWN
    if pattern.binds:
        bindings = dict(bindings)
        for field, variable in pattern.binds:
            value = values[field]
            held = bindings.get(variable)
            if value is None:
                truth = UNKNOWN
                bindings[variable] = held
            elif held is None:
                if variable in bindings:
                    truth = UNKNOWN
                bindings[variable] = value
            elif isinstance(held, Interval):
                if compare("=", held, value) is FALSE:
                    return None
                truth = UNKNOWN
                bindings[variable] = value  # which it must be, if the pattern holds
            elif held != value:
                return None
    return bindings, truth


def matching(pattern: Match, memory: Memory, bindings: Bindings) -> list[tuple[Fact, Truth]]:
    """Every fact that matches, or may, under these bindings."""
    return matched(pattern, agreeing(pattern, memory, bindings), memory, bindings)


def matched(pattern: Match, facts: Sequence[Fact], memory: Memory, bindings: Bindings) -> list[tuple[Fact, Truth]]:
    """Those of these facts that match, or may."""
    memory.tick()
    paced_facts = facts if len(facts) <= PACE else paced(facts, memory.tick)
    if repeated(pattern):
        tried = ((fact, match(pattern, fact, memory, bindings)) for fact in paced_facts)
        return [(fact, held[1]) for fact, held in tried if held is not None]
    held = _Held(pattern, memory, bindings)
    return [(fact, truth) for fact in paced_facts if (truth := held.truth(fact)) is not FALSE]


class _Held:
    """What ``match`` asks of one fact after another under the same bindings, where no variable stands in it twice."""

    __slots__ = ("_cells", "_joined", "_merely_possible", "_new", "_truths")

    def __init__(self, pattern: Match, memory: Memory, bindings: Bindings) -> None:
        self._cells = pattern.cells
        self._joined = [(field, bindings[variable]) for field, variable in pattern.binds if variable in bindings]
        self._new = [field for field, variable in pattern.binds if variable not in bindings]
        self._truths, self._merely_possible = memory.truths, pattern.type in memory.possible

    def truth(self, fact: Fact) -> Truth:
        values = fact[1]
        truth = TRUE
        for field, cell in self._cells:
            passed = passes(cell, values[field])
            if passed is FALSE:
                return FALSE
            if passed is UNKNOWN:
                truth = UNKNOWN
        for field, held in self._joined:
            value = values[field]
            if value is None or held is None:
                truth = UNKNOWN
            elif isinstance(held, Interval):
                if compare("=", held, value) is FALSE:
                    return FALSE
                truth = UNKNOWN
            elif held != value:
                return FALSE
        if truth is TRUE:
            for field in self._new:
                if values[field] is None:
                    return UNKNOWN
            if self._merely_possible and self._truths[fact] is UNKNOWN:
                return UNKNOWN
        return truth
