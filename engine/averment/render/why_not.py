"""Why a rule did not fire: the condition that no way of satisfying those before it got past."""

from __future__ import annotations

from dataclasses import dataclass

from averment.ir.program import Condition, Program, Rule
from averment.law.guards import hold
from averment.law.memory import Memory
from averment.law.patterns import Bindings, candidates, match
from averment.law.truth import FALSE, CaseError


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The condition a rule came no further than, and what its variables had on one of the ways there."""

    rule: Rule
    condition: Condition
    bindings: Bindings


def obstacles(program: Program, memory: Memory) -> list[Obstacle]:
    """For each rule that could have claimed and did not, what stopped it, in the order of the rules' ids."""
    rules = [rule for rule in program.rules if any(head.type == program.claim.type for head in rule.heads)]
    found = (_furthest(rule, memory) for rule in sorted(rules, key=lambda rule: (rule.id, rule.alternative)))
    return [obstacle for obstacle in found if obstacle]


def _furthest(rule: Rule, memory: Memory) -> Obstacle | None:
    """Where the ways through the conditions of a rule end; nothing where one comes through."""
    best: tuple[int, Bindings] = (-1, {})
    pending: list[tuple[int, Bindings]] = [(0, {})]
    while pending:
        place, bindings = pending.pop()
        if place > best[0]:
            best = place, bindings
        if place < len(rule.matches):
            pattern = rule.matches[place]
            for fact in candidates(pattern, memory, bindings):
                matched = match(pattern, fact, memory, bindings)
                if matched is not None:
                    pending.append((place + 1, matched[0]))
            continue
        reached, met = _guards(rule, memory, bindings)
        if reached is None:
            return None
        if reached > best[0]:
            best = reached, met
    conditions: tuple[Condition, ...] = (*rule.matches, *rule.guards)
    return Obstacle(rule, conditions[best[0]], best[1])


def _guards(rule: Rule, memory: Memory, bindings: Bindings) -> tuple[int | None, Bindings]:
    """The place of the first guard that is false, with the bindings there; no place where none is."""
    bindings = dict(bindings)
    for place, guard in enumerate(rule.guards, len(rule.matches)):
        try:
            if hold(guard, memory, bindings) is FALSE:
                return place, bindings
        except CaseError:
            return place, bindings
    return None, bindings
