"""What an explanation of an outcome tells, in whichever form: the verdict, the facts it is about, the obstacles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from averment.ir.program import Absent, Aggregate, Compare, Fact, Known, Match
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.render.conditions import described, filled
from averment.render.display import Piece, Style
from averment.render.facts import Given, looked_at
from averment.render.places import rule_place
from averment.render.tree import Branch, Line, say
from averment.render.why_not import Obstacle, obstacles


def verdict_of(outcome: Outcome, where: str = "listed at the end", word: Callable[[str], str] = str) -> str:
    """What an unusual status means for this case; nothing for a settled one. ``word`` writes the name of a claim."""
    match outcome.status:
        case Status.SETTLED:
            return ""
        case Status.CONFLICT:
            return "Rules certainly claim two things at once. The pack has to say which of them prevails."
        case Status.GAP:
            return "Certainly no rule claims anything, whatever is still unknown."
        case Status.OPEN:
            *most, last = map(word, outcome.possible)
            become = f"{', '.join(most)} or {last}" if most else last
            many = len(outcome.hangs_on)
            fields = f"{many} unknown field{'' if many == 1 else 's'}"
            return f"It may still become {become}. That hangs on {fields}, {where}."


def roots_of(outcome: Outcome) -> tuple[dict[str, list[Fact]], list[Fact]]:
    """The facts that claim, or may, by what they claim, in the pack's order of claims; and those of its strength."""
    claim = outcome.evaluation.program.claim
    claims: dict[str, list[Fact]] = {value: [] for value in claim.values}
    strengths: list[Fact] = []
    for fact in outcome.derivation.roots:
        if fact.type == claim.type:
            claims.setdefault(str(fact.values[claim.field] or "some claim"), []).append(fact)
        else:
            strengths.append(fact)
    return {value: facts for value, facts in claims.items() if facts}, strengths


def stops(outcome: Outcome, model: Model, given: Given, style: Style) -> list[Branch]:
    """Where each rule that could have claimed stopped."""
    branches: list[Branch] = []
    for obstacle in obstacles(outcome.evaluation.program, outcome.evaluation.memory):
        rule = obstacle.rule
        name = rule.id + (f", alternative {rule.alternative}" if rule.alternative else "")
        mark = Piece(f"{style.glyphs.against} ", "bad")
        head = say(mark, Piece(name, "name"), note=rule_place(model, rule.id))
        branches.append(Branch([head], [Branch([line]) for line in _stopped(outcome, obstacle, given)]))
    return branches


def _stopped(outcome: Outcome, obstacle: Obstacle, given: Given) -> Iterator[Line]:
    """What was the case instead of what the rule asked for."""
    program, memory = outcome.evaluation.program, outcome.evaluation.memory
    rule, condition, bindings = obstacle.rule, obstacle.condition, obstacle.bindings
    match condition:
        case Match() if program.types[condition.type].one:
            for fact in memory.of(condition.type):
                yield from looked_at(outcome.derivation, condition, fact, given)
        case Match():
            yield say(f"there is no {described(condition, rule, bindings, program)}")
        case Absent():
            yield say(f"there is {described(condition.match, rule, bindings, program)}")
        case Aggregate():
            yield say(f"there is no {described(condition.match, rule, bindings, program)}")
        case Compare() | Known():
            values = filled(condition.text, rule, bindings, program)
            asked = f" ({condition.text})" if values != condition.text else ""
            yield say("not ", values, Piece(asked, "dim"))
