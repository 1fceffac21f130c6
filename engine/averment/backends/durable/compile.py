"""A program as networks for the engine: which rules each matches, and what is left to do with each match.

A network takes rules until one more could reach a limit of the engine; then the next one begins. So a pack of any
number of rules compiles, as long as each single rule does (see ``limits``).

Rules over `one` types alone have networks of their own: these hold a single fact, so their sessions can be used again.
"""

from __future__ import annotations

from averment.backends.durable.layout import Layout
from averment.backends.durable.patterns import Patterns, grouped, likeness
from averment.backends.durable.plan import Plan, make_plan
from averment.core.program import Program, Rule

NAME = 6  # digits of the name of an engine's rule
MAXIMUM_ATTRIBUTES = 200  # of a fact, beside the marks; the engine's limit is 252
_MAXIMUM_MARKS = 30  # of a fact, and a network has ten times as many; the engine holds 64 pending matches a fact
_MAXIMUM_RULES = 2000  # of a network; the engine's limit is 4095


class Draft:
    """The rules of one network, as the engine wants them, and the layouts of the facts that it takes by their kind.

    In a ``flat`` one all rules are over `one` types alone.
    """

    def __init__(self, program: Program, flat: bool) -> None:
        self._program = program
        self.flat = flat
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

    def add(self, name: str, rule: Rule) -> Patterns:
        """Write a rule for the engine."""
        patterns = Patterns(self._program, rule, self._layout)
        self.rules[name] = {"all": patterns.written, "dist": 0}
        return patterns

    def _layout(self, kind: str) -> Layout:
        return self.layouts.setdefault(kind, Layout(len(self.layouts)))


def compile(program: Program) -> tuple[list[Draft], dict[str, Plan]]:
    """The networks of a program, and its plans by the names of the engine's rules.

    Rules of one stratum that the engine would match alike are one rule to it.
    """
    drafts: list[Draft] = []
    open: dict[bool, Draft] = {}
    plans: dict[str, Plan] = {}
    alike: dict[object, Plan] = {}
    for stratum, rules in enumerate(program.strata):
        for rule in rules:
            kind = stratum, likeness(rule)
            if kind not in alike:
                flat = all(program.types[match.type].one for match in rule.matches)
                if flat not in open or not open[flat].takes(rule):
                    open[flat] = Draft(program, flat)
                    drafts.append(open[flat])
                name = f"{len(plans):0{NAME}}"
                plans[name] = alike[kind] = make_plan(program, rule, stratum, open[flat].add(name, rule))
            alike[kind].add(rule)
    for made in drafts:
        for layout in made.layouts.values():
            layout.freeze(program.types)
    return drafts, plans


def demand(program: Program, rule: Rule) -> dict[str, int]:
    """For each kind of fact, how many attributes a rule may at most add to it."""
    found: dict[str, int] = {}
    for kind, places in grouped(program, rule):
        matches = [rule.matches[place] for place in places]
        found[kind] = found.get(kind, 0) + sum(len(match.cells) + 2 * len(match.binds) for match in matches)
    return found
