"""Guards: negation, aggregates, comparisons and what is known, over finished layers of working memory.

An aggregate is taken over the facts that certainly match and those that may; what only may match makes it an interval,
which holds its value in every completion.
"""

from __future__ import annotations

from averment.ir.program import Absent, Aggregate, Compare, Fact, Guard, Known
from averment.ir.values import limits
from averment.law.expressions import compare, evaluate
from averment.law.memory import Memory
from averment.law.patterns import Bindings, best, matching
from averment.law.tick import paced
from averment.law.truth import (
    FALSE,
    INT64_MAX,
    INT64_MIN,
    TRUE,
    UNKNOWN,
    CaseError,
    Quantity,
    Truth,
    int64_interval,
    interval,
    negated,
)

Bound = int | None


def hold(guard: Guard, memory: Memory, bindings: Bindings) -> Truth:
    """The truth of ``guard``; an aggregate adds its variable to ``bindings``.

    Raises: CaseError (AV501) where a calculation or a definite sum is not a 64-bit integer.
    """
    match guard:
        case Compare(operator, left, right):
            return compare(operator, evaluate(left, bindings), evaluate(right, bindings))
        case Absent(pattern):
            return ~best(pattern, memory, bindings)
        case Known(pattern, field, given):
            found = FALSE
            for fact, truth in matching(pattern, memory, bindings):
                if fact.values[field] is not None:
                    found = max(found, truth)
            return found if given else ~found
        case Aggregate():
            return aggregate(guard, matching(guard.match, memory, bindings), memory, bindings)


def truth_of(guard: Guard, memory: Memory, bindings: Bindings) -> Truth:
    """As ``hold``; but a guard without a lawful value is unknown, and its variable, if it is an aggregate, too."""
    try:
        return hold(guard, memory, bindings)
    except CaseError:
        if isinstance(guard, Aggregate):
            bindings[guard.variable] = None
        return UNKNOWN


def aggregate(guard: Aggregate, found: list[tuple[Fact, Truth]], memory: Memory, bindings: Bindings) -> Truth:
    """The truth of an aggregate over what its pattern matched; its variable is added to ``bindings``.

    Raises: CaseError (AV501) where a definite sum is not a 64-bit integer.
    """
    if guard.function == "count":
        bindings[guard.variable] = _count(found, memory)
        return TRUE
    field = guard.field
    assert field is not None
    ranged = [(fact, truth, *_range(fact, field, memory)) for fact, truth in paced(found, memory.tick)]
    if guard.function == "sum":
        bindings[guard.variable] = _sum(ranged, memory)
        return TRUE
    bindings[guard.variable], truth = _extreme(guard.function, ranged)
    return truth


def _range(fact: Fact, field: int, memory: Memory) -> tuple[Bound, Bound]:
    value = fact.values[field]
    if isinstance(value, int):
        return value, value
    return limits(memory.types[fact.type].fields[field])


def _count(found: list[tuple[Fact, Truth]], memory: Memory) -> Quantity:
    if any(memory.unbounded(fact) for fact, _ in found):
        high = None
    else:
        high = len(found)
    return interval(sum(truth is TRUE for _, truth in found), high)


def _sum(found: list[tuple[Fact, Truth, Bound, Bound]], memory: Memory) -> Quantity:
    low: Bound = 0
    high: Bound = 0
    for fact, truth, least, greatest in paced(found, memory.tick):
        if truth is not TRUE:
            least = None if least is None else min(0, least)
            greatest = None if greatest is None else max(0, greatest)
            if memory.unbounded(fact):
                least = 0 if least == 0 else None
                greatest = 0 if greatest == 0 else None
        low = None if low is None or least is None else low + least
        high = None if high is None or greatest is None else high + greatest
    return _fit(low, high)


def _fit(low: Bound, high: Bound) -> Quantity:
    if low is not None and low == high and not INT64_MIN <= low <= INT64_MAX:
        raise CaseError("AV501", "a sum leaves the range of 64-bit integers")
    return int64_interval(low, high)


def _extreme(function: str, found: list[tuple[Fact, Truth, Bound, Bound]]) -> tuple[Quantity, Truth]:
    """Minimum or maximum: unknown while it is uncertain that anything matches, false where nothing can."""
    if function == "max":  # the maximum is the minimum of the negated values, negated
        mirrored = [(fact, truth, negated(high), negated(low)) for fact, truth, low, high in found]
        low, high, truth = _least(mirrored)
        return interval(negated(high), negated(low)), truth
    low, high, truth = _least(found)
    return interval(low, high), truth


def _least(found: list[tuple[Fact, Truth, Bound, Bound]]) -> tuple[Bound, Bound, Truth]:
    """Bounds of the minimum: no lower than the lowest that may match, no higher than any that certainly does."""
    certain = [high for _, truth, _, high in found if truth is TRUE]
    lows = [low for _, _, low, _ in found if low is not None]
    highs = [high for high in certain if high is not None]
    if not certain:
        highs = [high for _, _, _, high in found if high is not None]
    low = min(lows) if len(lows) == len(found) and lows else None
    if certain:
        return low, min(highs, default=None), TRUE
    high = max(highs) if len(highs) == len(found) and highs else None
    return low, high, UNKNOWN if found else FALSE
