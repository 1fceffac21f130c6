"""What an open claim is missing: the claims still possible, the facts that would settle it, and what to ask next.

The unknown fields an open claim hangs on are all that can still bear on it (a condition that is false stays so whatever
else becomes known). A *completion* answers all of them. A claim is *possible* where some completion has it; each comes
with a witness, a least set of answers after which it is settled whatever the rest. Where three-valued logic leaves open
what every completion decides alike, the claim is *proved*. A set of fields *may settle* the claim where some answers to
it make it definite, and *settles* it where any do; of both the least sets are given (none holds another). Where these
are too many to list they are told by class: so many of fields that nothing tells apart (``alike``).
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from averment.core.program import Value
from averment.core.values import decode
from averment.dataclass import dataclass
from averment.outcome.outcome import Outcome
from averment.questions.judging.budget import SECONDS, Budget, Clock, Spent
from averment.questions.judging.claimed import need_claim
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation, Slot
from averment.questions.missing.completing import completions
from averment.questions.missing.next_question import Question, questions, unweighed
from averment.questions.missing.settling import ByClass, settling

WRITING = 0.6  # of the time for the circuit
FINDING = 0.6  # of what is left then for the claims that are possible
SETTLING = 0.6  # of what is left then for the sets that settle


@dataclass(frozen=True, slots=True)
class Answer:
    """A value for an unknown field.

    ``group``: not 0 where it stands for any text that neither the case nor a rule names; answers of one group are
    equal for the same text, different for different texts.
    """

    slot: Slot
    value: Value
    group: int = 0

    def document(self) -> dict[str, Any]:
        return {
            "field": self.slot.path,
            "value": decode(self.value, self.slot.field),
            "new": bool(self.group),
        }


@dataclass(frozen=True, slots=True)
class Possible:
    """A claim that is still possible: after the answers of its ``witness`` it is settled."""

    claim: str
    witness: tuple[Answer, ...]

    def document(self) -> dict[str, Any]:
        return {"claim": self.claim, "witness": [answer.document() for answer in self.witness]}


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing of a case.

    ``undetermined``: claims for which the search was given up undecided. ``proved``: the one claim that every
    completion has, though three-valued logic leaves it open; ``proved_by`` says how that is known. ``complete``: the
    least settling sets are all there are, else some: one of each kin where ``by_class`` tells them all, else those
    found of the sets of no more than ``tried`` fields.
    """

    case: str
    claim: str
    possible: tuple[Possible, ...]
    undetermined: tuple[str, ...]
    proved: str
    may_settle: tuple[tuple[str, ...], ...]
    settle: tuple[tuple[str, ...], ...]
    complete: bool
    questions: tuple[Question, ...]
    by_class: ByClass | None = None
    tried: int = 0

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        return {
            "question": "missing",
            "case": self.case,
            "claim": self.claim,
            "possible": [possible.document() for possible in self.possible],
            "undetermined": list(self.undetermined),
            "proved": self.proved or None,
            "may_settle": [list(paths) for paths in self.may_settle],
            "settle": [list(paths) for paths in self.settle],
            "complete": self.complete,
            "by_class": self.by_class.document() if self.by_class else None,
            "tried": None if self.complete or self.by_class else self.tried,
            "next": [question.document() for question in self.questions],
        }


def missing(
    outcome: Outcome, judge: Judge | None = None, seconds: float = SECONDS, clock: Clock = monotonic
) -> Missing:
    """What is missing of the case of ``outcome``; nothing where its claim is settled, a gap or a conflict.

    ``judge``: one of that case that was kept (``told``). ``seconds`` are allowed, by ``clock``: what was not found by
    then is undetermined, and not complete.
    """
    need_claim(outcome)
    if outcome.settled:
        alone = (Possible(outcome.claimed, ()),)
        return Missing(outcome.case.name, outcome.claimed, alone, (), "", (), (), True, ())
    budget = Budget(seconds, clock)
    try:
        judge = judge or judge_of(Situation(outcome.evaluation.program, outcome.case), budget.share(WRITING))
    except Spent:
        return Missing(outcome.case.name, outcome.claimed, (), outcome.possible, "", (), (), False, ())
    open_slots = [judge.situation.numbers[path] for path in outcome.hangs_on if path in judge.situation.numbers]
    with judge.within(budget):
        with judge.within(budget.share(FINDING)):
            possible, undetermined = _possible(judge, open_slots, outcome.possible)
        with judge.within(budget.share(SETTLING)):
            found = settling(judge, open_slots, [_slots(judge, each) for each in possible])
        asked = _ranked(judge, open_slots, [*(each.claim for each in possible), *undetermined])
    proved = possible[0].claim if len(possible) == 1 and not undetermined and not judge.situation.unspoken else ""
    return Missing(
        outcome.case.name,
        outcome.claimed,
        tuple(possible),
        tuple(undetermined),
        proved,
        found.some,
        found.every,
        found.complete,
        tuple(asked),
        found.by_class,
        found.tried,
    )


def _ranked(judge: Judge, numbers: list[int], words: Sequence[str]) -> list[Question]:
    """The questions that the slots stand for, the best first; last those that there was no time to weigh."""
    weighed = questions(judge, {}, numbers, words)
    known = {question.number for question in weighed}
    return weighed + [unweighed(judge, number, len(words)) for number in numbers if number not in known]


def _possible(judge: Judge, numbers: list[int], words: Sequence[str]) -> tuple[list[Possible], list[str]]:
    """Those of these claims that completions of the slots have, with a witness each; and those not found out."""
    found, undetermined = completions(judge, numbers, words)
    possible = [
        Possible(word, tuple(_answer(judge, number, value) for number, value in sorted(named.items())))
        for word, answers in found.items()
        for named in (next(judge.fresh.renamed(answers)),)
    ]
    return possible, undetermined


def _slots(judge: Judge, possible: Possible) -> frozenset[int]:
    return frozenset(judge.situation.numbers[answer.slot.path] for answer in possible.witness)


def _answer(judge: Judge, number: int, value: Value) -> Answer:
    new = judge.fresh.rank(number, value)
    return Answer(judge.situation.slots[number], value, judge.fresh.group(number) if new else 0)
