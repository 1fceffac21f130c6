"""An example case that does not come out as it expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from averment.checks.check import Check, Finding
from averment.checks.subject import Subject
from averment.checks.unknown_expectation import strange, strength_field
from averment.core.values import Misfit, decode, fit, in_order
from averment.diagnostics.diagnostic import Label, Refused, Severity
from averment.model.expecting import OF_RESULT, of_result, values_of
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.outcome.result import ResultOutcome

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
        found: list[tuple[Label, Outcome | ResultOutcome]] = [
            (Label(case.expect_places[part], f"{_PARTS[part]} is {_told(got)}"), outcome)
            for part, got in _answers(outcome).items()
            if part in expected and _wanted(subject, part, expected[part]) != got
        ]
        for name, result in outcome.results.items():
            if OF_RESULT + name in expected and (why := _unlike(result, expected[OF_RESULT + name])):
                found.append((Label(case.expect_places[OF_RESULT + name], f"`{name}` is {why}"), result))
        if found:
            (first, about), *rest = found
            words = {"case": case.name, "label": first.text, "why": _why(outcome, about)}
            yield Finding(first.span, words, tuple(label for label, _ in rest))


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


def _unlike(result: ResultOutcome, expected: object) -> str:
    """What a result is instead of what is expected; nothing where it is that."""
    presumed, possible = result.presumed, result.possible
    low, high = (possible.low, possible.high) if possible else (None, None)
    got = {
        "status": result.status.value,
        "value": result.value,
        "presumed": presumed.value if presumed else None,
        "from": decode(low, result.field),
        "to": decode(high, result.field),
    }
    wanted = of_result(expected)
    if all(_encoded(result, part, value) == got[part] for part, value in wanted.items()):
        return ""
    if result.status is Status.SETTLED:
        return _told(result.value)
    told = f"{result.status.value}, {_told(presumed.value)}" if presumed else result.status.value
    if low is not None or high is not None:
        told += f", from {_told(got['from'])} to {_told(got['to'])}"
    return told


def _encoded(result: ResultOutcome, part: str, value: object) -> object:
    """What is expected, as outcomes have it: a decimal as text, many values in their order."""
    if part == "status" or value is None:
        return value
    field, many = result.field, result.result.many
    found = [fit(each, field, field.name) for each in values_of(value, many)]
    shown = [decode(each, field) for each in in_order((e for e in found if not isinstance(e, Misfit)), field)]
    return shown if many and part in ("value", "presumed") else shown[0]


def _told(got: Any) -> str:
    if isinstance(got, list):
        return f"`[{', '.join(map(str, cast('list[object]', got)))}]`"
    return "none" if got is None else f"`{str(got).lower() if isinstance(got, bool) else got}`"


def _why(outcome: Outcome, about: Outcome | ResultOutcome) -> str:
    """In short what the claim, or a result, comes from, or hangs on."""
    if not about.settled:
        return f"it hangs on {_listed(about.hangs_on)}"
    result = about.result if isinstance(about, ResultOutcome) else None
    type = result.type if result else outcome.evaluation.program.claim.type
    rules = sorted({f.rule.id for f in outcome.evaluation.firings if any(head.type == type for head in f.rule.heads)})
    if not rules:
        return f"no rule gives `{result.name}` a value" if result else f"no rule makes a claim of `{outcome.name}`"
    return f"{f'`{result.name}`' if result else 'the claim'} follows from {_listed(rules)}"


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
