"""A rule that can never fire, whatever the case: its conditions contradict each other, or ask for a fact that rules
derive, but none like it.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.contradiction import contradiction
from averment.checks.subject import Subject
from averment.core.program import Literal, Match, Program, Rule, Value, text_of
from averment.law.cells import passes, points
from averment.law.truth import FALSE

Values = tuple[Value | None, ...]
"""Those of the fields of a fact that a rule derives; ``None`` where one may be any."""


def find(subject: Subject) -> Iterator[Finding]:
    program, made = subject.program, _Made(subject.program)
    alternatives: dict[str, list[Rule]] = {}
    for rule in program.rules:
        if not rule.unsaid:
            alternatives.setdefault(rule.id, []).append(rule)
    for id, rules in sorted(alternatives.items()):
        reasons = [contradiction(rule, program.types) or made.missing(rule) for rule in rules]
        if all(reasons):
            yield Finding(subject.model.places[id], {"rule": id, "why": reasons[0]})


class _Made:
    """What rules derive."""

    def __init__(self, program: Program) -> None:
        self._of: dict[str, set[Values]] = {}
        self._with: dict[tuple[str, int, Value | None], set[Values]] = {}
        for rule in program.rules:
            for head in rule.heads:
                values = tuple(value.value if isinstance(value, Literal) else None for value in head.values)
                self._of.setdefault(head.type, set()).add(values)
                for index, value in enumerate(values):
                    one = None if isinstance(value, frozenset) else value  # a set passes a cell by any element
                    self._with.setdefault((head.type, index, one), set()).add(values)

    def missing(self, rule: Rule) -> str:
        """In words, what a rule asks for that no rule derives, though some derive its type."""
        for match in rule.matches:
            if (
                match.cells
                and match.type in self._of
                and not any(_may_match(match, each) for each in self._near(match))
            ):
                return f"no rule derives a fact that `{text_of(match)}` matches"
        return ""

    def _near(self, match: Match) -> Iterator[Values]:
        """Some of what is derived of the type, and all that may match."""
        for index, cell in match.cells:
            few = points(cell)
            if few is not None:
                for value in (*few, None):
                    yield from self._with.get((match.type, index, value), ())
                return
        yield from self._of[match.type]


def _may_match(match: Match, values: Values) -> bool:
    return all(passes(cell, values[index]) is not FALSE for index, cell in match.cells)


CHECK = Check("AV418", find, says="`{rule}` can never fire: {why}", label="never fires")
