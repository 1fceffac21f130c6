"""An example case that does not come out as it expects."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.checks.unknown_expectation import strange, strength_field
from averment.core.values import decode, fit
from averment.diagnostics.diagnostic import Label, Refused, Severity
from averment.model.case import Case
from averment.outcome.outcome import Outcome

_PARTS = {"claim": "the claim", "status": "the status", "presumed": "the presumed claim", "strength": "the strength"}
_MOST = 4  # rules and fields that are told


def find(subject: Subject) -> Iterator[Finding]:
    for case in subject.cases:
        odd = strange(subject.model, case)
        expected = {part: value for part, value in (case.expect or {}).items() if part not in odd}
        if not expected or subject.decide is None:
            continue
        try:
            outcome = subject.decide(case)
        except Refused as refused:
            place = case.expect_places[next(iter(expected))]
            yield Finding(place, {"case": case.name, "label": "there is none", "why": refused.diagnostics[0].message})
            continue
        labels = [
            Label(case.expect_places[part], f"{_PARTS[part]} is {_told(got)}")
            for part, got in _answers(outcome).items()
            if part in expected and _wanted(subject, part, expected[part]) != got
        ]
        if labels:
            first, *rest = labels
            yield Finding(first.span, {"case": case.name, "label": first.text, "why": _why(outcome, case)}, tuple(rest))


def _answers(outcome: Outcome) -> dict[str, object]:
    """What the parts of an expectation are held against."""
    return {
        "claim": outcome.claim,
        "status": outcome.status.value,
        "presumed": outcome.presumed.claim if outcome.presumed else None,
        "strength": outcome.strength,
    }


def _wanted(subject: Subject, part: str, value: object) -> object:
    """What is expected, as outcomes have it: a decimal as text."""
    field = strength_field(subject.model)
    if part != "strength" or value is None or field is None:
        return value
    encoded = fit(value, field, field.name)
    return decode(encoded, field) if isinstance(encoded, (bool, int, str, frozenset)) else value


def _told(got: object) -> str:
    return "none" if got is None else f"`{str(got).lower() if isinstance(got, bool) else got}`"


def _why(outcome: Outcome, case: Case) -> str:
    """In short what the claim comes from, or hangs on."""
    if not outcome.settled:
        return f"it hangs on {_listed(outcome.hangs_on)}"
    claim = outcome.evaluation.program.claim.type
    rules = sorted({f.rule.id for f in outcome.evaluation.firings if any(head.type == claim for head in f.rule.heads)})
    return f"the claim follows from {_listed(rules)}" if rules else f"no rule makes a claim of `{case.name}`"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST])
    return shown + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")


CHECK = Check(
    "AV409",
    find,
    says="case `{case}` does not come out as it expects",
    label="{label}",
    help="correct the rules; or, if they are right, what is expected",
    note="{why}",
    severity=Severity.ERROR,
)
