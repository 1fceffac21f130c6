"""The answers to questions on a terminal: what would turn a claim, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from averment.outcome.outcome import Outcome
from averment.questions.flip import Change, Flips
from averment.questions.missing import Missing
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, labelled, noun, series, subject
from averment.render.tree import Branch, Line, draw, layout, say

_PROOF = {"solver": "proved with Z3", "search": "all combinations were tried"}


def flips_text(flips: Flips, style: Style) -> str:
    """The smallest flips, each with its changes."""
    rows: list[str] = []
    goal = claim_phrase(flips.to) if flips.to else "another claim"
    if not flips.flips:
        text = f"Nothing that may change turns {claim_phrase(flips.claim)} into {goal} ({_PROOF[flips.proved_by]})."
        return _page(layout(say(text), style))
    many = len(flips.flips[0].changes)
    what = "one change" if many == 1 else f"{many} changes together"
    rows += layout(
        say(
            Piece(
                f"{what.capitalize()} would turn the claim; nothing smaller does ({_PROOF[flips.proved_by]}).", "bold"
            )
        ),
        style,
    )
    for flip in flips.flips:
        rows.append("")
        rows += layout(say(Piece(f"to {claim_phrase(flip.claim)}", "good"), note=f"cost {flip.cost}"), style)
        rows += draw([Branch([_change(change, style)]) for change in flip.changes], style)
    if flips.more:
        rows += ["", *layout(say("There are more, just as small."), style)]
    return _page(rows)


def _change(change: Change, style: Style) -> Line:
    field = change.slot.field
    arrow = "→" if style.glyphs.branch.strip() == "├─" else "->"
    text = f"{noun(field)}: {held(field, change.slot.value)} {arrow} "
    return say(text, Piece(held(field, change.value), "bold"), note=change.slot.path)


def missing_text(missing: Missing, style: Style) -> str:
    """What an open claim is missing."""
    if missing.claim != "open":
        return _page(
            layout(say(f"Nothing is missing: no answer can change the claim, {claim_phrase(missing.claim)}."), style)
        )
    rows: list[str] = []
    if missing.proved:
        text = f"Every way of filling in what is unknown gives {claim_phrase(missing.proved)}, so that much is proved."
        rows += layout(say(Piece(text, "bold")), style)
    else:
        rows += layout(say(Piece("Still possible", "bold")), style)
    branches: list[Branch] = []
    for possible in missing.possible:
        answers = [labelled(answer.slot.field, answer.value) for answer in possible.witness]
        lines = [say(Piece(claim_phrase(possible.claim), "doubt"), ", as with" if answers else "")]
        branches.append(Branch(lines, [Branch([say(answer)]) for answer in answers]))
    branches += [Branch([say(claim_phrase(word), note="neither shown nor excluded")]) for word in missing.undetermined]
    rows += draw(branches, style)
    rows += _sets("Whatever they are, these answers settle it", missing.settle, missing, style)
    told = {tuple(sorted(answer.slot.path for answer in possible.witness)) for possible in missing.possible}
    told |= {tuple(sorted(paths)) for paths in missing.settle}
    others = [paths for paths in missing.may_settle if tuple(sorted(paths)) not in told]
    rows += _sets("Some answers to these settle it too", others, missing, style)
    if missing.questions:
        question = missing.questions[0]
        rows += ["", *layout(say(Piece("Ask next", "bold")), style)]
        rows += layout(say(question.text, note=question.slot.path), style)
    return _page(rows)


def _sets(title: str, sets: Iterable[tuple[str, ...]], missing: Missing, style: Style) -> list[str]:
    shown = [*sets]
    if not shown:
        return []
    labels = {question.slot.path: subject(question.slot.field) for question in missing.questions}
    branches = [Branch([say(series(labels.get(path, path) for path in paths))]) for paths in shown[:_MOST]]
    if len(shown) > _MOST:
        branches.append(Branch([say(Piece(f"and {len(shown) - _MOST} more", "dim"))]))
    return ["", *layout(say(Piece(title, "bold")), style), *draw(branches, style)]


_MOST = 8


def heading(outcome: Outcome, style: Style) -> str:
    """The line above an answer: the case and its claim."""
    degree = f", {outcome.strength}" if isinstance(outcome.strength, str) else ""
    return _page(layout(say(Piece(f"{outcome.case.name}:", "bold"), f" {claim_phrase(outcome.claim)}{degree}"), style))


def _page(rows: Iterable[str]) -> str:
    return "\n".join(row.rstrip() for row in rows) + "\n"
