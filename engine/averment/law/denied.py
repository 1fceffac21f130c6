"""What stands behind the facts of ``inner`` types, which are told nowhere: the facts that the denied conditions met."""

from __future__ import annotations

from collections.abc import Iterable

from averment.core.program import Compare, Fact, Match
from averment.core.values import fact_order
from averment.law.conclusions import conclude
from averment.law.matching import guarded, matches
from averment.law.memory import Memory
from averment.law.patterns import matching
from averment.law.truth import UNKNOWN, CaseError


def told(pattern: Match, found: Iterable[Fact], memory: Memory) -> tuple[Fact, ...]:
    """The facts that are told in place of those that a pattern met: these, but for an ``inner`` type what stands behind
    them, in canonical order.
    """
    if not memory.types[pattern.type].inner:
        return tuple(found)
    behind = _behind(pattern.type, memory)
    facts = dict.fromkeys(each for fact in found for each in behind.get(fact, ()))
    return tuple(sorted(facts, key=fact_order))


def _behind(type: str, memory: Memory) -> dict[Fact, dict[Fact, None]]:
    """By fact of an inner type the facts that the denied conditions met; found once, in a memory that is finished."""
    if type in memory.behind:
        return memory.behind[type]
    found = memory.behind[type] = {}
    rule = memory.program.denied[type]
    for premises, bindings, truth in matches(rule, memory, UNKNOWN):
        try:
            final = guarded(rule, memory, UNKNOWN, bindings, truth)
        except CaseError:
            continue
        if final is None:
            continue
        facts = [fact for pattern, fact in zip(rule.matches, premises, strict=True) if pattern.origin]
        for guard in rule.guards:
            if guard.origin and not isinstance(guard, Compare):
                met = (fact for fact, _ in matching(guard.match, memory, final[0]))
                facts += told(guard.match, met, memory)
        for fact in conclude(memory.program, rule, *final)[0]:
            found.setdefault(fact, {}).update(dict.fromkeys(facts))
    return found
