"""Numbers of different units that are compared or joined: people with engineers, hours with days.

What has no unit is compared with anything; of what is computed nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject, every, pattern_in
from averment.core.node import Span
from averment.core.program import Field
from averment.model.model import Bind, CellOn, CompareOn, ModelRule, Reference, Test, Use

Sides = tuple[str, Field, str, Field, Span]
"""What is compared with what: the name and the field of each, and where."""


def find(subject: Subject) -> Iterator[Finding]:
    for rule in subject.model.own_rules:
        for left, mine, right, other, place in _compared(rule, subject):
            if mine.unit and other.unit and mine.unit != other.unit:
                yield Finding(place, {"left": left, "mine": mine.unit, "right": right, "other": other.unit})


def _compared(rule: ModelRule, subject: Subject) -> Iterator[Sides]:
    parameters = subject.model.parameters
    for condition in every(rule.when):
        pattern = pattern_in(condition)
        if pattern:
            fields = pattern.type.fields
            for cell in pattern.cells:
                shown, field = f"`{pattern.type.name}.{fields[cell.field].name}`", fields[cell.field]
                yield from ((shown, field, f"`{n}`", parameters[n].field, cell.span) for n in _named(cell))
            joins: tuple[Bind | CompareOn, ...] = (*pattern.binds, *pattern.compares)
            for part in joins:
                other = rule.variables.get(part.variable)
                if other:
                    shown = f"`{pattern.type.name}.{fields[part.field].name}`"
                    yield shown, fields[part.field], f"`${part.variable}`", other, pattern.span
        if isinstance(condition, Test):
            (left, mine), (right, other) = (_side(term, rule, subject) for term in (condition.left, condition.right))
            if mine and other:
                yield left, mine, right, other, subject.model.places[rule.id]


def _named(cell: CellOn) -> set[str]:
    """The parameters that a cell names."""
    return {end.name for test in cell.tests for end in (test.low, test.high) if isinstance(end, Reference)}


def _side(term: object, rule: ModelRule, subject: Subject) -> tuple[str, Field | None]:
    match term:
        case Use(name):
            return f"`${name}`", rule.variables.get(name)
        case Reference(name):
            return f"`{name}`", subject.model.parameters[name].field
        case _:
            return "", None


CHECK = Check(
    "AV426",
    find,
    says="{left} is in {mine}, and {right} in {other}",
    label="compared here",
    help="give both the same unit, or compare what can be compared",
)
