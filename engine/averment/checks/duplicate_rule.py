"""A rule, or a row of a table, with the conditions and the conclusions of another."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.diagnostics.diagnostic import Label
from averment.model.model import AnyOf, Condition, ModelRule, Pattern

Parts = frozenset[object]


def find(subject: Subject) -> Iterator[Finding]:
    first: dict[object, str] = {}
    for rule in sorted(subject.model.own_rules, key=lambda rule: rule.span):
        other = first.setdefault((parts(rule.when), conclusions(rule)), rule.id)
        if other != rule.id:
            label = Label(subject.model.places[other], "says the same")
            yield Finding(subject.model.places[rule.id], {"rule": rule.id, "other": other}, (label,))


def parts(conditions: tuple[Condition, ...]) -> Parts:
    """What conditions ask for, of a record of a `one` type field by field: their order means nothing."""
    return frozenset(part for condition in conditions for part in _parts(condition))


def conclusions(rule: ModelRule) -> Parts:
    """What a rule concludes."""
    return frozenset((each.origin, rule.id) if each.type.by_rule else each.origin for each in rule.then)


def _parts(condition: Condition) -> Iterator[object]:
    if isinstance(condition, AnyOf):
        yield frozenset(map(parts, condition.alternatives))
    elif isinstance(condition, Pattern) and condition.type.one and (condition.cells or condition.binds):
        name = condition.type.name
        yield from ((name, cell.field, cell.origin) for cell in condition.cells)
        yield from ((name, bind.field, "$", bind.variable) for bind in condition.binds)
        yield from ((name, each.field, each.operator, each.variable) for each in condition.compares)
    else:
        yield condition.origin


CHECK = Check(
    "AV419",
    find,
    says="`{rule}` has the conditions and conclusions of `{other}`",
    label="adds nothing",
    help="delete one of them; a rule may have several sources as its `backing`",
)
