"""A given field without the question by which it is asked for, of a type that some rule looks at."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    looked = {pattern.type.name for _, pattern in subject.patterns}
    for of in subject.model.types.values():
        for field in of.fields if of.name in looked and not of.derived else ():
            if not field.ask:
                name = f"{of.name}.{field.name}"
                yield Finding(subject.model.type_places.get(name), {"field": name})


CHECK = Check(
    "AV422",
    find,
    says="`{field}` has no question",
    label="needs `ask`",
    help="add `ask: …?`: how somebody is asked for it who does not know the pack",
)
