"""The answers to a question on a terminal: what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from averment.outcome.outcome import Outcome
from averment.questions.missing import Answer, Missing
from averment.render.display import Piece, Style
from averment.render.new_ones import NOTE, NewOnes
from averment.render.phrases import claim_phrase, labelled, noun, series, subject
from averment.render.tree import Branch, draw, layout, say


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
        met = NewOnes()
        answers = [_answer(answer, met) for answer in possible.witness]
        lines = [say(Piece(claim_phrase(possible.claim), "doubt"), ", for example with" if answers else "")]
        branches.append(Branch(lines, [Branch([say(answer)]) for answer in answers]))
    branches += [Branch([say(claim_phrase(word), note="neither shown nor excluded")]) for word in missing.undetermined]
    rows += draw(branches, style)
    if any(answer.group for possible in missing.possible for answer in possible.witness):
        rows += layout(say(Piece(NOTE, "dim")), style)
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


def _answer(answer: Answer, met: NewOnes) -> str:
    if answer.group:
        return f"{noun(answer.slot.field)}: {met.named(answer.group, answer.value)}"
    return labelled(answer.slot.field, answer.value)


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
