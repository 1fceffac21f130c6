"""Patterns against working memory: every solution of a rule, with its truth.

The truth of a solution is the conjunction of its conditions under strong Kleene logic; solutions that are false are not
solutions. A rule fires for each solution that is true; one that is unknown makes its facts possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from averment.ir.program import Aggregate, Fact, Rule
from averment.law.guards import hold
from averment.law.memory import Memory
from averment.law.patterns import Bindings, match, selected
from averment.law.truth import TRUE, UNKNOWN, CaseError, Truth


class Solution(NamedTuple):
    """One way to satisfy a rule: the fact that each pattern matched, the variables, and how true it is."""

    premises: tuple[Fact, ...]
    bindings: Bindings
    truth: Truth


class Fresh(NamedTuple):
    """For a round that looks only at what is new: the pattern at ``place`` matches ``facts`` and no other, and those
    before it nothing of ``news`` (by type), so that a match of several new facts is found once.
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


def matches(rule: Rule, memory: Memory, least: Truth, fresh: Fresh | None = None) -> Iterator[Solution]:
    """Every way to satisfy the patterns of ``rule``, its guards left aside, at least as true as ``least``.

    What an early guard excludes may be left out. ``fresh``: only what is new.
    """
    if rule.matches:
        return _extend(rule, memory, least, fresh, (), {}, TRUE)
    return iter((Solution((), {}, TRUE),))


def _extend(
    rule: Rule,
    memory: Memory,
    least: Truth,
    fresh: Fresh | None,
    premises: tuple[Fact, ...],
    bindings: Bindings,
    truth: Truth,
) -> Iterator[Solution]:
    memory.tick()
    place = len(premises)
    pattern = rule.matches[place]
    last = place + 1 == len(rule.matches)
    facts = fresh.facts if fresh and fresh.place == place else selected(pattern, memory, bindings, rule.early)
    news = fresh.news.get(pattern.type, ()) if fresh and place < fresh.place else ()
    for fact in facts:
        if news and fact in news:
            continue
        matched = match(pattern, fact, memory, bindings)
        if matched is None:
            continue
        extended, truth_here = matched
        if truth is not TRUE:
            truth_here = min(truth, truth_here)
        if truth_here is not TRUE and truth_here < least:
            continue
        if last:
            yield Solution((*premises, fact), extended, truth_here)
        else:
            yield from _extend(rule, memory, least, fresh, (*premises, fact), extended, truth_here)


def guarded(
    rule: Rule, memory: Memory, least: Truth, bindings: Bindings, truth: Truth
) -> tuple[Bindings, Truth] | None:
    """Bindings and truth after the guards of ``rule``; nothing where they fall below ``least``.

    Raises: CaseError where a guard has no lawful value and all before it is true; short of that the guard is unknown.
    """
    if rule.guards:
        bindings = dict(bindings)
        for guard in rule.guards:
            try:
                held = hold(guard, memory, bindings)
            except CaseError as error:
                if truth is TRUE:
                    raise CaseError(error.code, f"rule `{rule.id}`: {error.message}", rule.id) from None
                held = UNKNOWN
                if isinstance(guard, Aggregate):
                    bindings[guard.variable] = None
            truth = min(truth, held)
            if truth < least:
                return None
    return bindings, truth


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
