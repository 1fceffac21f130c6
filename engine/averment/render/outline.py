"""What an explanation of an outcome tells, in whichever form: the verdict, the facts it is about, the obstacles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from averment.core.naming import record_path
from averment.core.program import Absent, Aggregate, Compare, Fact, Known, Match, Rule
from averment.law.evaluation import Firing
from averment.law.matching import resolve
from averment.law.truth import FALSE, TRUE
from averment.model.model import Model
from averment.outcome.beside import beside
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.render.conditions import Worded
from averment.render.display import Piece, Style, columns
from averment.render.facts import Given, looked_at
from averment.render.phrases import claim_phrase, series
from averment.render.places import rule_place
from averment.render.results import head_of, result_name, result_phrase
from averment.render.tree import Branch, Line, say
from averment.warrant.derivation import Derivation, derive
from averment.warrant.grounds import Grounds
from averment.warrant.sentences import constant_sentence, sentence

if TYPE_CHECKING:
    from averment.questions.why_not.attempts import Failing

_MOST_ASIDES = 12
PRESUMED = "What is given leaves the claim open. What the pack presumes of most cases makes it this one."


def verdict_of(
    outcome: Outcome, where: str = "listed at the end", word: Callable[[str], str] = str, together: str = ""
) -> str:
    """What an unusual status means for this case; nothing for a settled one. ``word`` writes the name of a claim.

    ``together``: where to find which claims are still possible when all conditions are taken together: maybe fewer.
    """
    if outcome.claim is None:
        return ""
    match outcome.status:
        case Status.SETTLED:
            return ""
        case Status.CONFLICT:
            return "Rules certainly claim two things at once. The pack has to say which of them prevails."
        case Status.GAP:
            return "Certainly no rule claims anything, whatever is still unknown."
        case Status.PRESUMED:
            return PRESUMED
        case Status.OPEN:
            become = series(map(word, outcome.possible), "or")
            many = len(outcome.hangs_on)
            fields = f"{many} unknown field{'' if many == 1 else 's'}"
            one_by_one = f"Each condition taken by itself, it may still become {become}"
            return f"{one_by_one}{together}. That hangs on {fields}, {where}."


def headline(outcome: Outcome) -> str:
    """The claim as it is made: ``presumably night train``, ``open``, ``no claim at all``; without one, the first
    result.
    """
    if outcome.presumed:
        return f"presumably {claim_phrase(outcome.presumed.claim)}"
    if outcome.claim is None:
        head = head_of(outcome)
        return f"{result_name(head)} {result_phrase(head)}"
    return "open" if outcome.status is Status.OPEN else claim_phrase(outcome.claim)


def roots_of(outcome: Outcome) -> tuple[dict[str, list[Fact]], list[Fact]]:
    """The facts that claim, or may, by what they claim, in the pack's order of claims; and those of its strength."""
    claim = outcome.evaluation.program.claim
    claims: dict[str, list[Fact]] = {value: [] for value in claim.values}
    strengths: list[Fact] = []
    of_claim = set(outcome.reading.roots if claim else ())
    for fact in outcome.derivation.roots:
        if fact not in of_claim:
            continue
        if fact.type == claim.type:
            claims.setdefault(str(fact.values[claim.field] or "some claim"), []).append(fact)
        else:
            strengths.append(fact)
    return {value: facts for value, facts in claims.items() if facts}, strengths


def asides(outcome: Outcome) -> Derivation:
    """The derivation of what is concluded beside the claim; empty where nothing is."""
    return derive(outcome.evaluation, beside(outcome.evaluation))


def aside_lines(outcome: Outcome, model: Model, style: Style, *, certain: bool = False) -> list[Branch]:
    """What is concluded beside the claim, or what of it is ``certain``, a line for each sentence.

    Nothing is derived: a closure may be of a hundred thousand facts that one sentence is said of.
    """
    evaluation = outcome.evaluation
    memory, types, grounds = evaluation.memory, evaluation.program.types, Grounds(evaluation)
    told = [fact for fact in beside(evaluation) if not certain or memory.truths[fact] is TRUE]
    said: dict[str, Branch] = {}

    def place(firing: Firing) -> tuple[str, list[str], int]:
        premises = [record_path(types[fact.type], fact) for fact in firing.premises]
        return firing.rule.id, premises, firing.rule.alternative

    for fact in told:
        news = [firing for firing in grounds.of(fact) if constant_sentence(firing.rule) not in said]
        for firing in sorted(news, key=place) if len(news) > 1 else news:
            rule = firing.rule
            _, bindings, truth = resolve(rule, memory, firing.premises)
            text = sentence(rule, bindings)
            if text in said:
                continue
            sure = truth is TRUE and memory.holds(firing.conclusions)
            glyph, role = (style.glyphs.holds, "good") if sure else (style.glyphs.doubtful, "doubt")
            head = say(Piece(f"{glyph} ", role), text, note=rule_place(model, rule.id), hang=columns(glyph) + 1)
            said[text] = Branch([head])
    branches = [*said.values()]
    if len(branches) > _MOST_ASIDES:
        more = ", ".join(sorted({fact.type for fact in told}))
        left = f"and {len(branches) - _MOST_ASIDES} more: averment explain --fact tells all of {more}"
        branches[_MOST_ASIDES:] = [Branch([say(Piece(left, "dim"))])]
    return branches


def stops(outcome: Outcome, model: Model, given: Given, style: Style) -> list[Branch]:
    """Where each rule that could have claimed stopped: what it came no further than, on each way that got as far."""
    from averment.questions.why_not.why_not import unfired  # here: of a claim that is settled nobody asks

    program, told = outcome.evaluation.program, dict[Rule, dict[Line, Branch]]()
    claiming = [rule for rule in program.rules if any(head.type == program.claim.type for head in rule.heads)]
    for attempt in unfired(outcome.evaluation, claiming):
        lines = told.setdefault(attempt.rule, {})
        against = [failing for failing in attempt.failing if failing.truth is FALSE]
        for failing in against or attempt.failing:
            for line in _stopped(outcome, failing, attempt.rule, given):
                lines.setdefault(line, Branch([line]))
    branches: list[Branch] = []
    for rule, lines in told.items():
        name = rule.id + (f", alternative {rule.alternative}" if rule.alternative else "")
        mark = Piece(f"{style.glyphs.against} ", "bad")
        head = say(mark, Piece(name, "name"), note=rule_place(model, rule.id))
        branches.append(Branch([head], [*lines.values()]))
    return branches


def _stopped(outcome: Outcome, failing: Failing, rule: Rule, given: Given) -> Iterator[Line]:
    """What was the case instead of what the rule asked for."""
    program, memory = outcome.evaluation.program, outcome.evaluation.memory
    condition, worded = failing.condition, Worded(rule, dict(failing.bindings), program)
    match condition:
        case Match() if program.types[condition.type].one:
            for fact in memory.of(condition.type):
                yield from looked_at(outcome.derivation, condition, fact, given)
        case Match():
            yield say(f"there is no {worded.pattern(condition)}")
        case Absent():
            yield say(worded.present(condition))
        case Aggregate():
            yield say(f"there is no {worded.pattern(condition.match)}")
        case Compare() if lead := worded.behind(condition):
            yield say(lead)
        case Compare() | Known():
            yield say("it is not so that ", worded.condition(condition))
        case None:
            yield say(f"it is not so that {failing.text}")
