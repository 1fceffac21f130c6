"""Patterns against working memory: every solution of a rule, with its truth.

The truth of a solution is the conjunction of its conditions under strong Kleene logic; solutions that are false are not
solutions. A rule fires for each solution that is true; one that is unknown makes its facts possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from averment.core.mentions import asks
from averment.core.program import Aggregate, Compare, Fact, Rule, Value
from averment.law.budget import LOOKS, BudgetSpent
from averment.law.guards import hold
from averment.law.joining import Join, Joining, joining
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, matching
from averment.law.selection import Index
from averment.law.truth import FALSE, TRUE, UNKNOWN, CaseError, Interval, Truth


class Solution(NamedTuple):
    """One way to satisfy a rule: the fact that each pattern matched, the variables, and how true it is."""

    premises: tuple[Fact, ...]
    bindings: Bindings
    truth: Truth


class Fresh(NamedTuple):
    """For a round that looks only at what is new: the pattern at ``place`` matches ``facts`` and no other, and those
    before it, as written, nothing of ``news`` (by type), so that a match of several new facts is found once.
    """

    place: int
    facts: Sequence[Fact]
    news: Mapping[str, frozenset[Fact]]


def solutions(rule: Rule, memory: Memory, least: Truth) -> Iterator[Solution]:
    """Every solution of ``rule`` at least as true as ``least``.

    Raises: CaseError where a guard has no lawful value.
    """
    for premises, bindings, truth in matches(rule, memory, least):
        final = guarded(rule, memory, least, bindings, truth)
        if final is not None:
            yield Solution(premises, *final)


def matches(rule: Rule, memory: Memory, least: Truth) -> Iterator[Solution]:
    """Every way to satisfy the patterns of ``rule``, its guards left aside, at least as true as ``least``.

    What an early guard excludes is left out.
    """
    return joined(joining(memory.program, rule), memory, least)


def joined(how: Joining, memory: Memory, least: Truth, fresh: Fresh | None = None) -> Iterator[Solution]:
    """The same of a rule that joins so; ``fresh``: only what is new."""
    few = memory.all_few(how.matched)
    if few is None:
        return iter(())
    if not how.joins:
        return iter((Solution((), {}, TRUE),))
    if few and not fresh and not how.apart:
        return _of_few(how.joins, memory, least, {}, {}, TRUE)
    return _Matching(how.joins, memory, least, fresh).matches()


def _of_few(
    joins: tuple[Join, ...], memory: Memory, least: Truth, met: dict[int, Fact], bindings: Bindings, truth: Truth
) -> Iterator[Solution]:
    """The ways to satisfy these patterns, of whose types there are few facts, beside those that are met."""
    memory.tick()
    place, pattern, _, _, early = joins[0]
    for fact in memory.of(pattern.type):
        matched = match(pattern, fact, memory, bindings)
        if matched is None:
            continue
        memory.spend(LOOKS)
        extended, truth_here = matched
        if truth is not TRUE and truth < truth_here:
            truth_here = truth
        if truth_here is not TRUE and truth_here < least:
            continue
        if early and any(hold(guard, memory, extended) is FALSE for guard in early):
            continue
        met[place] = fact
        if len(joins) > 1:
            yield from _of_few(joins[1:], memory, least, met, extended, truth_here)
        else:
            yield Solution(tuple([met[number] for number in range(len(met))]), extended, truth_here)


class _Source(NamedTuple):
    """What a pattern meets: ``by_value`` what has the values of these variables, or without such an index of ``facts``.

    ``sure``: where nothing of the type is unknown or merely possible, what agrees in every field that joins does match.
    """

    sure: bool
    by_value: Index | None
    facts: Sequence[Fact]
    keys: tuple[tuple[int, str], ...]


class _Matching:
    """The ways to satisfy the patterns of a rule, one pattern after the other in the order in which it joins."""

    def __init__(self, joins: tuple[Join, ...], memory: Memory, least: Truth, fresh: Fresh | None) -> None:
        self._joins, self._memory, self._least, self._fresh = joins, memory, least, fresh
        self._facts = [self._alone(join) for join in self._joins]
        self._sources: list[_Source] = []
        self._met: dict[int, Fact] = {}

    def _alone(self, join: Join) -> Sequence[Fact]:
        """The facts that a pattern may match by itself."""
        memory, fresh, pattern = self._memory, self._fresh, join.pattern
        if fresh and fresh.place == join.place:
            memory.spend(len(fresh.facts))
            return [fact for fact in fresh.facts if match(pattern, fact, memory, {})]
        facts = memory.meeting(pattern, (), ())
        return [fact for fact, _ in matching(pattern, memory, {})] if facts is None else facts

    def _source(self, join: Join, facts: Sequence[Fact]) -> _Source:
        memory, fresh, pattern = self._memory, self._fresh, join.pattern
        keys = tuple((field, names[0]) for field, names in join.keys)
        alone = not keys or (fresh and fresh.place == join.place) or memory.few(pattern.type)
        index = None if alone else memory.index(pattern, tuple(field for field, _ in keys))
        return _Source(pattern.type not in memory.doubtful, index, facts, keys)

    def matches(self) -> Iterator[Solution]:
        """All of them."""
        if not all(self._facts):
            return iter(())
        self._sources = [self._source(join, facts) for join, facts in zip(self._joins, self._facts, strict=True)]
        return self._extend(0, *self._meeting(0, {}), {}, TRUE)

    def _meeting(self, turn: int, bindings: Bindings) -> tuple[Sequence[Fact], bool]:
        """The facts that may match in this turn, beside those met so far, and whether they surely do."""
        self._memory.tick()
        sure, index, found, keys = self._sources[turn]
        if keys:
            wanted: tuple[Any, ...] = tuple([bindings[name] for _, name in keys])  # no interval: patterns bind none
            if None in wanted:
                found, sure = self._partly(turn, bindings), False
            elif index is None:
                found = [
                    fact
                    for fact in found
                    if all(fact[1][field] in (None, value) for (field, _), value in zip(keys, wanted, strict=True))
                ]
            elif sure:
                found = index.table.get(wanted, ())
            else:
                self._memory.spend(len(index.gaps))
                found = index.agreeing(wanted)
        if found:
            self._memory.spend(LOOKS * len(found))
        fresh = self._fresh
        if fresh and fresh.news and self._joins[turn].place < fresh.place:
            news = fresh.news.get(self._joins[turn].pattern.type, ())
            found = [fact for fact in found if fact not in news]
        return found, sure

    def _partly(self, turn: int, bindings: Bindings) -> Sequence[Fact]:
        """The facts that may match, as far as what is bound is known."""
        join = self._joins[turn]
        fields: list[int] = []
        wanted: list[Value] = []
        for field, names in join.keys:
            value = next((value for name in names if (value := bindings[name]) is not None), None)
            if value is not None:
                assert not isinstance(value, Interval)  # which only aggregates are
                fields.append(field)
                wanted.append(value)
        found = self._memory.meeting(join.pattern, tuple(fields), tuple(wanted))
        return self._sources[turn].facts if found is None else found

    def _extend(
        self, turn: int, facts: Sequence[Fact], sure: bool, bindings: Bindings, truth: Truth
    ) -> Iterator[Solution]:
        """Go on with each of these facts. ``bindings`` are written over with what the next turns bind."""
        memory, met, after = self._memory, self._met, turn + 1
        place, pattern, _, binds, early = self._joins[turn]
        last = after == len(self._joins)
        extended, truth_here = bindings, truth
        for fact in facts:
            if sure:
                for field, name in binds:
                    extended[name] = fact[1][field]
            else:
                matched = match(pattern, fact, memory, bindings)
                if matched is None:
                    continue
                extended, truth_here = matched
                if truth is not TRUE:
                    truth_here = min(truth, truth_here)
                if truth_here is not TRUE and truth_here < self._least:
                    continue
            if early and any(hold(guard, memory, extended) is FALSE for guard in early):
                continue
            met[place] = fact
            if last:
                yield Solution(tuple([met[number] for number in range(after)]), dict(extended), truth_here)
                continue
            further, certain = self._meeting(after, extended)
            if further:
                yield from self._extend(after, further, certain, extended, truth_here)


def guarded(
    rule: Rule, memory: Memory, least: Truth, bindings: Bindings, truth: Truth
) -> tuple[Bindings, Truth] | None:
    """Bindings and truth after the guards of ``rule``; nothing where they fall below ``least``.

    All are asked, so that what is false dominates, wherever it stands.

    Raises: CaseError where a guard has no lawful value and all else is true; short of that the guard is unknown.
    """
    if not rule.guards:
        return bindings, truth
    bindings = dict(bindings)
    failed: CaseError | None = None
    lost: set[str] = set()  # variables of aggregates without a lawful value
    for guard in rule.guards:
        try:
            if not lost or lost.isdisjoint(asks(guard)):
                truth = min(truth, hold(guard, memory, bindings))
                if truth < least:
                    return None
                continue
        except BudgetSpent:
            raise
        except CaseError as error:
            if isinstance(guard, Compare) and guard.lenient:
                continue
            failed = failed or error
        if isinstance(guard, Aggregate):
            lost.add(guard.variable)
            bindings[guard.variable] = None
    if failed and truth is TRUE:
        raise CaseError(failed.code, f"rule `{rule.id}`: {failed.message}", rule.id) from None
    if failed and least is TRUE:
        return None
    return bindings, UNKNOWN if failed else truth


def resolve(rule: Rule, memory: Memory, premises: Sequence[Fact]) -> Solution:
    """The solution of ``rule`` that these premises make; they must make one."""
    bindings: Bindings = {}
    truth = TRUE
    for pattern, fact in zip(rule.matches, premises, strict=True):
        matched = match(pattern, fact, memory, bindings)
        assert matched is not None
        bindings, truth = matched[0], min(truth, matched[1])
    final = guarded(rule, memory, UNKNOWN, bindings, truth)
    assert final is not None
    return Solution(tuple(premises), *final)
