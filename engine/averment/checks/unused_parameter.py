"""A parameter that no rule names."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.ir.parameters import referred


def find(subject: Subject) -> Iterator[Finding]:
    used = {name for rule in subject.model.rules for name in referred(rule)}
    for parameter in subject.model.parameters.values():
        if parameter.name not in used:
            yield Finding(parameter.span, {"parameter": parameter.name})


CHECK = Check(
    "AV415",
    find,
    says="no rule names the parameter `{parameter}`",
    label="whatever its value, nothing changes",
    help="delete the parameter, or name it where its value stands in a rule",
)
