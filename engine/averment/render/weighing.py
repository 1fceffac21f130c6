"""What matters, on a terminal: the decisive facts, the margins as a tornado, and what cannot turn the claim."""

from __future__ import annotations

from averment.questions.matters import Margin, Matters, Turn, Weight
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, noun, series
from averment.render.tree import Branch, draw, layout, say

_WIDTH = 12  # columns of a bar


def matters_text(matters: Matters, style: Style) -> str:
    """What matters for a claim."""
    rows: list[str] = []
    for weight, title in (
        (Weight.DECISIVE, "Decisive: a change of one of these alone turns the claim"),
        (Weight.PART, "These play a part: only together with others"),
        (Weight.UNDETERMINED, "Not found out within the search allowed"),
        (Weight.IRRELEVANT, "These cannot turn the claim, in whatever combination"),
    ):
        parts = [part for part in matters.parts if part.weight is weight]
        if not parts:
            continue
        branches = [
            Branch(
                [
                    say(
                        f"{noun(part.field)}: {held(part.field, part.value)}",
                        Piece(
                            f"  to {series(map(claim_phrase, part.turns_to), 'or')}" if part.turns_to else "", "doubt"
                        ),
                        note=part.path,
                    )
                ]
            )
            for part in parts
        ]
        rows += [*layout(say(Piece(title, "bold")), style), *draw(branches, style), ""]
    turning = [margin for margin in matters.margins if margin.below or margin.above]
    if turning:
        rows += layout(say(Piece("How far each may move alone before the claim turns", "bold")), style)
        rows += draw(
            [Branch([say(_bar(margin, style), _margin(margin), note=margin.name)]) for margin in turning], style
        )
    return "\n".join(row.rstrip() for row in rows).rstrip() + "\n"


def _margin(margin: Margin) -> str:
    field = margin.field
    turns = [
        f"{word} {held(field, turn.value)} it is {claim_phrase(turn.claim)}"
        for word, turn in (("down to", margin.below), ("up to", margin.above))
        if turn
    ]
    return f" {noun(field)} is {held(field, margin.value)}: {'; '.join(turns)}"


def _bar(margin: Margin, style: Style) -> str:
    """The nearer the turn, the longer the bar on its side."""
    block, rest = ("█", "·") if style.glyphs.branch.strip() == "├─" else ("#", ".")
    left, right = (_length(margin, turn) for turn in (margin.below, margin.above))
    return f"{(block * left).rjust(_WIDTH, rest)}|{(block * right).ljust(_WIDTH, rest)}"


def _length(margin: Margin, turn: Turn | None) -> int:
    if turn is None:
        return 0
    assert isinstance(turn.value, int) and isinstance(margin.value, int)
    part = abs(turn.value - margin.value) / (abs(margin.value) + 1)
    return max(1, round(_WIDTH / (1 + 4 * part)))
