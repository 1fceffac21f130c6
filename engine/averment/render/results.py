"""Results in words: what each is or may still be, and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from averment.core.node import Span
from averment.core.program import Field, Value
from averment.core.values import in_order
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.outcome.result import ResultOutcome
from averment.outcome.results import Possible
from averment.render.display import Piece, Style
from averment.render.facts import Given
from averment.render.phrases import held, series, words
from averment.render.places import rule_place
from averment.render.reasons import Reasons
from averment.render.tree import Branch, say

ROLES = {
    Status.SETTLED: "good",
    Status.PRESUMED: "doubt",
    Status.OPEN: "doubt",
    Status.GAP: "doubt",
    Status.CONFLICT: "bad",
}
_MOST = 12  # values told
_FEW = 3  # unknown fields named


def result_name(result: ResultOutcome) -> str:
    """What a result is called in a sentence."""
    return result.result.label or words(result.name)


def result_phrase(result: ResultOutcome) -> str:
    """What a result is, or may still be: ``120 EUR``, ``open, from 20 to 120 EUR``, ``presumably high``."""
    match result.status:
        case Status.SETTLED:
            return _listed(result.field, result.reading.values) if result.reading.values else "none"
        case Status.PRESUMED:
            assert result.presumed is not None
            return f"presumably {result_phrase(result.presumed)}"
        case Status.GAP:
            return "no value"
        case Status.CONFLICT:
            return f"a conflict of {_listed(result.field, _certain(result))}"
        case Status.OPEN:
            assert result.possible is not None
            return f"open, {possible_phrase(result.possible, result.field, result.result.many)}"


def possible_phrase(possible: Possible, field: Field, many: bool) -> str:
    """``from 20 to 120 EUR, or no value``; of many values ``insure, and maybe take train``."""
    spread = _spread(possible, field, "and" if many else "or")
    if many:
        sure = _listed(field, possible.certainly) if possible.certainly else ""
        return f"{sure}, and maybe {spread}" if sure else f"maybe {spread}"
    told = [spread] if spread else []
    told += ["no value"] if possible.gap else []
    told += ["a conflict"] if possible.conflict else []
    return ", or ".join(told)


def _spread(possible: Possible, field: Field, last: str) -> str:
    if possible.values is not None:
        return _listed(field, possible.values, last) if possible.values else ""
    low, high = possible.low, possible.high
    if low is None and high is None:
        return "any value"
    if low is None or high is None:
        return f"at most {held(field, high)}" if low is None else f"at least {held(field, low)}"
    return held(field, low) if low == high else f"from {held(replace(field, unit=''), low)} to {held(field, high)}"


def _listed(field: Field, values: tuple[Value, ...], last: str = "and") -> str:
    shown = [held(field, value) for value in values[:_MOST]]
    return series(shown + ([f"{len(values) - _MOST} more"] if len(values) > _MOST else []), last)


def _certain(result: ResultOutcome) -> tuple[Value, ...]:
    found = {fact.values[result.result.field] for fact in result.reading.roots}
    return in_order((value for value in found if value is not None), result.field)


def result_lines(outcome: Outcome, model: Model) -> list[Branch]:
    """The results beside what heads the outcome, one line each, with the rule it comes from, or what it hangs on."""
    return [_line(result, model) for result in beside_head(outcome)]


def beside_head(outcome: Outcome) -> list[ResultOutcome]:
    """The results; without the first where no claim heads the outcome."""
    return [*outcome.results.values()][0 if outcome.claim is not None else 1 :]


def head_of(outcome: Outcome) -> ResultOutcome:
    """The result that heads an outcome without a claim."""
    return next(iter(outcome.results.values()))


def _line(result: ResultOutcome, model: Model) -> Branch:
    told = result.presumed or result
    if told.status is Status.OPEN:
        note = ", ".join(told.hangs_on[:_FEW])
        note += f" and {len(told.hangs_on) - _FEW} more" if len(told.hangs_on) > _FEW else ""
    else:
        support = told.evaluation.support
        rules = {firing.rule.id for fact in told.reading.roots for firing in support.get(fact, ())}
        note = rule_place(model, rules.pop()) if len(rules) == 1 else ""
    name = f"{result_name(result)}: "
    return Branch([say(name, Piece(result_phrase(result), ROLES[result.status]), note=note, hang=2)])


def result_reasons(
    outcome: Outcome, model: Model, style: Style, places: Mapping[str, Span]
) -> Iterator[tuple[ResultOutcome, list[Branch]]]:
    """Each result with all reasons for it; of what is presumed, the reasons with that filled in."""
    growing: dict[int, Reasons] = {}
    for result in outcome.results.values():
        whole = result.supposed if result.presumed and result.supposed else outcome
        if id(whole) not in growing:
            growing[id(whole)] = Reasons(whole.derivation, model, Given.of(whole, places), style)
        roots = sorted((result.presumed or result).reading.roots, key=whole.derivation.path)
        certain = whole.evaluation.memory.truths
        branches = [
            branch
            for fact in sorted(roots, key=lambda fact: certain[fact] is not TRUE)
            for branch in growing[id(whole)].of(fact)
        ]
        yield result, branches
