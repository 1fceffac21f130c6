"""Why a firing is undecided: for each of its unknown conditions, the unknown fields it met and the possible facts."""

from __future__ import annotations

from collections.abc import Iterator

from averment.core.mentions import variables
from averment.core.program import Aggregate, Compare, Fact, Guard, Match
from averment.dataclass import dataclass
from averment.law.cells import passes
from averment.law.evaluation import Firing
from averment.law.guards import truth_of
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, matching
from averment.law.truth import UNKNOWN, Interval


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact that keeps a condition undecided: through an unknown ``field``, or (``None``) by being only possible."""

    fact: Fact
    field: int | None


def doubts(firing: Firing, memory: Memory) -> Iterator[Doubt]:
    """What keeps ``firing`` from being true or false, condition by condition (a fact may recur)."""
    bindings: Bindings = {}
    for pattern, fact in zip(firing.rule.matches, firing.premises, strict=True):
        yield from _of_match(pattern, fact, memory)
        matched = match(pattern, fact, memory, bindings)
        assert matched is not None
        bindings = matched[0]
    aggregates: dict[str, list[Doubt]] = {}
    for guard in firing.rule.guards:
        if isinstance(guard, Aggregate):
            aggregates[guard.variable] = list(_of_aggregate(guard, memory, bindings, aggregates))
        if truth_of(guard, memory, bindings) is UNKNOWN:
            yield from _of_guard(guard, memory, bindings, aggregates)
    for head in firing.rule.heads:
        for expression in head.values:
            for name in variables(expression):
                if isinstance(bindings[name], Interval):
                    yield from aggregates[name]


def _of_guard(guard: Guard, memory: Memory, bindings: Bindings, aggregates: dict[str, list[Doubt]]) -> Iterator[Doubt]:
    match guard:
        case Compare(_, left, right):
            for name in (*variables(left), *variables(right)):
                yield from aggregates.get(name, ())
        case Aggregate():
            yield from aggregates[guard.variable]
        case _:
            yield from _of_pattern(guard.match, memory, bindings, aggregates)


def _of_match(pattern: Match, fact: Fact, memory: Memory) -> Iterator[Doubt]:
    if memory.truths[fact] is UNKNOWN:
        yield Doubt(fact, None)
        return
    for field, cell in pattern.cells:
        if passes(cell, fact.values[field]) is UNKNOWN:
            yield Doubt(fact, field)
    for field, _ in pattern.binds:
        if fact.values[field] is None:
            yield Doubt(fact, field)


def _of_pattern(
    pattern: Match, memory: Memory, bindings: Bindings, aggregates: dict[str, list[Doubt]]
) -> Iterator[Doubt]:
    for _, variable in pattern.binds:
        if isinstance(bindings.get(variable), Interval):
            yield from aggregates[variable]
    for fact, truth in matching(pattern, memory, bindings):
        if truth is UNKNOWN:
            yield from _of_match(pattern, fact, memory)


def _of_aggregate(
    guard: Aggregate, memory: Memory, bindings: Bindings, aggregates: dict[str, list[Doubt]]
) -> Iterator[Doubt]:
    yield from _of_pattern(guard.match, memory, bindings, aggregates)
    if guard.field is not None:
        for fact, _ in matching(guard.match, memory, bindings):
            if fact.values[guard.field] is None:
                yield Doubt(fact, guard.field if not memory.unbounded(fact) else None)
