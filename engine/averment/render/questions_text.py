"""The answers to a question on a terminal: what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import comb

from averment.outcome.outcome import Outcome
from averment.questions.missing.missing import Answer, Missing
from averment.questions.missing.next_question import Question
from averment.questions.missing.settling import Kin, Part
from averment.render.display import Piece, Style
from averment.render.new_ones import NOTE, NewOnes
from averment.render.outline import headline
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
    rows += _all_sets(missing, style)
    if missing.questions:
        asked = [
            Branch([say(question.text, note=question.slot.path), say(Piece(_measure(question), "dim"))])
            for question in missing.questions[:_MOST]
        ]
        rows += ["", *layout(say(Piece("Ask next", "bold"), ", what settles or narrows most first"), style)]
        rows += draw([*asked, *_further(len(missing.questions))], style)
        rows += layout(say(Piece(_ALIKE, "dim")), style)
    return _page(rows)


def _all_sets(missing: Missing, style: Style) -> list[str]:
    """The sets of fields whose answers settle the claim."""
    sure, some = "Whatever they are, these answers settle it", "Some answers to these settle it too"
    if missing.by_class:
        rows = _kinds(sure, missing.by_class.settle, missing, style)
        return rows + _kinds(
            some, [kin for kin in missing.by_class.may_settle if kin not in missing.by_class.settle], missing, style
        )
    rows = _sets(sure, missing.settle, missing, style)
    told = {tuple(sorted(answer.slot.path for answer in possible.witness)) for possible in missing.possible}
    told |= {tuple(sorted(paths)) for paths in missing.settle}
    others = [paths for paths in missing.may_settle if tuple(sorted(paths)) not in told]
    rows += _sets(some, others, missing, style)
    many = len(missing.questions)
    if not missing.complete and missing.tried < many:
        left = 2**many - sum(comb(many, size) for size in range(missing.tried + 1))
        number = f"{left:,}" if left < 10**15 else f"some 10^{len(str(left)) - 1}"
        more = f"Not tried: the {number} sets of more than {missing.tried} of these fields."
        rows += ["", *layout(say(Piece(more, "dim")), style)]
    return rows


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
    return ["", *layout(say(Piece(title, "bold")), style), *draw([*branches, *_further(len(shown))], style)]


def _kinds(title: str, kinds: Iterable[Kin], missing: Missing, style: Style) -> list[str]:
    """Sets told by class: so many of fields that nothing tells apart."""
    shown = [*kinds]
    if not shown:
        return []
    labels = {question.slot.path: subject(question.slot.field) for question in missing.questions}
    branches: list[Branch] = []
    for kin in shown[:_MOST]:
        plural = "s" * (kin.sets != 1)
        head = say(series(_part(part, labels) for part in kin.parts), note=f"{kin.sets:,} set{plural}")
        branches.append(Branch([head], [Branch([say(Piece(line, "dim"))]) for line in map(_listed, kin.parts) if line]))
    return ["", *layout(say(Piece(title, "bold")), style), *draw([*branches, *_further(len(shown))], style)]


def _part(part: Part, labels: Mapping[str, str]) -> str:
    fields = series(labels.get(path, path) for path in part.of[0])
    if len(part.of) == 1:
        return fields
    return f"{fields}, of {'all' if part.many == len(part.of) else f'any {part.many} of'} {len(part.of)} records"


def _listed(part: Part) -> str:
    """The fields that a part takes some of; nothing of a single one."""
    if len(part.of) == 1:
        return ""
    named = [" and ".join(paths) for paths in part.of[:_NAMED]]
    more = len(part.of) - len(named)
    return "namely " + ", ".join(named) + (f" and {more} more" if more else "")


_NAMED = 3
_MOST = 8
_ALIKE = "Answers that no rule tells apart count as one."


def _further(many: int) -> list[Branch]:
    return [Branch([say(Piece(f"and {many - _MOST} more", "dim"))])] if many > _MOST else []


def _measure(question: Question) -> str:
    """What a question is ranked by."""
    if not question.tried:
        return "not weighed: there was no time"
    told: list[str] = []
    if question.settling:
        told.append(_settling(question))
    if question.expected < question.possible and question.settling < question.tried:
        told.append(f"leaves {_rounded(question.expected)} of {question.possible} claims possible on average")
    if not told:
        percent = round(100 * question.relief)
        told.append("settles nothing by itself")
        told.append(f"takes away {percent or 'less than 1'}% of the doubt on average" if question.relief else "")
    cost = question.slot.field.cost
    return ", ".join(filter(None, (*told, f"at cost {cost}" if cost > 1 else "")))


def _settling(question: Question) -> str:
    verb = "settles" if question.settling == 1 else "settle"
    if question.tried != question.answers:
        return f"{question.settling} of {question.tried} answers tried {verb} it"
    if question.settling == question.tried:
        return "every answer settles it"
    return f"{question.settling} of {question.tried} answers {verb} it"


def _rounded(number: Fraction) -> str:
    return f"{float(number):.1f}".removesuffix(".0")


def heading(outcome: Outcome, style: Style) -> str:
    """The line above an answer: the case and its claim."""
    degree = f", {outcome.strength}" if isinstance(outcome.strength, str) else ""
    claim = headline(outcome) if outcome.claim is None else claim_phrase(outcome.claim)
    return _page(layout(say(Piece(f"{outcome.case.name}:", "bold"), f" {claim}{degree}"), style))


def _page(rows: Iterable[str]) -> str:
    return "\n".join(row.rstrip() for row in rows) + "\n"
