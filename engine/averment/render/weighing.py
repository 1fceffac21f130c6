"""What matters, on a terminal: the decisive facts, the margins as a tornado, and what cannot turn the claim."""

from __future__ import annotations

from dataclasses import replace

from averment.questions.matters.matters import Margin, Matters, Turn, Weight
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, labelled, series
from averment.render.tree import Branch, draw, layout, say

_WIDTH = 12  # columns of a bar


def matters_text(matters: Matters, style: Style) -> str:
    """What matters for a claim."""
    rows: list[str] = []
    decisive = [part for part in matters.parts if part.weight is Weight.DECISIVE]
    to = _only({part.turns_to for part in decisive})
    for weight, title in (
        (Weight.DECISIVE, f"Decisive: another value of any one of these turns the claim{to}"),
        (Weight.PART, "These play a part: only together with others"),
        (Weight.UNDETERMINED, f"Not found out within the search allowed, {matters.seconds:g} s"),
        (Weight.IRRELEVANT, "These cannot turn the claim, in whatever combination"),
    ):
        parts = [part for part in matters.parts if part.weight is weight]
        if not parts:
            continue
        branches = [
            Branch(
                [
                    say(
                        labelled(part.field, part.value),
                        Piece("" if to else _to(part.turns_to), "doubt"),
                        note=part.path,
                    )
                ]
            )
            for part in parts
        ]
        rows += [*layout(say(Piece(title, "bold")), style), *draw(branches, style), ""]
    turning = [margin for margin in matters.margins if margin.below or margin.above]
    if turning:
        to = _only({(turn.claim,) for margin in turning for turn in (margin.below, margin.above) if turn})
        title = f"How far each may move alone before the claim turns{to}"
        rows += layout(say(Piece(title, "bold")), style)
        rows += draw(
            [Branch([say(_bar(margin, style), _margin(margin, bool(to)), note=margin.name)]) for margin in turning],
            style,
        )
    elif matters.margins and all(margin.exact for margin in matters.margins):
        rows += layout(say("No number, level, date or parameter turns the claim by moving alone."), style)
    untold = sum(not margin.exact for margin in matters.margins)
    if untold:
        many = "one number" if untold == 1 else f"{untold:,} numbers"
        text = f"How far {many} may move was not found out for certain; {matters.seconds:g} s were allowed."
        rows += ["", *layout(say(text), style)]
    return "\n".join(row.rstrip() for row in rows).rstrip() + "\n"


def _only(turns: set[tuple[str, ...]]) -> str:
    """What everything turns the claim to, to be said once; nothing where they differ."""
    return _to(*turns) if len(turns) == 1 else ""


def _to(claims: tuple[str, ...]) -> str:
    return f" to {series(map(claim_phrase, claims), 'or')}" if claims else ""


def _margin(margin: Margin, alike: bool) -> str:
    """``number of engineers: 24, turns at 19``, and to what where not all turn ``alike``."""
    field = replace(margin.field, unit="")
    turns = [
        f"at {held(field, turn.value)}{'' if alike else _to((turn.claim,))}"
        for turn in (margin.below, margin.above)
        if turn
    ]
    return f" {labelled(margin.field, margin.value)}, turns {series(turns)}"


def _bar(margin: Margin, style: Style) -> str:
    """The nearer the turn, the longer the bar on its side."""
    bar, rest = style.glyphs.bar, style.glyphs.rest
    left, right = (_length(margin, turn) for turn in (margin.below, margin.above))
    return f"{(bar * left).rjust(_WIDTH, rest)}|{(bar * right).ljust(_WIDTH, rest)}"


def _length(margin: Margin, turn: Turn | None) -> int:
    if turn is None:
        return 0
    assert isinstance(turn.value, int) and isinstance(margin.value, int)
    part = abs(turn.value - margin.value) / (abs(margin.value) + 1)
    return max(1, round(_WIDTH / (1 + 4 * part)))
