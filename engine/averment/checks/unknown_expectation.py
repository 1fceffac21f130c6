"""An example case that expects what does not exist: no claim or result of the pack, no value of it or its strength."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.core.program import Field
from averment.core.values import Misfit, fit
from averment.diagnostics.diagnostic import Severity
from averment.model.case import Case
from averment.model.expecting import OF_RESULT, of_result, values_of
from averment.model.model import Model
from averment.model.names import suggestion

_WORDS = ("open", "gap", "conflict")


def find(subject: Subject) -> Iterator[Finding]:
    for case in subject.cases:
        for part, why in strange(subject.model, case).items():
            help = why.help[0] if why.help else ""
            yield Finding(case.expect_places[part], {"message": why.message, "label": why.label, "help": help})


def strange(model: Model, case: Case) -> dict[str, Misfit]:
    """The parts of what a case expects that no case of the pack could have, each with the reason."""
    found: dict[str, Misfit] = {}
    for part, value in (case.expect or {}).items():
        why = _strange(part, value, model)
        if why is not None:
            found[part] = why
    return found


def strength_field(model: Model) -> Field | None:
    """The field that holds the strength of a claim, where the pack names one."""
    claim = model.claim
    return model.types[claim.strength_type].fields[claim.strength_field] if claim.strength_type else None


def _strange(part: str, value: object, model: Model) -> Misfit | None:
    if part.startswith(OF_RESULT):
        return _strange_result(part.removeprefix(OF_RESULT), value, model)
    if part in ("claim", "presumed"):
        if not model.claim:
            return Misfit("", "the pack has results and no claim", "of which nothing is said", ())
        claims = (*model.claim.values, *(_WORDS if part == "claim" else ()))
        if value in claims:
            return None
        return Misfit("", f"`{value}` is not a claim of this pack", "unknown claim", suggestion(str(value), claims))
    field = strength_field(model)
    if part != "strength" or value is None:
        return None
    if field is None:
        return Misfit("", "the claims of this pack have no strength", "of which nothing is said", ())
    misfit = fit(value, field, f"{model.claim.strength_type}.{field.name}")
    return misfit if isinstance(misfit, Misfit) else None


def _strange_result(name: str, value: object, model: Model) -> Misfit | None:
    result = next((result for result in model.results if result.name == name), None)
    if result is None:
        names = [result.name for result in model.results]
        return Misfit("", f"`{name}` is not a result of this pack", "unknown result", suggestion(name, names))
    field = model.types[result.type].fields[result.field]
    for part, told in of_result(value).items():
        if part == "status" or told is None:
            continue
        if part in ("from", "to") and not field.kind.ordered:
            return Misfit("", f"`{name}` has no order", "a `from` or `to` of what has none", ())
        for each in values_of(told, result.many):
            misfit = fit(each, field, name)
            if isinstance(misfit, Misfit):
                return misfit
    return None


CHECK = Check("AV408", find, says="{message}", label="{label}", help="{help}", severity=Severity.ERROR)
