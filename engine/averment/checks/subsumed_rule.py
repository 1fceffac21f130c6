"""A rule, or a row of a table, with the conclusions of another, all of its conditions, and more of them.

Equal rules are told for themselves (AV419).
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.duplicate_rule import Parts, conclusions, parts
from averment.checks.subject import Subject
from averment.diagnostics.diagnostic import Label


def find(subject: Subject) -> Iterator[Finding]:
    asked = {rule.id: (conclusions(rule), parts(rule.when)) for rule in subject.model.own_rules}
    under: dict[tuple[Parts, object], list[str]] = {}  # the rules with a conclusion, each by one of its conditions
    for id, (concluded, conditions) in asked.items():
        under.setdefault((concluded, next(iter(conditions), None)), []).append(id)
    for id, (concluded, conditions) in asked.items():
        near = (other for condition in (*conditions, None) for other in under.get((concluded, condition), ()))
        wider = min((other for other in near if asked[other][1] < conditions), default=None)
        if wider is not None:
            label = Label(subject.model.places[wider], "asks for less")
            yield Finding(subject.model.places[id], {"rule": id, "other": wider}, (label,))


CHECK = Check(
    "AV424",
    find,
    says="wherever `{rule}` fires, `{other}` concludes the same",
    label="adds nothing",
    help="delete it, or add to `{other}` what tells the two apart",
)
