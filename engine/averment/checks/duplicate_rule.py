"""A rule, or a row of a table, with the conditions and the conclusions of another."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.diagnostics.diagnostic import Label
from averment.model.model import AnyOf, Condition


def find(subject: Subject) -> Iterator[Finding]:
    first: dict[object, str] = {}
    for rule in sorted(subject.model.rules, key=lambda rule: rule.span):
        key = _meaning(rule.when), frozenset(conclusion.text for conclusion in rule.then)
        other = first.setdefault(key, rule.id)
        if other != rule.id:
            label = Label(subject.model.places[other], "says the same")
            yield Finding(subject.model.places[rule.id], {"rule": rule.id, "other": other}, (label,))


def _meaning(conditions: tuple[Condition, ...]) -> frozenset[object]:
    """Conditions as a set: their order means nothing."""
    return frozenset(
        frozenset(map(_meaning, condition.alternatives)) if isinstance(condition, AnyOf) else condition.text
        for condition in conditions
    )


CHECK = Check(
    "AV419",
    find,
    says="`{rule}` has the conditions and conclusions of `{other}`",
    label="adds nothing",
    help="delete one of them; a rule may have several sources as its `backing`",
)
