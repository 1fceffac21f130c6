"""What if, on a terminal: what is changed, what goes of the reasons and what appears, and the claim along a range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from averment.core.naming import record_path
from averment.core.program import Fact, Field, Kind, Setting, Value
from averment.core.values import ends as ends_of
from averment.outcome.outcome import Outcome
from averment.questions.whatif import Fired, Stretch, Sweep, WhatIf
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, grouped, held, labelled, series, untold, words
from averment.render.results import result_name, result_phrase
from averment.render.tree import Branch, Line, draw, layout, say

_PLOT = 60  # columns of a plot


def whatif_text(whatif: WhatIf, style: Style) -> str:
    """What is changed, the claim then, and what of the reasons goes and appears."""
    before, after = whatif.before, whatif.after
    rows = [row for line in _changes(before, after, style) for row in layout(line, style)]
    rows += [""] if rows else []
    same = whatif.compared and not (whatif.stops or whatif.fires)
    word = "open" if after.claim == "open" else claim_phrase(after.claimed)
    claim = Piece(
        f"presumably {claim_phrase(after.presumed.claim)}" if after.presumed else word,
        "bad" if whatif.turns else "good",
    )
    if before.claim is None:
        rows += layout(say("" if whatif.changed else "The results stay as they are."), style)
    elif not whatif.turns:
        rows += layout(say("The claim stays ", claim, ", for the same reasons." if same else "."), style)
    elif after.claim == "open" or before.presumed:
        rows += layout(say("The claim is ", claim, " then."), style)
    else:
        rows += layout(say("The claim turns to ", claim, "."), style)
    if before.strength != after.strength and before.strength is not None and after.strength is not None:
        rows += layout(say(f"It was {before.strength} and is {after.strength}."), style)
    if whatif.changed:
        rows += [*([""] if before.claim is not None else []), *layout(say(Piece("Results", "bold")), style)]
        rows += draw([_result(whatif, name, style) for name in whatif.changed], style)
    for title, lines in (("No longer", whatif.stops), ("Now", whatif.fires)):
        if lines:
            said = dict.fromkeys(lines)  # what holds in two ways is said once
            rows += ["", *layout(say(Piece(title, "bold")), style), *draw([_fired(line) for line in said], style)]
    if not whatif.compared:
        rows += layout(say(f"There was no time to compare the reasons; {whatif.seconds:g} s were allowed."), style)
    return _page(rows)


def _result(whatif: WhatIf, name: str, style: Style) -> Branch:
    """A result that is otherwise: ``amount paid: 120 EUR → 100 EUR``."""
    before, after = whatif.before.results[name], whatif.after.results[name]
    head = f"{result_name(before)}: {result_phrase(before)} {style.glyphs.arrow} "
    return Branch([say(head, Piece(result_phrase(after), "bold"))])


def _changes(before: Outcome, after: Outcome, style: Style) -> Iterator[Line]:
    """The fields and parameters that are other: ``number of engineers: 24 → 45``."""
    old, new = before.evaluation.program, after.evaluation.program
    arrow = style.glyphs.arrow
    was, now = _values(before), _values(after)
    for path in sorted(was.keys() | now.keys()):
        field, value = was.get(path) or (now[path][0], None)
        then = now.get(path, (field, None))[1]
        if value != then:
            held_before = labelled(field if then is None else replace(field, unit=""), value)
            text = f"{held_before} {arrow} "
            yield say(text, Piece(held(untold(field), then), "bold"), note=path)
    for name, setting in old.worded.items():
        other = new.worded[name]
        if setting != other:
            yield say(f"{_spoken(name)}: {_spoken(setting)} {arrow} ", Piece(_spoken(other), "bold"), note=name)


def _values(outcome: Outcome) -> dict[str, tuple[Field, Value]]:
    """The given fields of a case, by path."""
    types = outcome.evaluation.program.types

    def of(fact: Fact) -> Iterator[tuple[str, tuple[Field, Value]]]:
        type = types[fact.type]
        for field, value in zip(type.fields, fact.values, strict=True):
            if value is not None:
                yield f"{record_path(type, fact)}.{field.name}", (field, value)

    return dict(pair for fact in outcome.case.facts for pair in of(fact))


def _spoken(value: Setting) -> str:
    if isinstance(value, list):
        return series(map(words, value)) if value else "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " ")


def _fired(line: Fired) -> Branch:
    doubt = [Piece("perhaps: ", "doubt")] if line.truth == "unknown" else []
    return Branch([say(*doubt, line.says, note=line.rule)])


def sweep_text(sweep: Sweep, style: Style) -> str:
    """The claim along a range: a table, and a plot with a lane for each claim."""
    field = sweep.field
    rows = [*layout(say(Piece(labelled(field, sweep.value), "bold"), note=sweep.name), style)]
    spans = [_stretch(each, field) for each in sweep.stretches]
    if field.kind.ordered:
        wide = max(map(len, spans), default=0)
        for each, span in zip(sweep.stretches, spans, strict=True):
            rows += layout(say(f"{span.ljust(wide)}  ", Piece(_claim_along(each), "bold")), style)
    else:
        rows += draw(_by_claim(sweep, spans), style)
    if not sweep.exact:
        rows += layout(say("Not every value was told apart."), style)
    if field.kind.ordered and len(sweep.stretches) > 1:
        rows += ["", *lanes(sweep, style)]
    return _page(rows)


def _by_claim(sweep: Sweep, spans: list[str]) -> list[Branch]:
    """Values without an order, under the claim they have."""
    found: dict[str, list[Branch]] = {}
    for each, span in zip(sweep.stretches, spans, strict=True):
        found.setdefault(_claim_along(each), []).append(Branch([say(span)]))
    return [Branch([say(Piece(claim, "bold"))], values) for claim, values in found.items()]


def lanes(sweep: Sweep, style: Style) -> Iterator[str]:
    """A plot of a sweep: a lane for each claim, the range from left to right, under it the value that is given.

    Every part of the range has a column at least, however narrow it is.
    """
    bar, rest = style.glyphs.bar, style.glyphs.rest
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
            (bar if _claim_along(each) == name else rest) * part
            for each, part in zip(sweep.stretches, parts, strict=True)
        )
        yield name.ljust(left) + lane
    first, last = (f"{_end(end, sweep.field)} {sweep.field.unit}".rstrip() for end in (ends[0][0], ends[-1][1]))
    yield " " * left + first + last.rjust(max(sum(parts) - len(first), len(last) + 1))
    if isinstance(sweep.value, int) and ends[0][0] <= sweep.value <= ends[-1][1]:
        place = next(number for number, (_, high) in enumerate(ends) if sweep.value <= high)
        low, high = ends[place]
        column = sum(parts[:place]) + (sweep.value - low) * parts[place] // (high - low + 1)
        yield " " * (left + column) + f"^ {_end(sweep.value, sweep.field)} {sweep.field.unit}".rstrip()


def _claim_along(stretch: Stretch) -> str:
    return claim_phrase(stretch.claim) if stretch.claim else "not told apart"


def _stretch(stretch: Stretch, field: Field) -> str:
    low, high = (_end(end, field) for end in (stretch.low, stretch.high))
    shown = low if stretch.low == stretch.high else f"{low} to {high}"
    return f"{shown} {field.unit}".rstrip()


def _end(value: Value, field: Field) -> str:
    if field.kind is Kind.DURATION and value in ends_of(field) and value not in (field.minimum, field.maximum):
        return "…"
    return grouped(value, field) if isinstance(value, int) else held(replace(field, unit=""), value)


def _page(rows: Iterable[str]) -> str:
    return "\n".join(row.rstrip() for row in rows) + "\n"
