"""The claim of a case as it stands: how it is told at once, and what takes a moment longer to find.

At once: the claim, what speaks for each side and how much, what is presumed, how much is open. A moment later, in
another request: what would turn it, what to ask next, and how it changes along each number and level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from averment.core.naming import field_at
from averment.diagnostics.diagnostic import Refused
from averment.outcome.claim import Status
from averment.outcome.explained import Explained, explain
from averment.outcome.outcome import Outcome
from averment.questions.glance import Turning, turning
from averment.render.evidence import Side, in_order, leading, score, sides, weighs
from averment.render.html_evidence import picture
from averment.render.markup import Markup
from averment.render.outline import headline, verdict_of
from averment.render.phrases import claim_phrase, held, noun, record_at, stated, untold, words
from averment.render.presumption import denied, rebuttal_phrase, searched
from averment.render.results import beside_head, result_name, result_phrase
from averment.warrant.sentences import sentence
from averment_service.pages.case_form import CaseForm
from averment_service.pages.questions_view import order_of, question_text
from averment_service.pages.sliders import Slider, sliders

_SHOWN = 3  # reasons of a side that stand open
_NEXT = 4  # questions that are told
_REBUTTALS = 5


class Reason(NamedTuple):
    weight: str
    says: str
    rule: str


class SideView(NamedTuple):
    """One side: for a claim, or ``against`` it."""

    claim: str
    against: bool
    total: str
    shown: tuple[Reason, ...]
    more: tuple[Reason, ...]
    undecided: tuple[Reason, ...]
    doubtful: str


class Presumed(NamedTuple):
    path: str
    says: str
    why: str


class ResultView(NamedTuple):
    """A result: what it is called, what it is or may be, and how it stands."""

    name: str
    says: str
    status: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """What is told at once. ``status`` is a word of the law; ``told`` the claim in a sentence that is read out."""

    status: str
    title: str
    badges: tuple[str, ...]
    verdict: str
    rule: str
    bars: Markup | None
    sides: tuple[SideView, ...]
    presuming: tuple[Presumed, ...]
    hanging: int
    told: str
    results: tuple[ResultView, ...]


class Next(NamedTuple):
    """A question to ask: its text, the input it is asked by, and what its answers may do."""

    text: str
    id: str
    promise: str


class Rebuttal(NamedTuple):
    says: str
    claim: str


class Step(NamedTuple):
    """A change: of what, from what, to what; the input that holds it."""

    noun: str
    before: str
    after: str
    id: str


class Change(NamedTuple):
    claim: str
    steps: tuple[Step, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is told a moment later."""

    next: tuple[Next, ...]
    rebuttals: tuple[Rebuttal, ...]
    more: int
    limit: str
    change: Change | None
    sliders: tuple[Slider, ...]


def claim_view(outcome: Outcome) -> ClaimView:
    """The claim as it stands."""
    explained = explain(outcome)
    told, status = explained.outcome, outcome.status
    weighed = sides(explained) if status is not Status.CONFLICT and weighs(explained) else []
    ordered = in_order(weighed, "" if status is Status.OPEN else told.claimed)
    title, badges = _headline(outcome, told, ordered)
    application = leading(explained) if status is Status.SETTLED else None
    verdict = verdict_of(outcome, "below", claim_phrase)
    if application:
        verdict = sentence(application.firing.rule, application.bindings)
    settled = told.claimed if status in (Status.SETTLED, Status.PRESUMED) else ""
    shown = [side for side in ordered if side.reach]
    hanging = len(outcome.hangs_on)
    spoken = f"{title}. {', '.join(badges)}. {_open_words(hanging)}"
    return ClaimView(
        status.value,
        title,
        tuple(badges),
        verdict,
        application.firing.rule.id if application else "",
        picture(shown, settled) if shown else None,
        tuple(_side(side) for side in shown),
        tuple(_presuming(explained)),
        hanging,
        spoken,
        tuple(
            ResultView(result_name(each), result_phrase(each), each.status.value)
            for each in (beside_head(outcome) if outcome.results else ())
        ),
    )


def outlook(form: CaseForm, outcome: Outcome) -> Outlook:
    """What takes a moment to find. To be run aside."""
    order = order_of(form, outcome)
    following = [
        Next(question_text(found), found.id, _promise(each.settling, each.tried))
        for each in order.questions[:_NEXT]
        if (found := form.paths.get(each.path))
    ]
    rebuttals, more, limit = _rebuttals(outcome)
    change = _change(form, turning(outcome))
    moving = () if outcome.claim is None else tuple(_sliders(form, outcome))
    return Outlook(tuple(following), rebuttals, more, limit, change, moving)


def _headline(outcome: Outcome, told: Outcome, ordered: list[Side]) -> tuple[str, list[str]]:
    if told.claim is None:
        return _capital(headline(outcome)), [outcome.status.value]
    claim = claim_phrase(told.claim)
    stands, badges = score(ordered)[1], list[str]()
    match outcome.status:
        case Status.SETTLED:
            title = _capital(claim)
            badges = ["settled"]
        case Status.PRESUMED:
            title = f"Presumably {claim}"
            badges = ["presumed"]
        case Status.OPEN:
            title = "Still open"
        case Status.GAP:
            title = "No claim at all"
        case Status.CONFLICT:
            title = "A conflict of claims"
    if told.strength is not None and outcome.status is not Status.OPEN:
        badges.insert(0, words(str(told.strength)))
    if stands:
        badges.append(f"{'so far ' if outcome.status is Status.OPEN else ''}{stands}")
    return title, badges


def _side(side: Side) -> SideView:
    certain = [Reason(each.shown, each.says, each.rule) for each in side.certain]
    undecided = [Reason(each.shown, each.says, each.rule) for each in side.undecided]
    return SideView(
        claim_phrase(side.claim),
        side.against,
        side.total,
        tuple(certain[:_SHOWN]),
        tuple(certain[_SHOWN:]),
        tuple(undecided),
        side.doubtful,
    )


def _presuming(explained: Explained) -> Iterator[Presumed]:
    presumption = explained.presumption
    types = explained.outcome.evaluation.program.types
    for path in presumption.presuming if presumption else ():
        field = field_at(types, path)
        if field is not None and field.presumption is not None:
            yield Presumed(path, stated(field, held(untold(field), field.presumption)), field.presumed_for)


def _rebuttals(outcome: Outcome) -> tuple[tuple[Rebuttal, ...], int, str]:
    if not outcome.presumed:
        return (), 0, ""
    unless = outcome.presumed.unless
    shown = [Rebuttal(rebuttal_phrase(each), claim_phrase(each.claim)) for each in unless.rebuttals[:_REBUTTALS]]
    limit = "" if unless.up_to is None else searched(unless.up_to)
    return tuple(shown), max(0, len(unless.rebuttals) - _REBUTTALS), limit


def _change(form: CaseForm, found: Turning | None) -> Change | None:
    if found is None:
        return None
    steps: list[Step] = []
    for denial, given in zip(found.denials, found.given, strict=True):
        at = form.paths.get(denial.path)
        record = record_at(denial.path)
        named = f"{noun(denial.field)} of {record}" if record else noun(denial.field)
        steps.append(Step(named, held(untold(denial.field), given), denied(denial), at.id if at else ""))
    return Change(claim_phrase(found.claim), tuple(steps), found.others)


def _sliders(form: CaseForm, outcome: Outcome) -> Iterator[Slider]:
    try:
        yield from sliders(form, outcome)
    except Refused:  # of a case that another value would leave without an outcome
        return


def _promise(settling: int, tried: int) -> str:
    if not settling:
        return ""
    return "any answer settles it" if settling == tried else f"{settling} of {tried} answers settle it"


def _open_words(hanging: int) -> str:
    return f"{hanging} open question{'' if hanging == 1 else 's'} may still turn it." if hanging else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
