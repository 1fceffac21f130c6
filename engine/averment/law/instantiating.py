"""The instances of a rule: every way through its patterns and guards that may be true in some case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from averment.core.mentions import patterns, variables
from averment.core.program import Field, Match
from averment.core.steps import weight
from averment.law import network as net
from averment.law.budget import FACTS
from averment.law.grounded_guards import guarded
from averment.law.instances import State
from averment.law.joining import joining
from averment.law.meeting import Meeting

MOST_INSTANCES = 512  # of one rule; beyond it the rule is joined
MOST_OVER_RECORDS = 1 << 16  # where the records of a case are known, and nothing is joined

Key = tuple[str, tuple[int, ...]]
"""A fact: its type, and its values as columns."""


class Unground(Exception):
    """These types and rules of the component at hand turned out not to be groundable."""

    def __init__(self, types: Iterable[str], rules: Iterable[int]) -> None:
        super().__init__()
        self.types, self.rules = types, rules


class Instances(Meeting):
    """Finds the instances of rules (by their indexes in ``Program.rules``) over the facts there are by then."""

    most = MOST_INSTANCES

    def states(self, number: int) -> list[State]:
        """The instances of a rule. Raises: Unground where they are too many."""
        rule = self.program.rules[number]
        states = [State()]
        most = 1
        for match in (join.pattern for join in joining(self.program, rule).joins):
            reached: list[State] = []
            for state in states:
                reached += self._extend(match, state)
                if len(reached) > self.most:
                    raise Unground((), [number])
            states = reached
            most = max(most, len(states))
        met = sum(len(self.candidates.get(pattern.type, ())) for pattern in patterns(rule))
        self.network.ways[number] = most * (weight(rule) + met * len(rule.guards) // FACTS) + met // FACTS
        for guard in rule.guards:
            states = [found for state in states if (found := guarded(self, guard, state)) is not None]
        return states

    def _extend(self, match: Match, state: State) -> Iterator[State]:
        for candidate, matched in self.matching(match, state.bindings):
            doubt = self.doubt(candidate, matched, ())
            yield State(matched.bindings, (*state.parts, matched.truth), (*state.doubts, *doubt), state.aggregates)

    def firing(self, number: int, state: State) -> tuple[int, list[Key]]:
        """The truth of an instance, and the facts it derives. Adds to the doubts of ``state`` those of its heads."""
        rule = self.program.rules[number]
        parts = list(state.parts)
        heads: list[Key] = []
        ranged: list[tuple[int, Field]] = []
        for head in rule.heads:
            values: list[int] = []
            for expression, kept in zip(head.values, self.program.types[head.type].fields, strict=True):
                column = self.column(expression, state)
                if self.may_be_interval(column):
                    parts.append(self.node(net.Definite(column)))
                    names = [name for name in variables(expression) if name in state.aggregates]
                    state.doubts += tuple(
                        net.Doubt((state.bindings[name],), state.aggregates[name]) for name in dict.fromkeys(names)
                    )
                if self.may_leave(column, kept):
                    ranged.append((column, kept))
                values.append(self.stored(column, kept))
            heads.append((head.type, tuple(values)))
        truth = self.all_of(tuple(parts))
        self.network.checks += [net.OutOfRange(truth, column, kept) for column, kept in ranged]
        return truth, heads
