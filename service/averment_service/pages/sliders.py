"""What if: how the claim changes along a number or a level, as a slider with its turning points marked.

A slider reaches as far as something turns, and somewhat further; the whole range of a field is mostly too wide to see
anything on. Its picture is drawn here: a stretch for each claim, a mark where it turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

from averment.core.optional import nothing
from averment.core.program import Field, Kind
from averment.core.values import decode, ends
from averment.outcome.outcome import Outcome
from averment.questions.judging.budget import Budget, Spent
from averment.questions.judging.knowledge import Knowledge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation
from averment.questions.whatif import Stretch, sweep
from averment.render.markup import Markup, element, joined
from averment.render.phrases import claim_phrase, held, noun, untold
from averment_service.pages.case_form import CaseForm, Input

_WIDTH, _HEIGHT = 1000, 14
_SECONDS, _ONE = 2.0, 0.5  # for all of them, and for one
_MOST = 40
_KINDS = (Kind.INTEGER, Kind.DECIMAL, Kind.LEVEL)


class Part(NamedTuple):
    """A stretch in words: from where to where it reaches, and the claim there."""

    shown: str
    claim: str
    here: bool


@dataclass(frozen=True, slots=True)
class Slider:
    """A slider of an input: encoded ends, step and value, the ``texts`` of its stops where these are levels."""

    input: Input
    noun: str
    low: int
    high: int
    value: int
    places: int
    shown: str
    texts: tuple[str, ...]
    values: tuple[str, ...]
    picture: Markup
    parts: tuple[Part, ...]


def sliders(form: CaseForm, outcome: Outcome) -> Iterator[Slider]:
    """A slider for each given number and level along which the claim turns. Raises: Refused."""
    knowledge, until = Knowledge(form.pack), monotonic() + _SECONDS
    claims = [*outcome.evaluation.program.claim.values]
    try:
        judge = judge_of(Situation(outcome.evaluation.program, outcome.case), Budget(_ONE))
    except Spent:
        return
    for path, each in [*form.paths.items()][:_MOST]:
        if each.field.kind in _KINDS and isinstance(each.value, int) and _slides(each, each.value):
            if (left := until - monotonic()) <= 0:
                return
            stretches = sweep(knowledge, outcome, path, seconds=min(_ONE, left), judge=judge).stretches
            if len({stretch.claim for stretch in stretches}) > 1:
                yield _slider(each, each.value, stretches, claims)


def _slides(each: Input, value: int) -> bool:
    if each.field.optional and each.field.kind is not Kind.LEVEL and value == nothing(each.field):
        return False
    return each.field.name not in each.type.key


def _slider(each: Input, value: int, stretches: tuple[Stretch, ...], claims: list[str]) -> Slider:
    low, high = _window(each.field, value, stretches)
    level = each.field.kind is Kind.LEVEL
    shown = [one for one in stretches if _at(one.low) <= high and _at(one.high) >= low]
    return Slider(
        each,
        noun(each.field),
        low,
        high,
        value,
        each.field.places,
        held(untold(each.field), value),
        tuple(held(each.field, number) for number in range(low, high + 1)) if level else (),
        tuple(each.field.values[low : high + 1]) if level else (),
        _picture(shown, low, high, claims),
        tuple(
            Part(_reach(each.field, one, stretches), claim_phrase(one.claim), _at(one.low) <= value <= _at(one.high))
            for one in shown
        ),
    )


def _window(field: Field, value: int, stretches: tuple[Stretch, ...]) -> tuple[int, int]:
    """The part of the range that is shown."""
    least, greatest = ends(field)
    if field.optional and field.kind is not Kind.LEVEL:
        least += 1  # that it has no value is no place on a line
    if field.kind is Kind.LEVEL:
        return least, greatest
    marks = [value, *(_at(each.low) for each in stretches[1:])]
    room = max((max(marks) - min(marks)) // 2, max(marks) // 4, 2 * 10**field.places)
    return max(least, min(marks) - room), min(greatest, max(marks) + room)


def _picture(stretches: list[Stretch], low: int, high: int, claims: list[str]) -> Markup:
    """The stretches in a row, each in the colour of its claim."""
    width = high - low + 1
    boxes: list[Markup] = []
    for each in stretches:
        start = max(_at(each.low), low) - low
        end = min(_at(each.high), high) + 1 - low
        kind = f"claim-{claims.index(each.claim) % 4}" if each.claim in claims else "claim-none"
        title = element("title", claim_phrase(each.claim))
        at, wide = start * _WIDTH / width, (end - start) * _WIDTH / width
        boxes.append(
            element("rect", title, x=f"{at:.1f}", y=0, width=f"{max(wide - 2, 2):.1f}", height=_HEIGHT, class_=kind)
        )
    return element(
        "svg", joined(*boxes), viewBox=f"0 0 {_WIDTH} {_HEIGHT}", preserveAspectRatio="none", aria_hidden="true",
        class_="stretches",
    )  # fmt: skip


def _reach(field: Field, each: Stretch, stretches: tuple[Stretch, ...]) -> str:
    """``up to 19 engineers``, ``20 engineers or more``, ``4 to 7 percent``, ``high``."""
    low, high = _at(each.low), _at(each.high)
    if low == high:
        return held(untold(field), low)
    if each is stretches[0]:
        return f"up to {held(untold(field), high)}"
    if each is stretches[-1]:
        return f"{held(untold(field), low)} or more"
    return f"{decode(low, field)} to {held(untold(field), high)}"


def _at(value: object) -> int:
    assert isinstance(value, int)
    return value
