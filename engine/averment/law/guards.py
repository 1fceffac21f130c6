"""Guards: negation, aggregates, comparisons and what is known, over finished layers of working memory.

An aggregate is taken over the facts that certainly match and those that may; what only may match makes it an interval,
which holds its value in every completion.
"""

from __future__ import annotations

from averment.core.program import Absent, Aggregate, Compare, Fact, Guard, Known, Match
from averment.core.values import limits
from averment.law.budget import LOOKS
from averment.law.expressions import compare, evaluate
from averment.law.memory import Answer, Memory
from averment.law.patterns import Bindings, agreeing, match, matched
from averment.law.tick import paced
from averment.law.truth import (
    FALSE,
    INT64_MAX,
    INT64_MIN,
    TRUE,
    UNKNOWN,
    CaseError,
    Interval,
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
    if isinstance(guard, Compare):
        return compare(guard.operator, evaluate(guard.left, bindings), evaluate(guard.right, bindings))
    if isinstance(guard, Absent) and guard.match.type not in memory.doubtful and _definite(guard.match, bindings):
        return ~_exists(guard.match, memory, bindings)
    found = answer(guard, memory, bindings)
    if isinstance(guard, Aggregate):
        bindings[guard.variable] = found.value
    return found.truth


def _definite(pattern: Match, bindings: Bindings) -> bool:
    for _, name in pattern.binds:
        if name in bindings and (bindings[name] is None or isinstance(bindings[name], Interval)):
            return False
    return True


def _exists(pattern: Match, memory: Memory, bindings: Bindings) -> Truth:
    """Whether a fact matches, where nothing is unknown."""
    memory.tick()
    for fact in agreeing(pattern, memory, bindings):
        if match(pattern, fact, memory, bindings) is not None:
            return TRUE
    return FALSE


def answer(guard: Absent | Aggregate | Known, memory: Memory, bindings: Bindings) -> Answer:
    """What a guard is, found once for the same values of what it joins with; ``bindings`` stay as they are.

    Raises: CaseError as ``hold``.
    """
    pattern = guard.match
    answers = memory.answers.get(pattern.type)
    if answers is None:
        answers = memory.answers[pattern.type] = {}
    key = (id(guard), *[bindings.get(name) for _, name in pattern.binds]) if pattern.binds else id(guard)
    found = answers.get(key)
    if found is None:
        met = agreeing(pattern, memory, bindings)
        memory.spend(LOOKS * len(met))
        found = answers[key] = _answer(guard, matched(pattern, met, memory, bindings), memory)
    return found


def _answer(guard: Absent | Aggregate | Known, found: list[tuple[Fact, Truth]], memory: Memory) -> Answer:
    match guard:
        case Absent():
            return Answer(guard, ~max((truth for _, truth in found), default=FALSE))
        case Known(_, field, given):
            known = max((truth for fact, truth in found if fact.values[field] is not None), default=FALSE)
            return Answer(guard, known if given else ~known)
        case Aggregate(_, _, _, variable):
            bound: Bindings = {}
            truth = aggregate(guard, found, memory, bound)
            return Answer(guard, truth, bound[variable], len(found))


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
    doubts = [fact for fact, truth in found if truth is not TRUE]
    high = None if any(map(memory.unbounded, doubts)) else len(found)
    return interval(len(found) - len(doubts), high)


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
