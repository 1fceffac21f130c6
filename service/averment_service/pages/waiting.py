"""Why a question is asked: the rules that look at its field, and which of them wait for the answer."""

from __future__ import annotations

from typing import NamedTuple

from averment.core.mentions import patterns
from averment.core.program import Match
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.render.display import UNICODE
from averment.render.places import backing_phrase
from averment.render.rule_words import general_sentence
from averment_service.pages.case_form import Input


class Waiting(NamedTuple):
    """A rule that looks at a field; ``waits`` for it to be known."""

    rule: str
    says: str
    backing: str
    waits: bool


def waiting_rules(pack: Pack, outcome: Outcome | None, asked: Input) -> list[Waiting]:
    """The rules that look at a field, those first that wait for it."""
    index = asked.type.position[asked.field.name]
    waiting = outcome.evaluation.undecided if outcome and not asked.given else ()
    undecided = {firing.rule.id for firing in waiting}
    found: dict[str, Waiting] = {}
    for rule in pack.program().rules:
        if any(_looks(match, asked.type.name, index) for match in patterns(rule)):
            backing = backing_phrase(rule.backing, UNICODE)
            found.setdefault(rule.id, Waiting(rule.id, general_sentence(rule), backing, rule.id in undecided))
    return sorted(found.values(), key=lambda each: (not each.waits, each.rule))


def _looks(match: Match, type: str, index: int) -> bool:
    return match.type == type and index in {at for at, _ in (*match.cells, *match.binds)}
