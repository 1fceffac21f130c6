"""The answers to questions on a terminal: what is missing, what if, and along a range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from averment.ir.program import Field
from averment.outcome.outcome import Outcome
from averment.questions.missing import Missing
from averment.questions.whatif import Line as Fired
from averment.questions.whatif import Stretch, Sweep, WhatIf
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, noun, series
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
        answers = [f"{noun(answer.slot.field)}: {held(answer.slot.field, answer.value)}" for answer in possible.witness]
        lines = [say(Piece(claim_phrase(possible.claim), "doubt"), ", as with" if answers else "")]
        branches.append(Branch(lines, [Branch([say(answer)]) for answer in answers]))
    branches += [Branch([say(claim_phrase(word), note="neither shown nor excluded")]) for word in missing.undetermined]
    rows += draw(branches, style)
    rows += _sets("Whatever they are, these answers settle it", missing.settle, missing, style)
    rows += _sets("Some answers to these settle it", missing.may_settle, missing, style)
    if missing.questions:
        question = missing.questions[0]
        rows += ["", *layout(say(Piece("Ask next", "bold")), style)]
        rows += layout(say(question.text, note=question.slot.path), style)
    return _page(rows)


def _sets(title: str, sets: Iterable[tuple[str, ...]], missing: Missing, style: Style) -> list[str]:
    shown = [*sets]
    if not shown:
        return []
    labels = {question.slot.path: noun(question.slot.field) for question in missing.questions}
    branches = [Branch([say(series(labels.get(path, path) for path in paths))]) for paths in shown[:_MOST]]
    if len(shown) > _MOST:
        branches.append(Branch([say(Piece(f"and {len(shown) - _MOST} more", "dim"))]))
    return ["", *layout(say(Piece(title, "bold")), style), *draw(branches, style)]


_MOST = 8


def whatif_text(whatif: WhatIf, style: Style) -> str:
    """The claim before and after, and what of the reasons goes and appears."""
    before, after = whatif.before, whatif.after
    verb = ("turns" if after.claim == "open" else "turns to") if whatif.turns else "stays"
    role = "bad" if whatif.turns else "good"
    claim = after.claim if after.claim == "open" else claim_phrase(after.claim)
    rows = [*layout(say(f"The claim {verb} ", Piece(claim, role), "."), style)]
    if before.strength != after.strength:
        rows += layout(
            say(f"It was {before.strength or 'without strength'} and is {after.strength or 'without strength'}."), style
        )
    for title, lines in (("No longer", whatif.stops), ("Now", whatif.fires)):
        if lines:
            rows += ["", *layout(say(Piece(title, "bold")), style), *draw([_fired(line) for line in lines], style)]
    return _page(rows)


def _fired(line: Fired) -> Branch:
    doubt = [Piece("perhaps: ", "doubt")] if line.truth == "unknown" else []
    return Branch([say(*doubt, line.says, note=line.rule)])


def sweep_text(sweep: Sweep, style: Style) -> str:
    """The claim along a range: a table, and a plot with a lane for each claim."""
    field = sweep.field
    rows = [*layout(say(Piece(noun(field), "bold"), f": {held(field, sweep.value)}", note=sweep.name), style)]
    spans = [_stretch(each, field) for each in sweep.stretches]
    wide = max(map(len, spans), default=0)
    for each, span in zip(sweep.stretches, spans, strict=True):
        rows += layout(say(f"{span.ljust(wide)}  ", Piece(_claim_along(each), "bold")), style)
    if not sweep.exact:
        rows += layout(say("Not every value was told apart."), style)
    if field.kind.ordered and len(sweep.stretches) > 1:
        rows += ["", *lanes(sweep, style)]
    return _page(rows)


def lanes(sweep: Sweep, style: Style) -> Iterator[str]:
    """A plot of a sweep: a lane for each claim, the range from left to right, under it the value that is given.

    Every part of the range has a column at least, however narrow it is.
    """
    block, rest = ("█", "·") if style.glyphs.branch.strip() == "├─" else ("#", ".")
    ends = [(int(each.low), int(each.high)) for each in sweep.stretches]  # type: ignore[arg-type]
    names = list(dict.fromkeys(map(_claim_along, sweep.stretches)))
    left = max(map(len, names)) + 2
    room = max(style.width - left, len(ends) + 8)
    whole = ends[-1][1] - ends[0][0] + 1
    wide = min(_PLOT, room)
    parts = [max(1, wide * (high - low + 1) // whole) for low, high in ends]
    parts[parts.index(max(parts))] += max(wide - sum(parts), -max(parts) + 1)
    for name in names:
        lane = "".join(
            (block if _claim_along(each) == name else rest) * part
            for each, part in zip(sweep.stretches, parts, strict=True)
        )
        yield name.ljust(left) + lane
    first, last = held(sweep.field, ends[0][0]), held(sweep.field, ends[-1][1])
    yield " " * left + first + last.rjust(max(sum(parts) - len(first), len(last) + 1))
    if isinstance(sweep.value, int) and ends[0][0] <= sweep.value <= ends[-1][1]:
        place = next(number for number, (_, high) in enumerate(ends) if sweep.value <= high)
        low, high = ends[place]
        column = sum(parts[:place]) + (sweep.value - low) * parts[place] // (high - low + 1)
        yield " " * (left + column) + f"^ {held(sweep.field, sweep.value)}"


_PLOT = 60  # columns of a plot


def _claim_along(stretch: Stretch) -> str:
    return claim_phrase(stretch.claim) if stretch.claim else "not told apart"


def _stretch(stretch: Stretch, field: Field) -> str:
    low, high = (held(replace(field, unit=""), end) for end in (stretch.low, stretch.high))
    shown = low if stretch.low == stretch.high else f"{low} to {high}"
    return f"{shown} {field.unit}".rstrip()


def heading(outcome: Outcome, style: Style) -> str:
    """The line above an answer: the case and its claim."""
    degree = f", {outcome.strength}" if isinstance(outcome.strength, str) else ""
    return _page(layout(say(Piece(f"{outcome.case.name}:", "bold"), f" {claim_phrase(outcome.claim)}{degree}"), style))


def _page(rows: Iterable[str]) -> str:
    return "\n".join(row.rstrip() for row in rows) + "\n"
