"""The results of a case, read off its evaluation: each is told as the claim is (``law.claims``).

What an open result may still be is an interval where its values have an order, and else a set. It is read off the
firings that may conclude it: a sum that is not certain bounds the amount, though no fact can hold it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from math import inf
from typing import NamedTuple, cast

from averment.core.program import Fact, Field, Kind, Result, Value
from averment.core.values import in_order, limits
from averment.dataclass import dataclass
from averment.law.cells import passes
from averment.law.claims import stands
from averment.law.evaluation import Evaluation, Firing
from averment.law.expressions import evaluate
from averment.law.matching import Solution, guarded, resolve
from averment.law.memory import Memory
from averment.law.truth import TRUE, UNKNOWN, CaseError, Interval, Quantity, bounded, bounds, unbounded
from averment.outcome.claim import Status

_WHOLE: Mapping[Kind, Callable[[Field], tuple[Value, ...]]] = {
    Kind.BOOLEAN: lambda _: (False, True),
    Kind.CHOICE: lambda field: field.values,
}
"""Every value of a field, of the kinds that have no order and few of them."""


class Possible(NamedTuple):
    """What an open result may still be.

    Of ordered values all from ``low`` to ``high``, ``None`` where there is no end; of others ``values``, ``None`` where
    that is any. ``gap``: maybe nothing gives it; ``conflict``: maybe two facts disagree. Of a result of many values
    these are what may come to those it ``certainly`` has. All are encoded.
    """

    values: tuple[Value, ...] | None = None
    low: int | None = None
    high: int | None = None
    gap: bool = False
    conflict: bool = False
    certainly: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultReading:
    """``values`` are those of a settled result, encoded: one, or of many all there are. ``roots``: what it rests on."""

    status: Status
    values: tuple[Value, ...]
    possible: Possible | None
    roots: tuple[Fact, ...]


class _Source(NamedTuple):
    """What may give a value; ``sure``: it certainly gives one; ``lone``: it gives one at most."""

    reach: Quantity
    sure: bool
    lone: bool


def read_result(evaluation: Evaluation, result: Result) -> ResultReading:
    """How a result stands, and what it may be."""
    memory, field = evaluation.memory, evaluation.program.field_of(result)
    true = {fact: fact.values[result.field] for fact in memory.true(result.type)}
    certain = {value for value in true.values() if value is not None}
    maybe = [fact for fact in memory.of(result.type) if fact not in true and fact.values[result.field] not in certain]
    status = Status(stands(certain, bool(maybe), result.many))
    roots = (*true, *maybe) if status is Status.OPEN else tuple(true)
    if status is Status.OPEN:
        sources = [source for fact in maybe for source in _sources(evaluation, result, field, fact)]
        return ResultReading(status, (), _possible(result, field, certain, sources), roots)
    values = in_order(certain, field) if status is Status.SETTLED else ()
    return ResultReading(status, values, None, roots)


def _sources(evaluation: Evaluation, result: Result, field: Field, fact: Fact) -> Iterator[_Source]:
    """What each firing that may conclude ``fact`` makes of the result, where that is lawful."""
    memory = evaluation.memory
    for firing in evaluation.support.get(fact, ()):
        solution = resolve(firing.rule, memory, firing.premises)
        lone = not any(map(memory.unbounded, firing.premises))
        for reach in _reaches(firing, fact, result.field, solution.bindings):
            if isinstance(reach, int) and not field.spans(reach):
                continue
            within = _within(reach, field)
            if (
                not isinstance(within, Interval)
                or within.low is None
                or within.high is None
                or within.low <= within.high
            ):
                yield _Source(within, _certain(firing, memory, solution), lone)


def _certain(firing: Firing, memory: Memory, solution: Solution) -> bool:
    """Whether the rule concludes something in every completion, be it unknown what: where all it takes is true but for
    the value of a variable that is bound to what is not known, and joins with nothing.
    """
    if solution.truth is TRUE:
        return True
    bound = Counter(name for pattern in firing.rule.matches for _, name in pattern.binds)
    for pattern, fact in zip(firing.rule.matches, firing.premises, strict=True):
        if memory.truths[fact] is not TRUE or any(passes(c, fact.values[f]) is not TRUE for f, c in pattern.cells):
            return False
        if any(fact.values[field] is None and bound[name] > 1 for field, name in pattern.binds):
            return False
    try:
        held = guarded(firing.rule, memory, UNKNOWN, solution.bindings, TRUE)
    except CaseError:  # no completion has an outcome by this rule
        return False
    return held is not None and held[1] is TRUE


def _reaches(firing: Firing, fact: Fact, field: int, bindings: Mapping[str, Quantity]) -> Iterator[Quantity]:
    for head, concluded in zip(firing.rule.heads, firing.conclusions, strict=True):
        if concluded == fact:
            with suppress(CaseError):  # whatever completes the case so leaves it without an outcome
                yield evaluate(head.values[field], bindings)


def _within(reach: Quantity, field: Field) -> Quantity:
    """The part of a quantity that lies within the range of its field."""
    if not field.kind.ordered or not (reach is None or isinstance(reach, Interval)):
        return reach
    (least, most), (low, high) = unbounded(*limits(field)), unbounded(*(reach or (None, None)))
    return Interval(*bounded(max(least, low), min(most, high)))


def _possible(result: Result, field: Field, certain: set[Value], sources: list[_Source]) -> Possible:
    """What an open result may be. One of several sources that certainly give a value has the value of each."""
    reaches: list[Quantity] = [source.reach for source in sources]
    sure = [source.reach for source in sources if source.sure]
    if result.many:
        return _spread(field, reaches, [])._replace(certainly=in_order(certain, field))
    found = _spread(field, [*certain] if certain else reaches, sure)
    return found._replace(gap=not certain and not sure, conflict=_may_differ(certain, sources))


def _spread(field: Field, reaches: list[Quantity], sure: list[Quantity]) -> Possible:
    """Every value in any of ``reaches`` that is in all that are ``sure``."""
    if not field.kind.ordered:
        if None not in reaches:
            return Possible(in_order(cast("list[Value]", reaches), field))
        return Possible(
            (False, True) if field.kind is Kind.BOOLEAN else field.values if field.kind is Kind.CHOICE else None
        )
    ends = [unbounded(*bounds(cast("int | Interval", reach))) for reach in reaches]
    inner = [unbounded(*bounds(cast("int | Interval", reach))) for reach in sure]
    low = max(min((end[0] for end in ends), default=inf), *(end[0] for end in inner), -inf)
    high = min(max((end[1] for end in ends), default=-inf), *(end[1] for end in inner), inf)
    return Possible(()) if low > high else Possible(None, *bounded(low, high))


def _may_differ(certain: set[Value], sources: list[_Source]) -> bool:
    """Whether two different values may be given at once."""
    reaches = [*certain, *(source.reach for source in sources)]
    if any(reach is None or isinstance(reach, Interval) for reach in reaches):
        return len(reaches) > 1 or not sources[0].lone
    return len(set(reaches)) > 1
