"""A given field that no condition looks at.

Fields of a key tell records apart, and a type of which no field is looked at is told as a whole (AV414).
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject, pattern_in
from averment.model.model import AggregateOf, Condition, KnownOf


def find(subject: Subject) -> Iterator[Finding]:
    looked = {pattern.type.name for _, pattern in subject.patterns}
    used = {name for _, condition in subject.conditions for name in _looked_at(condition)}
    if day := subject.model.day:
        used.add(f"{day.type.name}.{day.type.fields[day.field].name}")
    for of in subject.model.types.values():
        if (of.data or not of.derived) and of.name in looked:
            for field in of.fields:
                name = f"{of.name}.{field.name}"
                if name not in used and field.name not in of.key:
                    label = "had for nothing" if of.data else "asked for in vain"
                    yield Finding(subject.model.type_places.get(name), {"field": name, "label": label})


def _looked_at(condition: Condition) -> Iterator[str]:
    pattern = pattern_in(condition)
    if pattern is None:
        return
    places = {part.field for parts in (pattern.cells, pattern.binds, pattern.compares) for part in parts}
    if isinstance(condition, (AggregateOf, KnownOf)) and condition.field is not None:
        places.add(condition.field)
    for place in places:
        yield f"{pattern.type.name}.{pattern.type.fields[place].name}"


CHECK = Check(
    "AV413",
    find,
    says="no rule looks at `{field}`",
    label="{label}",
    help="delete the field, or write the rule that it is for",
)
