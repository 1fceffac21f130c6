"""An outcome explained on a terminal: the claim, how clear it is, and every reason down to the given facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from averment.core.naming import field_at, question
from averment.core.node import Span
from averment.core.values import decode
from averment.diagnostics.render_text import visible
from averment.law.truth import TRUE
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.explained import Explained
from averment.outcome.outcome import Outcome
from averment.outcome.presumption import Presumption
from averment.render.display import Piece, Style
from averment.render.facts import Given, answers
from averment.render.outline import aside_lines, headline, roots_of, stops, verdict_of
from averment.render.phrases import claim_phrase, setting, words
from averment.render.places import files_of
from averment.render.presumption import presuming_lines, unless_lines
from averment.render.reasons import Reasons
from averment.render.results import result_name, result_phrase, result_reasons
from averment.render.silence import silence
from averment.render.tree import Branch, Line, draw, layout, say

_ROLES = {
    Status.SETTLED: "headline-good",
    Status.PRESUMED: "headline-doubt",
    Status.OPEN: "headline-doubt",
    Status.GAP: "headline-doubt",
    Status.CONFLICT: "headline-bad",
}


_TOGETHER = "; `averment missing` takes them together"


def explanation(
    outcome: Outcome, model: Model, style: Style, places: Mapping[str, Span] | None = None, *, asking: bool = False
) -> str:
    """The explanation of an outcome, ending in a newline. ``places`` are where the case gives each field and record.

    ``asking``: within a consultation, which asks one by one what the claim hangs on.
    """
    return "\n".join(row.rstrip() for row in _rows(outcome, model, style, places or {}, asking)) + "\n"


def fact_explanation(explained: Explained, model: Model, style: Style, places: Mapping[str, Span] | None = None) -> str:
    """The explanation of facts that are not the claim, or not only, ending in a newline."""
    outcome, found = explained.outcome, places or {}
    reasons = Reasons(explained.derivation, model, Given.of(outcome, found), style)
    rows: list[str] = []
    for fact in explained.about:
        possible = [] if outcome.evaluation.memory.truths[fact] is TRUE else [Piece(" is only possible", "doubt")]
        head = say(Piece(explained.derivation.path(fact), "bold"), *possible, note=outcome.case.name)
        rows += ["", *layout(head, style), *draw(list(reasons.of(fact)) or reasons.given(fact), style)]
    return "\n".join(row.rstrip() for row in rows[1:]) + "\n"


def summary(outcome: Outcome) -> str:
    """The outcome on one line: case, claim (of a presumed one what it presumably is), status and strength, and each
    result as ``NAME=VALUE``, with tabs between.
    """
    told = outcome.presumed or outcome
    strength = "" if told.strength is None else str(told.strength)
    claimed = [] if told.claim is None else [told.claim, outcome.status.value, strength]
    results = [f"{name}={result_phrase(result)}" for name, result in outcome.results.items()]
    return "\t".join(map(visible, (outcome.case.name, *claimed, *results))) + "\n"


def _files(outcome: Outcome, places: Mapping[str, Span]) -> list[str]:
    """The files that the case is from: first the one that has its name, if any of them has."""
    place: Span | None = getattr(outcome.case, "place", None)
    main = files_of({"": place}) if place and places else []
    return [*main, *(name for name in files_of(places) if name not in main)]


def _rows(outcome: Outcome, model: Model, style: Style, places: Mapping[str, Span], asking: bool) -> Iterator[str]:
    given = Given.of(outcome, places)
    yield from layout(_headline(outcome, style), style)
    for file in _files(outcome, places):
        yield from layout(say(Piece(file, "dim")), style)
    where, together = ("which are asked one by one", "") if asking else ("listed at the end", _TOGETHER)
    verdict = verdict_of(outcome, where, claim_phrase, together)
    if verdict:
        yield ""
        yield from layout(say(verdict), style)
    if outcome.status is Status.GAP and outcome.claim is not None:
        yield from _obstacles(outcome, model, style, given)
    if outcome.presumed:
        yield from _presumption(outcome.presumed, style)
        presumed = outcome.presumed.outcome
        yield from _reasons(presumed, model, style, Given.of(presumed, places))
    else:
        yield from _reasons(outcome, model, style, given)
    yield from _results(outcome, model, style, places)
    yield from _asides(outcome, model, style)
    if outcome.status is Status.OPEN and not asking:
        yield from _questions(outcome, style)
    yield from _footer(outcome, model, style)


def headline_role(status: Status) -> str:
    """How a claim is painted."""
    return _ROLES[status]


def _headline(outcome: Outcome, style: Style) -> Line:
    program, dot = outcome.evaluation.program, style.glyphs.dot
    presumed = outcome.presumed
    pieces = [Piece(f"{outcome.case.name}:", "bold"), Piece(f" {headline(outcome)}", _ROLES[outcome.status])]
    strength = presumed.strength if presumed else outcome.strength
    degree = [] if strength is None else [words(str(strength))]
    if outcome.status in (Status.SETTLED, Status.PRESUMED):
        pieces.append(Piece("".join(f"{dot}{word}" for word in (*degree, outcome.status.value))))
    return say(*pieces, note=f"{program.name} {program.version} {program.digest[:19]}{style.glyphs.ellipsis}")


def _presumption(presumption: Presumption, style: Style) -> Iterator[str]:
    """What a presumed claim presumes, and what would turn it."""
    for title, branches in (
        ("Presuming that", [*presuming_lines(presumption)]),
        ("Unless", [*unless_lines(presumption)]),
    ):
        if branches:
            yield ""
            yield from layout(say(Piece(title, "bold")), style)
            yield from draw(branches, style)


def _questions(outcome: Outcome, style: Style) -> Iterator[str]:
    """The unknown fields that an open claim hangs on, each as the question to ask."""
    branches: list[Branch] = []
    for path in outcome.hangs_on:
        field = field_at(outcome.evaluation.program.types, path)
        lines = [say(Piece(question(field) if field else path, "doubt"), note=path if field else "")]
        if field and (told := answers(field)):
            lines.append(say(Piece(told, "dim")))
        branches.append(Branch(lines))
    yield ""
    yield from layout(say(Piece("It hangs on", "bold")), style)
    yield from draw(branches, style)


def _reasons(outcome: Outcome, model: Model, style: Style, given: Given) -> Iterator[str]:
    """The reasons for each value that is, or may be, claimed, and for how strong a settled claim is."""
    settled = outcome.status is Status.SETTLED
    reasons = Reasons(outcome.derivation, model, given, style)
    claims, strengths = roots_of(outcome)
    for value, facts in claims.items():
        branches = [branch for fact in facts for branch in reasons.of(fact)]
        if settled:
            yield from _trunks(branches, style)
        else:
            certain = any(outcome.evaluation.memory.truths[fact] is TRUE for fact in facts)
            yield ""
            title = f"{claim_phrase(value)} {'is claimed' if certain else 'is possible'}"
            yield from layout(say(Piece(title, "bold")), style)
            yield from draw(branches, style)
    if strengths:
        yield ""
        yield from layout(say(Piece(f"How clear: {words(str(outcome.strength))}", "bold")), style)
        yield from draw([branch for fact in strengths for branch in reasons.of(fact)], style)


def _results(outcome: Outcome, model: Model, style: Style, places: Mapping[str, Span]) -> Iterator[str]:
    """Each result, with every reason for it."""
    for result, branches in result_reasons(outcome, model, style, places) if outcome.results else ():
        yield ""
        yield from layout(say(Piece(f"{result_name(result)}: {result_phrase(result)}", "bold")), style)
        yield from draw(branches, style) if branches else ()


def _asides(outcome: Outcome, model: Model, style: Style) -> Iterator[str]:
    """What is concluded beside the claim: only what it says, for ``explain --fact`` tells why."""
    branches = aside_lines(outcome, model, style)
    if branches:
        yield ""
        yield from layout(say(Piece("Also concluded", "bold")), style)
        yield from draw(branches, style)


def _trunks(branches: list[Branch], style: Style) -> Iterator[str]:
    """Branches as trees of their own, each at the left edge."""
    for branch in branches:
        yield ""
        for line in branch.lines:
            yield from layout(line, style)
        yield from draw(branch.children, style)


def _obstacles(outcome: Outcome, model: Model, style: Style, given: Given) -> Iterator[str]:
    """Why none of the rules that could have claimed did."""
    yield ""
    yield from layout(say(Piece("Where each rule that could have claimed stopped", "bold")), style)
    yield from draw(stops(outcome, model, given, style), style)


def _footer(outcome: Outcome, model: Model, style: Style) -> Iterator[str]:
    """Of what there is assumed to be none; ``parameter: large_team = 30 (the pack says 20)``, for each that is not as
    the pack has it.
    """
    declared = {name: decode(each.value, each.field) for name, each in model.parameters.items()}
    rows = [told] if (told := silence(outcome)) else []
    rows += [
        f"parameter: {name} = {setting(value)} (the pack says {setting(declared[name])})"
        for name, value in outcome.evaluation.program.parameters.items()
        if declared[name] != value
    ]
    if rows:
        yield ""
    for row in rows:
        yield from layout(say(Piece(row, "dim")), style)
