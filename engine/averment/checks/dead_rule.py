"""A rule that can never fire, whatever the case: its conditions contradict each other, or ask for a fact that rules
derive, but none like it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from averment.checks.check import Check, Finding
from averment.checks.contradiction import contradiction
from averment.checks.subject import Subject
from averment.core.program import Literal, Match, Program, Rule, Value
from averment.law.cells import passes
from averment.law.truth import FALSE

Made = Mapping[str, Set[tuple[Value | None, ...]]]
"""What rules derive of each type: the values of its fields, ``None`` where one may be any."""


def find(subject: Subject) -> Iterator[Finding]:
    program, made = subject.program, _made(subject.program)
    alternatives: dict[str, list[Rule]] = {}
    for rule in program.rules:
        alternatives.setdefault(rule.id, []).append(rule)
    for id, rules in sorted(alternatives.items()):
        reasons = [contradiction(rule, program.types) or _unmade(rule, made) for rule in rules]
        if all(reasons):
            yield Finding(subject.model.places[id], {"rule": id, "why": reasons[0]})


def _made(program: Program) -> Made:
    made: dict[str, set[tuple[Value | None, ...]]] = {}
    for rule in program.rules:
        for head in rule.heads:
            values = tuple(value.value if isinstance(value, Literal) else None for value in head.values)
            made.setdefault(head.type, set()).add(values)
    return made


def _unmade(rule: Rule, made: Made) -> str:
    for match in rule.matches:
        if match.cells and match.type in made and not any(_may_match(match, values) for values in made[match.type]):
            return f"no rule derives a fact that `{match.text}` matches"
    return ""


def _may_match(match: Match, values: tuple[Value | None, ...]) -> bool:
    return all(passes(cell, values[index]) is not FALSE for index, cell in match.cells)


CHECK = Check("AV418", find, says="`{rule}` can never fire: {why}", label="never fires")
