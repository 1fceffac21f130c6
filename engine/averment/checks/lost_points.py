"""A sum over facts that two rules may derive alike: being equal they are one fact, and count once.

Told of types that do not say by what their facts are told apart. Rules that no case can satisfy together are left out,
as far as the cells on one record tell: bands of a table do not overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from averment.checks.check import Check, Finding
from averment.checks.contradiction import contradiction
from averment.checks.subject import Subject
from averment.core.aggregates import AGGREGATES
from averment.core.program import Aggregate, Head, Literal, Match, Program, Rule
from averment.diagnostics.diagnostic import Label
from averment.law.cells import passes
from averment.law.truth import FALSE

_MOST = 200  # rules of a type that are held against each other


def find(subject: Subject) -> Iterator[Finding]:
    program = subject.program
    summed: dict[str, list[Match]] = {}
    for rule in program.rules:
        for guard in rule.guards:
            if isinstance(guard, Aggregate) and _adds(guard):
                summed.setdefault(guard.match.type, []).append(guard.match)
    for name, patterns in sorted(summed.items()):
        type = program.types[name]
        if type.derived and not type.inner and not type.distinct and (pair := _alike(program, name, patterns)):
            first, second = sorted((rule.id for rule in pair), key=lambda id: subject.model.places[id])
            label = Label(subject.model.places[first], "derives the same")
            yield Finding(subject.model.places[second], {"type": name, "one": first, "other": second}, (label,))


def _adds(guard: Aggregate) -> bool:
    return AGGREGATES[guard.function].adds and not AGGREGATES[guard.function].of_facts


def _alike(program: Program, name: str, patterns: list[Match]) -> tuple[Rule, Rule] | None:
    """Two rules that may derive one fact that is summed, in one case."""
    heads = [(rule, head) for rule in program.rules for head in rule.heads if head.type == name]
    heads = [(rule, head) for rule, head in heads if any(_may_match(pattern, head) for pattern in patterns)]
    for place, (one, mine) in enumerate(heads[:_MOST]):
        for other, theirs in heads[place + 1 : _MOST]:
            if one.id != other.id and _may_equal(mine, theirs) and not _apart(one, other, program):
                return one, other
    return None


def _may_match(pattern: Match, head: Head) -> bool:
    values = ((cell, head.values[index]) for index, cell in pattern.cells)
    return all(not isinstance(value, Literal) or passes(cell, value.value) is not FALSE for cell, value in values)


def _may_equal(one: Head, other: Head) -> bool:
    return all(
        not (isinstance(a, Literal) and isinstance(b, Literal)) or a.value == b.value
        for a, b in zip(one.values, other.values, strict=True)
    )


def _apart(one: Rule, other: Rule, program: Program) -> bool:
    """Whether no case could satisfy both."""
    together = replace(one, matches=(*one.matches, *other.matches), guards=())
    return bool(contradiction(together, program.types))


CHECK = Check(
    "AV642",
    find,
    says="`{one}` and `{other}` may derive the same `{type}`, which a sum then counts once",
    label="derives the same",
    help="say `distinct: by_rule` of `{type}` to count both, or `distinct: by_value` if once is meant",
)
