"""An outcome explained on a terminal: the claim, how clear it is, and every reason down to the facts that were given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from averment.diagnostics.render_text import visible
from averment.ir.program import Fact
from averment.ir.values import decode
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.render.conditions import filled
from averment.render.display import Piece, Style
from averment.render.facts import Given, answers, field_at
from averment.render.places import rule_place
from averment.render.reasons import Reasons, overridden
from averment.render.tree import Branch, Line, draw, layout, say
from averment.render.why_not import obstacles
from averment.source.node import Span

_ROLES = {
    Status.SETTLED: "headline-good",
    Status.OPEN: "headline-doubt",
    Status.GAP: "headline-doubt",
    Status.CONFLICT: "headline-bad",
}


def explanation(outcome: Outcome, model: Model, style: Style, places: Mapping[str, Span] | None = None) -> str:
    """The explanation of an outcome, ending in a newline. ``places`` are where the case gives each field and record."""
    return "\n".join(row.rstrip() for row in _rows(outcome, model, style, places or {})) + "\n"


def summary(outcome: Outcome) -> str:
    """The outcome on one line: case, claim, status and strength, with tabs between."""
    strength = "" if outcome.strength is None else str(outcome.strength)
    return "\t".join(map(visible, (outcome.case.name, outcome.claim, outcome.status.value, strength))) + "\n"


def _rows(outcome: Outcome, model: Model, style: Style, places: Mapping[str, Span]) -> Iterator[str]:
    given = Given(places, outcome.case.assumptions)
    yield from layout(_headline(outcome, style), style)
    if outcome.status is Status.OPEN:
        yield from _open(outcome, style)
    elif outcome.status is Status.GAP:
        yield from _gap(outcome, model, style)
    elif outcome.status is Status.CONFLICT:
        yield from layout(say("Rules claim two things at once, so the pack's author has to say which prevails."), style)
    yield from _reasons(outcome, model, style, given)
    yield from _footer(outcome, model, style)


def _headline(outcome: Outcome, style: Style) -> Line:
    program, dot = outcome.evaluation.program, style.glyphs.dot
    pieces = [Piece(f"{outcome.case.name}:", "bold"), Piece(f" {outcome.claim}", _ROLES[outcome.status])]
    degree = [] if outcome.strength is None else [str(outcome.strength)]
    if outcome.status is Status.SETTLED:
        pieces.append(Piece("".join(f"{dot}{word}" for word in (*degree, "settled"))))
    return say(*pieces, note=f"{program.name} {program.version} {program.digest[:19]}{style.glyphs.ellipsis}")


def _open(outcome: Outcome, style: Style) -> Iterator[str]:
    """What may come of an open claim, and the questions whose answers decide it."""
    *most, last = outcome.possible
    yield from layout(say(f"It may turn out {', '.join(most)} or {last}." if most else f"It may turn out {last}."), style)
    many = len(outcome.hangs_on)
    yield ""
    yield from layout(say(Piece(f"It hangs on {many} unknown field{'' if many == 1 else 's'}", "bold")), style)
    branches: list[Branch] = []
    for path in outcome.hangs_on:
        field = field_at(outcome.evaluation.program.types, path)
        lines = [say(Piece(path, "doubt"))]
        if field and field.ask:
            choice = answers(field)
            lines[0] = say(Piece(path, "doubt"), f"  {field.ask}")
            lines += [say(Piece(choice, "dim"))] if choice else []
        branches.append(Branch(lines))
    yield from draw(branches, style)


def _reasons(outcome: Outcome, model: Model, style: Style, given: Given) -> Iterator[str]:
    """The reasons for each value that is, or may be, claimed."""
    claim = outcome.evaluation.program.claim
    settled = outcome.status is Status.SETTLED
    reasons = Reasons(outcome.derivation, model, given, style, outcome.claim if settled else "")
    for value, facts in _by_claim(outcome, claim.field).items():
        if not settled:
            yield ""
            word = "would follow" if outcome.status is Status.OPEN else "is claimed"
            yield from layout(say(Piece(f"{value} {word}, because", "bold")), style)
            reasons.claim = value
        for fact in facts:
            for branch in reasons.of(fact):
                if settled:
                    yield ""
                    for line in branch.lines:
                        yield from layout(line, style)
                    yield from draw(branch.children, style)
                else:
                    yield from draw([branch], style)


def _by_claim(outcome: Outcome, field: int) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in outcome.derivation.roots:
        found.setdefault(str(fact.values[field] or "some claim"), []).append(fact)
    return dict(sorted(found.items()))


def _gap(outcome: Outcome, model: Model, style: Style) -> Iterator[str]:
    """Why none of the rules that could have claimed did."""
    program, memory = outcome.evaluation.program, outcome.evaluation.memory
    yield from layout(say("No rule claims anything, and no answer to what is unknown could change that."), style)
    yield ""
    branches: list[Branch] = []
    for obstacle in obstacles(program, memory):
        rule, text = obstacle.rule, obstacle.condition.text
        values = filled(text, rule, obstacle.bindings, program)
        needs = say(Piece("needs ", "dim"), values, Piece(f" ({text})" if values != text else "", "dim"))
        name = rule.id + (f", alternative {rule.alternative}" if rule.alternative else "")
        mark = Piece(f"{style.glyphs.against} ", "bad")
        branches.append(Branch([say(mark, name, note=rule_place(model, rule.id)), needs]))
    yield from layout(say(Piece("What each rule that could have claimed stopped at", "bold")), style)
    yield from draw(branches, style)


def _footer(outcome: Outcome, model: Model, style: Style) -> Iterator[str]:
    """What the claim takes for granted: defaults, and parameters that are not as the pack has them."""
    program = outcome.evaluation.program
    declared = {name: decode(each.value, each.field) for name, each in model.parameters.items()}
    rows = [f"assumed: {path}" for path in sorted(outcome.case.assumptions)]
    rows += [f"parameter: {text}" for text in overridden(model, program.parameters, declared)]
    if rows:
        yield ""
    for row in rows:
        yield from layout(say(Piece(row, "dim")), style)
