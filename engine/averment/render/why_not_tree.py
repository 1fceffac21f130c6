"""Why something does not hold, on a terminal: each rule that could have derived it, what it needed, and what there
was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from averment.core.naming import record_path
from averment.core.program import Aggregate, Compare, Fact, Field, Kind, Match, Program, Rule, Value
from averment.core.values import show
from averment.law.evaluation import Evaluation
from averment.law.truth import FALSE, TRUE, UNKNOWN
from averment.model.model import Model
from averment.questions.why_not.attempts import Attempt, Failing, Lack
from averment.questions.why_not.why_not import WhyNot
from averment.render.cells import Wording
from averment.render.conditions import Worded
from averment.render.display import Piece, Style
from averment.render.phrases import claim_phrase, held, noun, opposite, record_words, stated, unspoken, untold
from averment.render.places import rule_place
from averment.render.tree import Branch, Line, draw, layout, say
from averment.warrant.derivation import Derivation, derive
from averment.warrant.sentences import sentence

_LEFT = "There was no time to go into everything: --seconds allows more."
_MOST = 8  # facts named of those that stand against it


def why_not_text(why_not: WhyNot, model: Model, style: Style) -> str:
    """Why what was asked about does not hold."""
    program = why_not.evaluation.program
    asked = claim_phrase(why_not.asked)
    rule = any(rule.id == why_not.asked for rule in program.rules)
    if rule and why_not.holds:
        return "\n".join(layout(say(f"But the rule `{why_not.asked}` did fire."), style)) + "\n"
    if why_not.holds:
        return "\n".join(layout(say(f"But it does hold: {asked}."), style)) + "\n"
    left = layout(say(_LEFT), style)
    if not why_not.attempts and not why_not.complete:
        return "\n".join(left) + "\n"
    if not why_not.attempts:
        return "\n".join(layout(say(f"No rule could derive it: {asked}."), style)) + "\n"
    title = f"Why not {asked}: what each rule that could have derived it came to"
    if rule:
        title = f"Why the rule `{why_not.asked}` did not fire"
    tree = _Tree(why_not, model, style)
    rows = [*layout(say(Piece(title, "bold")), style)]
    rows += draw([tree.attempt(attempt) for attempt in why_not.attempts], style)
    rows += [] if why_not.complete else left
    return "\n".join(row.rstrip() for row in rows) + "\n"


class _Tree:
    """Grows the branches of one answer."""

    def __init__(self, why_not: WhyNot, model: Model, style: Style) -> None:
        self._model, self._style = model, style
        self._program = why_not.evaluation.program
        self._against = _against(why_not.evaluation, why_not.attempts)

    def attempt(self, attempt: Attempt) -> Branch:
        rule, glyphs = attempt.rule, self._style.glyphs
        doubtful = bool(attempt.failing) and all(failing.truth is UNKNOWN for failing in attempt.failing)
        mark = Piece(f"{glyphs.doubtful} ", "doubt") if doubtful else Piece(f"{glyphs.against} ", "bad")
        name = rule.id.replace("-", " ") + (f", alternative {rule.alternative}" if rule.alternative else "")
        if attempt.told:
            return Branch([say(mark, name, note=glyphs.above)])
        head = say(mark, name, note=rule_place(self._model, rule.id))
        return Branch([head], [self._failing(failing, attempt) for failing in attempt.failing])

    def _failing(self, failing: Failing, attempt: Attempt) -> Branch:
        children = [self.attempt(each) for each in failing.below]
        if failing.lacks:
            return Branch([lack_line(lack, self._program) for lacks in failing.lacks for lack in lacks], children)
        lines = [self._condition(failing, attempt.rule)]
        lines += [self._but(fact) for fact in failing.met[:_MOST]]
        if len(failing.met) > _MOST:
            lines.append(say(Piece(f"and {len(failing.met) - _MOST} more", "dim")))
        return Branch(lines, children)

    def _condition(self, failing: Failing, rule: Rule) -> Line:
        """What the condition asked for, and that it is not so; what is told of no condition stands as it is."""
        asked = failing.condition
        worded = Worded(rule, dict(failing.bindings), self._program)
        if isinstance(asked, Match | Aggregate) and failing.truth is FALSE:
            pattern = asked.match if isinstance(asked, Aggregate) else asked
            return say(Piece("there is no ", "bad"), worded.pattern(pattern))
        if isinstance(asked, Compare) and failing.truth is FALSE and (short := worded.shortfall(asked)):
            return say(*(Piece(text, "bad" if number == 1 else "") for number, text in enumerate(short)))
        if isinstance(asked, Compare) and failing.truth is FALSE and (behind := worded.behind(asked)):
            return say(behind)
        words = worded.condition(asked) if asked else failing.text
        if failing.truth is UNKNOWN:
            return say(Piece("undecided: ", "doubt"), f"whether {words}")
        return say(Piece("not so: ", "bad"), words)

    def _but(self, fact: Fact) -> Line:
        """A fact that stands against it: in the sentence of the rule that derived it, a given one by its key."""
        certain = self._against.memory.truths[fact] is TRUE
        lead = Piece("but ", "bad") if certain else Piece("but perhaps ", "doubt")
        support = self._against.support.get(fact, ())
        if not support:
            type = self._program.types[fact.type]
            return say(lead, f"there is {record_words(type, fact)}") if certain else say(Piece(unspoken(type), "doubt"))
        rule, bindings = support[0].firing.rule, support[0].bindings
        lead = replace(lead, text=f"{lead.text.rstrip()}: ")
        return say(lead, sentence(rule, bindings), note=rule_place(self._model, rule.id))


def _against(evaluation: Evaluation, attempts: tuple[Attempt, ...]) -> Derivation:
    """How the facts that stand against it were derived."""

    def met(attempt: Attempt) -> Iterator[Fact]:
        for failing in attempt.failing:
            yield from failing.met[:_MOST]
            for below in failing.below:
                yield from met(below)

    return derive(evaluation, dict.fromkeys(fact for attempt in attempts for fact in met(attempt)))


def lack_line(lack: Lack, program: Program) -> Line:
    """A field that falls short: what it is, and what was needed."""
    type = program.types[lack.fact.type]
    field, value = type.fields[lack.index], lack.fact.values[lack.index]
    path, needed = f"{record_path(type, lack.fact)}.{field.name}", _needed(lack, field, program)
    if field.kind is Kind.BOOLEAN:
        return _lack_of_boolean(field, value, needed, path)
    return say(
        f"{noun(field)}: ",
        Piece(held(untold(field), value), "doubt" if value is None else "bad"),
        f", needed: {needed}" if needed else "",
        note=path,
    )


def _needed(lack: Lack, field: Field, program: Program) -> str:
    """What a field would have to hold; nothing where any value will do."""
    if lack.cell is None:
        return "" if lack.value is None else show(lack.value, replace(field, unit=""))
    wording = Wording(program.worded, "{}, the {}")
    return f"one that {wording.asks(lack.cell, field)}" if field.kind is Kind.SET else wording.cell(lack.cell, field)


def _lack_of_boolean(field: Field, value: Value | None, needed: str, path: str) -> Line:
    asked = f" (needs {needed if value is None else opposite(field, needed == 'yes')})" if needed else ""
    return say(Piece(stated(field, held(field, value)), "doubt" if value is None else "bad"), asked, note=path)
