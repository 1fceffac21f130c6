"""What is left to do with a match of a rule, worked out once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from averment.backends.durable.certain import Check
from averment.backends.durable.patterns import Patterns, Place, grouped
from averment.ir.program import Fact, Literal, Program, Rule
from averment.law.conclusions import conclude
from averment.law.truth import TRUE, CaseError


@dataclass(slots=True, eq=False)
class Plan:
    """From a match to a firing.

    ``types`` are those of the rule's patterns; ``joined`` are the patterns that match facts of their own, in the
    engine's order, after the wide fact if ``wide``. ``variables`` tells where each is bound, ``equal`` what the engine
    did not compare. ``check`` are the guards for a case in which nothing is unknown. ``constant`` are the conclusions
    where they are the same in every match that passes, ``plain`` where besides every match does.
    """

    rule: Rule
    stratum: int
    types: tuple[str, ...]
    wide: bool
    joined: tuple[int, ...]
    variables: tuple[tuple[str, int, int], ...]
    equal: tuple[tuple[Place, Place], ...]
    check: Check
    constant: tuple[Fact, ...] | None
    plain: tuple[Fact, ...] | None


def make_plan(program: Program, rule: Rule, stratum: int, patterns: Patterns, check: Check) -> Plan:
    """The plan of a rule that was written for the engine as ``patterns``."""
    groups = grouped(program, rule)
    wide = not groups[0][0]
    types = tuple(match.type for match in rule.matches)
    constant = _constant(program, rule)
    return Plan(
        rule=rule,
        stratum=stratum,
        types=types,
        wide=wide,
        joined=tuple(places[0] for _, places in groups[wide:]),
        variables=tuple((name, *place) for name, place in patterns.first.items()),
        equal=tuple(patterns.equal),
        check=check,
        constant=constant,
        plain=None if rule.guards or patterns.equal else constant,
    )


def _constant(program: Program, rule: Rule) -> tuple[Fact, ...] | None:
    if all(isinstance(value, Literal) for head in rule.heads for value in head.values):
        with suppress(CaseError):  # every match will raise it
            return conclude(program, rule, {}, TRUE)[0]
    return None
