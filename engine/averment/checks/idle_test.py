"""A ``test`` that is true of all values that its fields may have: it asks only that they are known."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.contradiction import never, ranges_of
from averment.checks.subject import Subject
from averment.core.operators import OPPOSITE
from averment.core.program import Compare, text_of


def find(subject: Subject) -> Iterator[Finding]:
    idle: dict[tuple[str, str], bool] = {}  # by the rule and the wording: whether it is so in every alternative
    for rule in subject.program.rules:
        if rule.unsaid:
            continue
        ranges = ranges_of(rule, subject.program.types)
        for guard in rule.guards:
            if isinstance(guard, Compare) and guard.origin:
                opposite = Compare(OPPOSITE[guard.operator], guard.left, guard.right)
                key = rule.id, text_of(guard)
                idle[key] = idle.get(key, True) and never(opposite, ranges)
    for (id, text), always in sorted(idle.items()):
        if always:
            yield Finding(subject.model.places[id], {"test": text, "rule": id})


CHECK = Check(
    "AV425",
    find,
    says="`{test}` is true of all values that its fields may have",
    label="tests nothing",
    help="delete the test, or correct it",
)
