"""A program as networks for the engine: which rules each matches, and what is left to do with each match.

A network takes rules until one more could reach a limit of the engine; then the next one begins. So a pack of any
number of rules compiles, as long as each single rule does (see ``limits``).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from averment.backends.durable.layout import Layout
from averment.backends.durable.patterns import Patterns, Place, grouped
from averment.ir.program import Fact, Literal, Program, Rule
from averment.law.conclusions import conclude
from averment.law.truth import TRUE, CaseError

MAXIMUM_ATTRIBUTES = 200  # of a fact, beside the marks; the engine's limit is 252
_MAXIMUM_MARKS = 30  # of a fact, and a network has ten times as many; the engine holds 64 pending matches a fact
_MAXIMUM_RULES = 2000  # of a network; the engine's limit is 4095


@dataclass(slots=True, eq=False)
class Plan:
    """What to do with a match of a rule.

    ``types`` are those of the rule's patterns; ``joined`` are the ones that match facts of their own, in the engine's
    order, after the wide fact if ``wide``. ``constant`` are the conclusions where they are the same in every match.
    """

    rule: Rule
    stratum: int
    types: tuple[str, ...]
    wide: bool
    joined: tuple[int, ...]
    variables: tuple[tuple[str, int, int], ...]
    equal: tuple[tuple[Place, Place], ...]
    constant: tuple[Fact, ...] | None


class Draft:
    """The rules of one network, as the engine wants them, and the layouts of the facts that it takes by their kind."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.rules: dict[str, object] = {}
        self.layouts: dict[str, Layout] = {}

    def takes(self, rule: Rule) -> bool:
        """Whether one more rule is surely within the limits."""
        if len(self.rules) >= _MAXIMUM_RULES or len(self.layouts) >= 10 * _MAXIMUM_MARKS - len(rule.matches):
            return not self.rules
        for kind, attributes in demand(self._program, rule).items():
            layout = self.layouts.get(kind)
            if layout and (layout.groups >= _MAXIMUM_MARKS or layout.name.count + attributes > MAXIMUM_ATTRIBUTES):
                return False
        return sum(layout.groups for layout in self.layouts.values()) < 9 * _MAXIMUM_MARKS

    def add(self, number: int, stratum: int, rule: Rule) -> Plan:
        """Write a rule for the engine."""
        patterns = Patterns(self._program, rule, self._layout)
        self.rules[str(number)] = {"all": patterns.written, "dist": 0}
        groups = grouped(self._program, rule)
        wide = not groups[0][0]
        return Plan(
            rule,
            stratum,
            tuple(match.type for match in rule.matches),
            wide,
            tuple(places[0] for _, places in groups[wide:]),
            tuple((name, *place) for name, place in patterns.first.items()),
            tuple(patterns.equal),
            _constant(self._program, rule),
        )

    def _layout(self, kind: str) -> Layout:
        return self.layouts.setdefault(kind, Layout(len(self.layouts)))


def compile(program: Program) -> tuple[list[Draft], dict[str, Plan]]:
    """The networks of a program, and its plans by the names of the engine's rules."""
    drafts: list[Draft] = []
    plans: dict[str, Plan] = {}
    rules = ((stratum, rule) for stratum, rules in enumerate(program.strata) for rule in rules)
    for number, (stratum, rule) in enumerate(rules):
        if not drafts or not drafts[-1].takes(rule):
            drafts.append(Draft(program))
        plans[str(number)] = drafts[-1].add(number, stratum, rule)
    for made in drafts:
        for layout in made.layouts.values():
            layout.freeze()
    return drafts, plans


def demand(program: Program, rule: Rule) -> dict[str, int]:
    """For each kind of fact, how many attributes a rule may at most add to it."""
    found: dict[str, int] = {}
    for kind, places in grouped(program, rule):
        matches = [rule.matches[place] for place in places]
        found[kind] = found.get(kind, 0) + sum(len(match.cells) + 2 * len(match.binds) for match in matches)
    return found


def _constant(program: Program, rule: Rule) -> tuple[Fact, ...] | None:
    if all(isinstance(value, Literal) for head in rule.heads for value in head.values):
        with suppress(CaseError):  # every match will raise it
            return conclude(program, rule, {}, TRUE)[0]
    return None
