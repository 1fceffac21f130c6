"""One pattern against one fact: its cells, and the variables it binds or joins."""

from __future__ import annotations

from averment.ir.early import partners
from averment.ir.program import Among, Cell, Compare, Fact, Kind, Match, Value
from averment.law.cells import passes
from averment.law.expressions import compare
from averment.law.memory import Memory
from averment.law.tick import PACE, paced
from averment.law.truth import FALSE, TRUE, UNKNOWN, Interval, Quantity, Truth

Bindings = dict[str, Quantity]

_FEW = 4  # facts are tried one by one


def candidates(pattern: Match, memory: Memory, bindings: Bindings, early: tuple[Compare, ...] = ()) -> list[Fact]:
    """The facts worth trying: those that agree with the first bound variable of the pattern, or with one that an
    ``early`` guard wants equal to a variable of it.
    """
    for field, variable in pattern.binds:
        value = bindings.get(variable)
        if value is not None and not isinstance(value, Interval):
            return memory.candidates(pattern.type, field, value)
    if early:
        for field, variable in pattern.binds:
            for other in partners(variable, early):
                value = bindings.get(other)
                if value is not None and not isinstance(value, Interval):
                    return memory.candidates(pattern.type, field, value)
    return memory.of(pattern.type)


def selected(pattern: Match, memory: Memory, bindings: Bindings, early: tuple[Compare, ...] = ()) -> list[Fact]:
    """As ``candidates``; of many facts those that agree with a cell of one value, where the pattern has such a cell."""
    facts = candidates(pattern, memory, bindings, early)
    if len(facts) > _FEW:
        for field, cell in pattern.cells:
            value = _only_value(cell)
            if value is not None and memory.types[pattern.type].fields[field].kind is not Kind.SET:
                found = memory.candidates(pattern.type, field, value)
                return found if len(found) < len(facts) else facts
    return facts


def _only_value(cell: Cell) -> Value | None:
    if isinstance(cell, Among):
        return next(iter(cell.values)) if len(cell.values) == 1 and not cell.negated else None
    low, high = cell.ranges[0] if len(cell.ranges) == 1 else (None, None)
    return low if low == high else None


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
    if memory.uncertain and memory.truths[fact] is UNKNOWN:
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
            elif held != value:
                return None
    return bindings, truth


def matching(pattern: Match, memory: Memory, bindings: Bindings) -> list[tuple[Fact, Truth]]:
    """Every fact that matches, or may, under these bindings."""
    memory.tick()
    found: list[tuple[Fact, Truth]] = []
    facts = selected(pattern, memory, bindings)
    for fact in facts if len(facts) <= PACE else paced(facts, memory.tick):
        matched = match(pattern, fact, memory, bindings)
        if matched is not None:
            found.append((fact, matched[1]))
    return found


def best(pattern: Match, memory: Memory, bindings: Bindings) -> Truth:
    """Whether some fact matches: the truth of the disjunction over all facts."""
    truth = FALSE
    for _, matched in matching(pattern, memory, bindings):
        if matched is TRUE:
            return TRUE
        truth = UNKNOWN
    return truth
