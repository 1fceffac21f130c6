"""A derived type that is looked at, or is the claim or a result, and that no rule derives."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    model = subject.model
    derived = {conclusion.type.name for rule in model.rules for conclusion in rule.then} | model.data.keys()
    told: set[str] = set()
    for rule, pattern in subject.patterns:
        name = pattern.type.name
        if pattern.type.derived and name not in derived and name not in told:
            told.add(name)
            yield Finding(model.places[rule.id], {"type": name, "label": f"looks at `{name}`"})
    for name, place in model.answering.items():
        if name not in derived and name not in told:
            yield Finding(place, {"type": name, "label": "named here"})


CHECK = Check("AV406", find, says="no rule derives `{type}`", label="{label}")
