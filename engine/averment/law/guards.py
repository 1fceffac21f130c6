"""Guards: negation, aggregates, comparisons and what is known, over finished layers of working memory.

An aggregate is taken over the facts that certainly match and those that may (``law.aggregates``).
"""

from __future__ import annotations

from math import inf

from averment.core.aggregates import AGGREGATES
from averment.core.program import Absent, Aggregate, Compare, Fact, Guard, Known, Match
from averment.core.values import limits
from averment.law.aggregates import Numbers, aggregated, counted
from averment.law.budget import LOOKS
from averment.law.expressions import compare, evaluate
from averment.law.memory import Answer, Memory
from averment.law.patterns import Bindings, agreeing, match, matched
from averment.law.tick import PACE, paced
from averment.law.truth import (
    FALSE,
    INT64_MAX,
    INT64_MIN,
    TRUE,
    UNKNOWN,
    CaseError,
    Interval,
    Truth,
    bounded,
    int64_interval,
    unbounded,
)


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
    """The truth of an aggregate over what its pattern matched; its variable is added to ``bindings``. One that picks a
    value is unknown while it is uncertain that anything matches, and false where nothing can.

    Raises: CaseError (AV501) where a definite sum is not a 64-bit integer.
    """
    if guard.field is None:
        doubts = [fact for fact, truth in found if truth is not TRUE]
        low, high = counted(len(found) - len(doubts), len(doubts), any(map(memory.unbounded, doubts)))
    else:
        low, high = aggregated(guard.function, _numbers(guard.field, found, memory))
    if -inf < low == high < inf and not INT64_MIN <= low <= INT64_MAX:
        raise CaseError("AV501", "a sum leaves the range of 64-bit integers")
    bindings[guard.variable] = int64_interval(*bounded(low, high))
    if AGGREGATES[guard.function].adds:
        return TRUE
    return max((truth for _, truth in found), default=FALSE)


def _numbers(field: int, found: list[tuple[Fact, Truth]], memory: Memory) -> Numbers:
    certain: list[tuple[float, float]] = []
    maybe: list[tuple[float, float, bool]] = []
    for fact, truth in found if len(found) <= PACE else paced(found, memory.tick):
        value = fact[1][field]
        if isinstance(value, int):
            low: float = value
            high: float = value
        else:
            low, high = unbounded(*limits(memory.types[fact[0]].fields[field]))
        if truth is TRUE:
            certain.append((low, high))
        else:
            maybe.append((low, high, memory.unbounded(fact)))
    return Numbers(certain, maybe)
