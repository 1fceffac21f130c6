"""What is left to do with a match of rules that the engine matches alike, worked out once."""

from __future__ import annotations

from dataclasses import field

from averment.backends.durable.patterns import Patterns, Place, grouped
from averment.core.program import Compare, Program, Rule
from averment.core.steps import weight
from averment.dataclass import dataclass


@dataclass(slots=True, eq=False)
class Plan:
    """From a match to the firings of ``rules``, all of one stratum and alike but for their guards and heads.

    ``types`` are those of the rules' patterns; ``joined`` are the patterns that match facts of their own, in the
    engine's order, after the wide fact if ``wide``. ``variables`` tells where each is bound, ``equal`` what the engine
    did not compare. ``asked`` are the types that guards look at; ``weight`` is how much of its budget a match takes.
    """

    stratum: int
    types: tuple[str, ...]
    wide: bool
    joined: tuple[int, ...]
    variables: tuple[tuple[str, int, int], ...]
    equal: tuple[tuple[Place, Place], ...]
    rules: list[Rule] = field(default_factory=list[Rule])
    asked: dict[str, None] = field(default_factory=dict[str, None])
    weight: int = 0

    def add(self, rule: Rule) -> None:
        """One more rule that is alike."""
        self.rules.append(rule)
        self.weight += weight(rule)
        self.asked |= {guard.match.type: None for guard in rule.guards if not isinstance(guard, Compare)}


def make_plan(program: Program, rule: Rule, stratum: int, patterns: Patterns) -> Plan:
    """The plan, without rules yet, of those like ``rule``, which was written for the engine as ``patterns``."""
    groups = grouped(program, rule)
    wide = not groups[0][0]
    return Plan(
        stratum=stratum,
        types=tuple(match.type for match in rule.matches),
        wide=wide,
        joined=tuple(places[0] for _, places in groups[wide:]),
        variables=tuple((name, *place) for name, place in patterns.first.items()),
        equal=tuple(patterns.equal),
    )
