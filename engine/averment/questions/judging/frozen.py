"""What no change of a case can change: the derived facts that rest on keys and on fields no answer turns.

A derived type is *frozen* where every rule that derives it looks only at fields that stay as they are and at other
frozen types, and derives nothing else. Its facts are found once and stand in the circuit as if they were given: who
relies on whom, through any number of others, costs a circuit nothing where the records say it by their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from averment.backends import reference
from averment.core.mentions import patterns
from averment.core.program import Aggregate, Fact, Known, Rule
from averment.law.tick import Tick
from averment.law.truth import CaseError
from averment.questions.judging.situation import Situation

Place = tuple[str, int]


def frozen_facts(
    situation: Situation, rules: Collection[Rule], loose: Collection[tuple[int, int]], tick: Tick
) -> dict[str, list[Fact]]:
    """By frozen type its facts, where these are the rules that bear on the claim, and these fields may change.

    A field is told by the number of its record, and its own.
    """
    program = situation.program
    moving = {(situation.records[record].type, index) for record, index in loose}
    moving |= {
        (fact.type, index) for fact in situation.records for index, value in enumerate(fact.values) if value is None
    }
    names = _frozen(situation, rules, moving)
    if not names:
        return {}
    kept = frozenset(rule for rule in rules if all(head.type in names for head in rule.heads))
    strata = tuple(tuple(rule for rule in stratum if rule in kept) for stratum in program.strata)
    try:
        memory = reference.evaluate(replace(program, strata=strata), situation.case, tick).memory
    except CaseError:
        return {}
    return {name: memory.of(name) for name in names}


def _frozen(situation: Situation, rules: Collection[Rule], moving: Collection[Place]) -> set[str]:
    types = situation.program.types
    names = {head.type for rule in rules for head in rule.heads} - {situation.program.claim.type}
    while True:
        melting = {
            head.type
            for rule in rules
            for head in rule.heads
            if not all(head.type in names for head in rule.heads)
            or any(place in moving for place in _looks(rule))
            or any(types[pattern.type].derived and pattern.type not in names for pattern in patterns(rule))
        }
        if not melting & names:
            return names
        names -= melting


def _looks(rule: Rule) -> Iterator[Place]:
    """The fields that a rule's conditions look at."""
    for pattern in patterns(rule):
        for index, _ in (*pattern.cells, *pattern.binds):
            yield pattern.type, index
    for guard in rule.guards:
        if isinstance(guard, Aggregate | Known) and guard.field is not None:
            yield guard.match.type, guard.field
