"""A consultation: the next best question, an answer, and so on until the claim is settled.

A pure state machine, so that any front end can drive it: each step gives a new ``Consultation`` and changes nothing. It
stops as soon as no further answer can change the claim: when the law settles it, or when every completion of what is
unknown is shown to decide alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Any

from averment.backends import reference
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.ir.program import Compare, Value
from averment.ir.values import Misfit, decode, fit
from averment.law.evaluation import Evaluation
from averment.outcome.outcome import Decided, Outcome, facts_document
from averment.questions.completing import values_of
from averment.questions.judge import Judge
from averment.questions.missing import proved_claim
from averment.questions.next_question import Question, questions
from averment.questions.quick import judge_of
from averment.questions.situation import Situation

UNKNOWN = "unknown"
SKIPPED = "skipped"
Evaluate = Callable[[Decided], Evaluation]

_TRIALS = 384  # completions tried before it is asked whether all decide alike


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said to one question: a value, that it is unknown, or to ask it later."""

    number: int
    value: Value | None
    word: str = ""


@dataclass(frozen=True)
class Consultation:
    """``judge`` knows the case it began with; ``replies`` are what was said since, in order.

    ``evaluate`` finds what follows from a case; without it the reference backend does.
    """

    judge: Judge = field(repr=False)
    replies: tuple[Reply, ...] = ()
    evaluate: Evaluate | None = field(default=None, repr=False, compare=False)

    # --- where it stands ------------------------------------------------------------------------------------------

    @cached_property
    def answers(self) -> Mapping[int, Value]:
        """The values given so far, by slot."""
        return {reply.number: reply.value for reply in self.replies if reply.value is not None}

    @cached_property
    def case(self) -> Decided:
        """The case with the answers in it."""
        return self.judge.situation.told(self.answers)

    @cached_property
    def outcome(self) -> Outcome:
        """The outcome as far as is known.

        Raises: CaseError where the answers leave the case without a lawful one.
        """
        if self.evaluate is not None:
            return Outcome(self.case, self.evaluate(self.case))
        return Outcome(self.case, reference.evaluate(self.judge.situation.program, self.case))

    @cached_property
    def proved(self) -> str:
        """The one claim that every completion of an open case has, where that is shown; else empty."""
        if self.outcome.settled or self.judge.situation.unspoken:
            return ""
        numbers = self.judge.situation.numbers
        left = [numbers[path] for path in self.outcome.hangs_on if path in numbers]
        random, seen = Random(len(left)), set[str]()
        for _ in range(_TRIALS):
            tried = {number: random.choice(values_of(self.judge, number)) for number in left}
            seen.add(self.judge.verdict({**self.answers, **tried}).claim)
            if len(seen) > 1:  # by far the most often: nothing is proved, and that is seen at once
                return ""
        return proved_claim(self.outcome)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions left, the best first; those put off come last, those answered `unknown` not at all."""
        if self.outcome.settled or self.proved:
            return ()
        numbers = self.judge.situation.numbers
        closed = {reply.number for reply in self.replies if reply.word == UNKNOWN}
        left = [numbers[path] for path in self.outcome.hangs_on if path in numbers and numbers[path] not in closed]
        ranked = questions(self.judge, self.answers, left)
        skipped = [reply.number for reply in self.replies if reply.word == SKIPPED]
        return tuple(sorted(ranked, key=lambda question: skipped.count(question.number)))

    @property
    def question(self) -> Question | None:
        """The next best question; none when the consultation is over."""
        return self.questions[0] if self.questions else None

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to ask."""
        return not self.questions

    # --- what can be said -----------------------------------------------------------------------------------------

    def answer(self, written: object, question: Question | None = None) -> Consultation:
        """After this answer to a question (the next, unless another is named), as a fact file would write it.

        Raises: Refused where it is not a value of the field.
        """
        asked = self._asked(question)
        slot = asked.slot
        value = fit(written, slot.field, slot.path)
        if isinstance(value, Misfit):
            raise Refused([Diagnostic(value.code, value.message, help=(value.label, *value.help))])
        return self._say(Reply(asked.number, value))

    def skip(self) -> Consultation:
        """Ask this later."""
        return self._say(Reply(self._asked(None).number, None, SKIPPED))

    def unknown(self) -> Consultation:
        """This is not known: never ask it again."""
        return self._say(Reply(self._asked(None).number, None, UNKNOWN))

    def back(self) -> Consultation:
        """Take back what was said last."""
        return replace(self, replies=self.replies[:-1])

    def what_if(self, written: object) -> Outcome:
        """The outcome if the answer to the next question were this. Raises: Refused."""
        return self.answer(written).outcome

    # --- what can be asked back -----------------------------------------------------------------------------------

    def why(self) -> tuple[str, ...]:
        """Why the next question is asked: the ids of the rules whose conditions wait for the answer, sorted."""
        slot = self._asked(None).slot
        waiting: set[str] = set()
        for firing in self.outcome.evaluation.undecided:
            for match in (*firing.rule.matches, *(g.match for g in firing.rule.guards if not isinstance(g, Compare))):
                if match.type == slot.type and slot.index in {index for index, _ in (*match.cells, *match.binds)}:
                    waiting.add(firing.rule.id)
        return tuple(sorted(waiting))

    def facts(self) -> dict[str, Any]:
        """The facts so far, as the ``facts`` of a fact file."""
        return facts_document(self.judge.situation.program, self.case)

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        slots = self.judge.situation.slots
        return {
            "question": "ask",
            "case": self.case.name,
            "claim": self.outcome.claim,
            "status": self.outcome.status.value,
            "finished": self.finished,
            "replies": [
                {
                    "field": slots[reply.number].path,
                    "value": decode(reply.value, slots[reply.number].field),
                    "said": reply.word or "answer",
                }
                for reply in self.replies
            ],
            "next": self.question.document() if self.question else None,
        }

    def _asked(self, question: Question | None) -> Question:
        asked = question or self.question
        if asked is None:
            raise Refused([Diagnostic("AV583", "the consultation is over, there is nothing left to ask")])
        return asked

    def _say(self, reply: Reply) -> Consultation:
        return Consultation(self.judge, (*self.replies, reply), self.evaluate)


def consult(outcome: Outcome, evaluate: Evaluate | None = None) -> Consultation:
    """A consultation that begins with the case of ``outcome``. ``evaluate``: as of a live session (``live.Live``)."""
    return Consultation(judge_of(Situation(outcome.evaluation.program, outcome.case)), (), evaluate)
