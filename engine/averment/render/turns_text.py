"""What turns among many cases, on a terminal: how many, to which claim, by which rules, and the first by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from averment.outcome.turns import Answer, Turn, Turns, ordered
from averment.render.display import Piece, Style
from averment.render.phrases import words
from averment.render.tree import Branch, draw, layout, say

_HEADLINE = 4  # ways to turn that the first line tells
_RULES = 5  # rules that are told of a way to turn
_TOLD = {"no_longer": "no longer", "now": "now", "otherwise": "counts otherwise"}


def turns_text(turns: Turns, style: Style, against: str = "") -> str:
    """The summary of what turns; ``against``: what the cases were held against."""
    rows = [*layout(say(Piece(_headline(turns, style, against), "bold")), style)]
    if turns.apart:
        only = f"{_cases(turns.apart)} can be decided by only one of the two."
        rows += layout(say(only), style)
    for before, after, turn in turns.ordered:
        if len(turns.kinds) > 1:  # else the first line has told it
            rows += ["", *layout(say(Piece(way(before, after, style), "bold"), f": {turn.cases:,}"), style)]
        rows += draw([*_rules(turn)], style)
    changed = {name: number for name, number in turns.results.items() if number}
    if changed:
        lines = [Branch([say(f"{words(name)}: {_cases(number)}")]) for name, number in ordered(changed).items()]
        rows += ["", *layout(say(Piece("Results that are otherwise", "bold")), style), *draw(lines, style)]
    if turns.first:
        all_told = len(turns.first) == turns.turned
        title = "Which turn" if all_told else f"The first {len(turns.first)} of them"
        named = [
            Branch([say(f"{turned.case}: {way(turned.before, turned.after, style)}", note=_row(turned.row))])
            for turned in turns.first
        ]
        rows += ["", *layout(say(Piece(title, "bold")), style), *draw(named, style)]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _headline(turns: Turns, style: Style, against: str) -> str:
    under = f"Under {against}, " if against else ""
    if not turns.turned:
        return f"{under}{'none' if under else 'None'} of {_cases(turns.cases)} turns."
    kinds = [f"{turn.cases:,} {way(before, after, style)}" for before, after, turn in turns.ordered]
    rest = sum(turn.cases for _, _, turn in turns.ordered[_HEADLINE:])
    told = ", ".join(kinds[:_HEADLINE]) + (f", and {rest:,} otherwise" if rest else "")
    verb = "turns" if turns.turned == 1 else "turn"
    return f"{under}{turns.turned:,} of {_cases(turns.cases)} {verb}: {told}."


def way(before: Answer, after: Answer, style: Style) -> str:
    """``technical product manager → open``."""
    return f"{_answer(before)} {style.glyphs.arrow} {_answer(after)}"


def _answer(answer: Answer) -> str:
    return f"presumably {words(answer.presumed)}" if answer.presumed else words(answer.claim)


def _rules(turn: Turn) -> Iterator[Branch]:
    for name, counts in turn.rules.items():
        if counts:
            yield Branch([say(f"{_TOLD[name]}: {_listed(counts)}")])


def _cases(number: int) -> str:
    return f"{number:,} case{'' if number == 1 else 's'}"


def _listed(counts: Counter[str]) -> str:
    shown = [f"{rule} ({number:,})" for rule, number in ordered(counts).items()]
    more = f" and {len(shown) - _RULES} more" if len(shown) > _RULES else ""
    return ", ".join(shown[:_RULES]) + more


def _row(row: int) -> str:
    return f"row {row:,}" if row else ""
