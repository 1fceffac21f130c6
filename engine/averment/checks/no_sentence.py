"""A rule or table that says nothing: explanations tell its conditions where the author's sentence should stand."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    told: set[str] = set()
    for rule in subject.model.own_rules:
        name, of_table, _ = rule.id.partition("/")
        if not rule.says and name not in told:
            told.add(name)
            what = "table" if of_table else "rule"
            yield Finding(subject.model.places[rule.id], {"what": what, "name": name})


CHECK = Check(
    "AV421",
    find,
    says="the {what} `{name}` has no sentence",
    label="needs `says`",
    help="add `says: …`: what holds when the {what} applies, for whoever asks why",
)
