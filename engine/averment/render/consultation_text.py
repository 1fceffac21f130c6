"""A consultation on a terminal: its questions, why they are asked, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from averment.core.program import Fact, FactType, Field, Kind
from averment.core.times import SCALES
from averment.core.values import show
from averment.model.model import Model
from averment.outcome.claim import Status
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import ADDED, ANSWER, DECLINED, NONE, UNKNOWN, Consultation, Reply
from averment.questions.ask.records import counted_as_none
from averment.questions.missing.next_question import Question
from averment.render.display import Piece, Style
from averment.render.evidence import in_order, score, sides, weighs
from averment.render.facts import answers
from averment.render.phrases import claim_phrase, held, labelled, noun, series, subject, words
from averment.render.places import backing_phrase, rule_place
from averment.render.presumption import unless_phrase
from averment.render.tree import Branch, draw, layout, say
from averment.warrant.sentences import sentence

YES_NO = ("yes", "no")


def question_text(question: Question, number: int, style: Style) -> str:
    """The question, with what may be answered."""
    lead = f"{number}. "
    asked = say(Piece(lead + question.text, "bold"), note=question.slot.path)
    rows = [*layout(asked, style, 0, len(lead))]
    rows = [rows[0], *(" " * len(lead) + row for row in rows[1:])]
    may = [*layout(say(Piece(offered(question.slot.field, style), "dim")), style, len(lead))]
    return "\n".join([*rows, *(" " * len(lead) + row for row in may)]) + "\n"


def hurry(state: Consultation) -> str:
    """That the next question may not be the best."""
    return f"There was no time to compare all questions that are left; {state.seconds:g} s were allowed."


def whether_text(state: Consultation, number: int, style: Style) -> str:
    """The question whether there is any record of a type."""
    asked = say(Piece(f"{number}. Is there any {type_phrase(state.whether)}?", "bold"), note=state.whether)
    return "\n".join([*layout(asked, style), *layout(say(Piece(f"   {numbered(YES_NO, style)}", "dim")), style)]) + "\n"


def type_phrase(type: str) -> str:
    """What a record of a type is called in a sentence."""
    return type.replace("_", " ")


def record_phrase(fact: Fact, type: FactType) -> str:
    """A record in a sentence, by its key and what else is known of it: ``fares (9 engineers)``."""
    key = [held(type.fields[index], fact.values[index]) for index in type.naming]
    others = [
        show(value, field) if field.unit else f"{noun(field)}: {show(value, field)}"
        for field, value in zip(type.fields, fact.values, strict=True)
        if value is not None and field.name not in type.key
    ]
    return ", ".join(key) + (f" ({'; '.join(others)})" if others else "")


def reply_phrase(reply: Reply) -> str:
    """What was said, as what it is about."""
    if reply.field is not None:
        return subject(reply.field)
    if reply.record is None:
        return f"whether there is any {type_phrase(reply.path)}"
    what = f"the {type_phrase(reply.record.type)} {reply.path.partition('[')[2].removesuffix(']')}"
    return what if reply.said == ADDED else f"that there is no {what.removeprefix('the ')}"


def choices(field: Field) -> str:
    """What may be answered, in words."""
    match field.kind:
        case Kind.BOOLEAN:
            return "yes or no"
        case Kind.TEXT:
            return "a text"
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            return f"{SCALES[field.kind].article}, as {answers(field)}"
        case Kind.SET:
            return f"{answers(field)}, with commas between; or none"
        case _:
            return answers(field)


def offered(field: Field, style: Style) -> str:
    """What may be answered; of values that can be listed each with its number."""
    match field.kind:
        case Kind.BOOLEAN:
            return numbered(YES_NO, style)
        case Kind.CHOICE | Kind.LEVEL:
            return numbered(field.values, style)
        case Kind.SET:
            return f"any of {numbered(field.values, style)}; with commas between, or none"
        case _:
            return choices(field)


def numbered(values: Iterable[str], style: Style) -> str:
    """Values with their numbers: ``1 low · 2 medium · 3 high``."""
    return style.glyphs.dot.join(f"{number} {value}" for number, value in enumerate(values, 1))


def understood(reply: Reply) -> str:
    """What was understood of a reply, in a sentence; nothing of what was only put off, or is told elsewhere."""
    if reply.said not in (ANSWER, UNKNOWN, DECLINED, NONE):
        return ""
    if reply.said == DECLINED:
        return f"Understood: nobody would say {reply_phrase(reply)}."
    if reply.field is not None:
        where = f" ({reply.path})" if "[" in reply.path else ""
        return f"Understood: {labelled(reply.field, reply.value)}{where}."
    if reply.said == NONE:
        return f"Understood: there is no {type_phrase(reply.path)}."
    return f"Understood: {reply_phrase(reply)} is not known."


def progress(state: Consultation) -> str:
    """``So far: product manager 3 to 1; at most 12 more questions.`` Only what can be told of this; else nothing."""
    explained = explain(state.outcome)
    presumed = state.outcome.presumed
    found = sides(explained) if weighs(explained) else []
    claim, stands = score(in_order(found, presumed.claim if presumed else ""))
    lead = "so far, with what is presumed" if presumed else "so far"
    told = [f"{lead}: {claim_phrase(claim)} {stands}"] if stands else []
    if most := state.at_most:
        told.append(f"at most {most} more question{'' if most == 1 else 's'}")
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def why_text(state: Consultation, model: Model, style: Style) -> str:
    """Why the next question is asked: the rules that wait for the answer."""
    outcome = state.outcome
    waiting = () if state.finished else state.why()
    if not waiting:
        return "The claim is open, and it hangs on the answer.\n"
    said = {each.firing.rule.id: sentence(each.firing.rule, each.bindings) for each in outcome.derivation.applications}
    rules = {rule.id: rule for rule in outcome.evaluation.program.rules}
    alike: dict[str, list[str]] = {}  # the rows of a table may say the same
    for name in waiting:
        alike.setdefault(said.get(name, name.replace("-", " ")), []).append(name)
    branches: list[Branch] = []
    for says, names in alike.items():
        lines = [say(says, note=rule_place(model, names[0]) if len(names) == 1 else "")]
        for name in names:
            cited = f"{style.glyphs.dot}{backing_phrase(rules[name].backing, style.glyphs)}"
            note = rule_place(model, name) if len(names) > 1 else ""
            lines.append(say(Piece(name, "name"), Piece(cited, "dim"), note=note))
        branches.append(Branch(lines))
    one = len(waiting) == 1
    title = "The answer decides whether this rule applies" if one else "The answer bears on whether these rules apply"
    return "\n".join(row.rstrip() for row in [*layout(say(Piece(title, "bold")), style), *draw(branches, style)]) + "\n"


def standing(outcome: Outcome) -> str:
    """The claim in a sentence; of an open one what it presumably is, or what is still possible."""
    if outcome.presumed:
        degree = f" ({words(outcome.presumed.strength)})" if isinstance(outcome.presumed.strength, str) else ""
        return f"The claim is presumably {claim_phrase(outcome.presumed.claim)}{degree}."
    if outcome.status is Status.OPEN:
        return f"The claim is open: it may still be {series(map(claim_phrase, outcome.possible), 'or')}."
    degree = f" ({words(outcome.strength)})" if isinstance(outcome.strength, str) else ""
    return f"The claim is settled: {claim_phrase(outcome.claimed)}{degree}."


def closing(state: Consultation) -> str:
    """How a consultation ends, in sentences."""
    outcome = state.outcome
    if outcome.settled:
        return f"{standing(outcome)} No further answer can change it.{_none(state)}"
    if state.proved:
        what = f"Whatever the answers still open are, the claim is {claim_phrase(state.proved)}"
        return f"{what}: that is proved. No further answer can change it.{_none(state)}"
    if state.until_presumed and outcome.presumed:
        return f"{standing(outcome)} {unless_phrase(outcome.presumed)}{_none(state)}"
    if state.finished:
        return f"{standing(outcome)} There is nothing left to ask: it hangs on {series(_hanging(state))}."
    return standing(outcome)


def what_if_text(outcome: Outcome) -> str:
    """What an answer would lead to."""
    if outcome.presumed:
        return f"Then it would presumably be {claim_phrase(outcome.presumed.claim)}."
    if outcome.status is Status.OPEN:
        return f"Then it may still be {series(map(claim_phrase, outcome.possible), 'or')}."
    return f"Then the claim would be settled: {claim_phrase(outcome.claimed)}."


def _none(state: Consultation) -> str:
    """Of what there are taken to be no records, because nothing was said of them."""
    absent = counted_as_none(state.judge.situation.program, state.case)
    if not absent:
        return ""
    return f" Nothing was said of any {series((type_phrase(type.name) for type in absent), 'or')}: they count as none."


def _hanging(state: Consultation) -> list[str]:
    situation = state.judge.situation
    paths = [path for path in state.outcome.hangs_on if path in situation.numbers]
    nouns = [subject(situation.slots[situation.numbers[path]].field) for path in paths]
    unspoken = [
        f"whether there is any {name.replace('_', ' ')}"
        for name in situation.unspoken
        if name in state.outcome.hangs_on
    ]
    return [*dict.fromkeys(nouns), *unspoken]
