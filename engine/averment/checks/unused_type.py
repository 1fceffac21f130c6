"""A fact type that no rule looks at: a given one, or a derived one that no rule derives either.

What is derived and looked at by no rule is advice, which is told beside the claim.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    model = subject.model
    used = {pattern.type.name for _, pattern in subject.patterns} | {*model.answering}
    used |= {conclusion.type.name for rule in model.rules for conclusion in rule.then}
    for of in model.types.values():
        if of.name not in used:
            how = "derives it or looks at it" if of.derived and not of.data else "looks at it"
            yield Finding(model.type_places.get(of.name), {"type": of.name, "label": f"no rule {how}"})


CHECK = Check(
    "AV414",
    find,
    says="the fact type `{type}` is not used",
    label="{label}",
    help="delete the type, or write the rules that it is for",
)
