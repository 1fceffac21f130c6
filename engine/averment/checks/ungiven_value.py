"""A value of a derived field that no rule gives it, such as a claim that is never made.

Of a field that some rule gives what a variable or a parameter holds, any value may come.
"""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.core.program import Kind
from averment.core.values import decode
from averment.model.model import Constant, Rounding, Term

_LISTED = (Kind.CHOICE, Kind.LEVEL)


def find(subject: Subject) -> Iterator[Finding]:
    model, given = subject.model, dict[str, list[tuple[Term | Rounding, ...]]]()
    for rule in model.rules:
        for conclusion in rule.then:
            given.setdefault(conclusion.type.name, []).append(conclusion.values)
    for name, derived in given.items():
        if model.types[name].table:
            continue  # what rows tell each other
        for index, field in enumerate(model.types[name].fields):
            terms = [values[index] for values in derived]
            if field.kind not in _LISTED or not all(isinstance(term, Constant) for term in terms):
                continue
            made = {decode(term.value, field) for term in terms if isinstance(term, Constant)}
            claim = (name, index) == (model.claim.type, model.claim.field)
            for value in field.values:
                if value not in made:
                    label = "a claim that is never made" if claim else "never derived"
                    words = {"value": value, "field": f"{name}.{field.name}", "label": label}
                    yield Finding(model.type_places.get(f"{name}.{field.name}"), words)


CHECK = Check(
    "AV417",
    find,
    says="no rule gives `{field}` the value `{value}`",
    label="{label}",
    help="delete the value, or write the rule that gives it",
)
