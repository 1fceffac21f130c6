"""A derived type whose rules match nothing but what rests on it in turn, so that none of them can ever fire.

What no rule derives is told for itself (AV406), and taken to be there. A ``not`` and an aggregate may hold of no facts.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.diagnostics.diagnostic import Label


def find(subject: Subject) -> Iterator[Finding]:
    model, rules = subject.model, subject.program.rules
    made = {head.type for rule in rules for head in rule.heads}
    founded: set[str] = set()
    waiting = set(range(len(rules)))
    while ready := {
        index
        for index in waiting
        if all(match.type not in made or match.type in founded for match in rules[index].matches)
    }:
        founded |= {head.type for index in ready for head in rules[index].heads}
        waiting -= ready
    for name in sorted(subject.program.recursive - founded):
        ids = sorted({rule.id for rule in rules for head in rule.heads if head.type == name})
        first, *rest = (model.places[id] for id in ids)
        label = f"derives `{name}` from what rests on it"
        yield Finding(first, {"type": name, "label": label}, tuple(Label(place, label) for place in rest))


CHECK = Check(
    "AV407",
    find,
    says="no rule can ever derive `{type}`: its rules rest on each other alone",
    label="{label}",
    help="derive one of them from given facts",
)
