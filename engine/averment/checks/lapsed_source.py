"""A rule that rests on a source which is not in force on each day on which the rule itself is."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.ir.eras import days_told
from averment.model.model import ALWAYS


def find(subject: Subject) -> Iterator[Finding]:
    model = subject.model
    for rule in model.rules:
        for name in dict.fromkeys(backing.source for backing in rule.backing if backing.source):
            source = model.sources[name]
            if not rule.valid.within(source.valid):
                own = "always" if rule.valid == ALWAYS else days_told(rule.valid)
                words = {"rule": rule.id, "source": name, "own": own, "days": days_told(source.valid)}
                yield Finding(model.places[rule.id], words)


CHECK = Check(
    "AV645",
    find,
    says="`{rule}` is in force {own}, and rests on `{source}`, which is {days}",
    label="outlasts its source",
    help="say `valid: {{from: …, until: …}}` of the rule, within that of its source",
)
