"""A consultation: the next best question, an answer, and so on until the claim is settled.

A pure state machine, so that any front end can drive it: each step gives a new ``Consultation`` and changes nothing. It
stops as soon as no further answer can change the claim: when the law settles it, or when every completion of what is
unknown is shown to decide alike. Records may be added and taken away at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from time import monotonic
from typing import Any

from averment.core.mentions import patterns
from averment.core.naming import record_path
from averment.core.program import Fact, Field, Value
from averment.core.suggest import did_you_mean
from averment.core.values import Misfit, decode, fit
from averment.diagnostics.diagnostic import Diagnostic, Refused, of_misfit
from averment.law.evaluation import Evaluation
from averment.outcome.deciding import presuming
from averment.outcome.outcome import Decided, Outcome, facts_document
from averment.questions.ask import records
from averment.questions.ask.foresight import Foresight, look_ahead
from averment.questions.ask.kept_judge import told
from averment.questions.ask.proving import common_claim
from averment.questions.ask.usual import NOTHING_USUAL, Usual
from averment.questions.judging.budget import SECONDS, Budget, Clock, Spent
from averment.questions.judging.claimed import need_claim
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import give_circuit
from averment.questions.judging.situation import Situation
from averment.questions.missing.next_question import Question, questions, unweighed
from averment.questions.rebuttals.rebuttals import rebuttals

ANSWER, UNKNOWN, DECLINED, SKIPPED = "answer", "unknown", "declined", "skipped"
ADDED, REMOVED, NONE = "added", "removed", "none"
Evaluate = Callable[[Decided], Evaluation]
WRITING, PROVING, AHEAD, COMPARING, WEIGHING = 0.3, 0.15, 0.2, 0.2, 0.1  # of the time for each step


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said: of a field its value, that it is unknown, that somebody would not say, or that it is to be asked
    later; that a record is there or is not, or that there is none of a type. ``path`` names the field, record or type.
    """

    path: str
    said: str
    value: Value | None = None
    field: Field | None = None
    record: Fact | None = None


@dataclass(frozen=True)
class Consultation:
    """``judge`` knows the case as it was when a record last came or went, or at first; of the ``replies``, in order,
    those from ``since`` on were said after that.

    ``evaluate`` finds what follows from a case; without it the reference backend does. ``until_presumed``: it is over
    as soon as presumptions settle the claim. ``known`` tells which answers are usual. ``seconds`` are allowed, by
    ``clock``, to find the next question after each reply: where it is not found by then, one of those left is asked.
    """

    judge: Judge = field(repr=False)
    replies: tuple[Reply, ...] = ()
    evaluate: Evaluate | None = field(default=None, repr=False, compare=False)
    until_presumed: bool = False
    known: Usual = field(default=NOTHING_USUAL, repr=False, compare=False)
    since: int = 0
    seconds: float = SECONDS
    clock: Clock = field(default=monotonic, repr=False, compare=False)
    before: Consultation | None = field(default=None, repr=False, compare=False)

    # --- where it stands ------------------------------------------------------------------------------------------

    @cached_property
    def answers(self) -> Mapping[int, Value]:
        """The values given since a record last came or went, by slot."""
        numbers = self.judge.situation.numbers
        return {numbers[reply.path]: reply.value for reply in self.replies[self.since :] if reply.value is not None}

    @cached_property
    def case(self) -> Decided:
        """The case with the answers in it."""
        return self.judge.situation.told(self.answers)

    @cached_property
    def outcome(self) -> Outcome:
        """The outcome as far as is known.

        Raises: CaseError where the answers leave the case without a lawful one.
        """
        from averment.backends import reference

        plainly = partial(reference.evaluate, self.judge.situation.program)
        outcome = Outcome(self.case, (self.evaluate or plainly)(self.case))
        return presuming(outcome, plainly, rebuttals)  # a live session has only the facts that were given

    @cached_property
    def proved(self) -> str:
        """The one claim that every completion of an open case has, where that is shown; else empty."""
        if self.outcome.settled or self.judge.situation.unspoken or (self._ahead and not self._ahead.agree):
            return ""
        with suppress(Spent):
            budget = self._budget(PROVING)
            now = told(self.judge, self.answers, budget)
            with now.within(budget):
                return common_claim(now, [now.situation.numbers[path] for path in self._hanging])
        return ""

    @cached_property
    def question(self) -> Question | None:
        """The next best question; none when the consultation is over."""
        return self._weighed(self.left[:1])[0] if self.left else None

    @cached_property
    def left(self) -> tuple[int, ...]:
        """The slots left to ask for, the best first; those put off come last, those nobody knows or tells, never."""
        slots, skipped = self.judge.situation.slots, self._said(SKIPPED)
        return tuple(sorted(self._ranking, key=lambda number: skipped.count(slots[number].path)))

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that are left, in the same order."""
        return tuple(self._weighed(self.left))

    @property
    def hurried(self) -> bool:
        """Whether there was no time to find the best of the questions left."""
        return bool(self._ranking) and self._compared[1]

    def _weighed(self, numbers: Sequence[int]) -> list[Question]:
        """The questions that these slots stand for, in this order."""
        with self._within(WEIGHING):
            found = {question.number: question for question in questions(self.judge, self.answers, [*numbers])}
        return [found.get(number) or unweighed(self.judge, number, len(self.outcome.possible)) for number in numbers]

    @cached_property
    def _ranking(self) -> Sequence[int]:
        """The slots left to ask for, the best first."""
        if self.outcome.settled or self.proved or (self.until_presumed and self.outcome.presumed):
            return ()
        order, _ = self._compared
        rebutting = self._rebutting
        return sorted(order, key=lambda number: rebutting.get(number, len(order)))

    @cached_property
    def _compared(self) -> tuple[Sequence[int], bool]:
        """The slots left to ask for, the best first, and whether there was no time to compare them all."""
        if self._ahead is not None:
            with suppress(Spent), self._within(COMPARING):
                return self._ahead.order(), False
        with self._within(COMPARING):
            order = [question.number for question in questions(self.judge, self.answers, self._open)]
        rest = [number for number in self._open if number not in set(order)]
        return [*order, *rest], bool(rest) or self._ahead is not None

    @property
    def _rebutting(self) -> dict[int, int]:
        """Of the slots that a presumed claim is rebutted by, with how many others together: these are asked first."""
        if self.outcome.presumed is None:
            return {}
        numbers = self.judge.situation.numbers
        sizes: dict[int, int] = {}
        for rebuttal in self.outcome.presumed.unless.rebuttals:
            for denial in rebuttal.denials:
                sizes.setdefault(numbers[denial.path], len(rebuttal.denials))
        return sizes

    @cached_property
    def _ahead(self) -> Foresight | None:
        with suppress(Spent), self._within(AHEAD):
            return look_ahead(self.judge, self.answers, self._open, self.known)
        return None

    def _budget(self, part: float) -> Budget:
        return Budget(self.seconds * part, self.clock)

    @contextmanager
    def _within(self, part: float) -> Generator[None]:
        """What is asked of the judge here may take a part of the time."""
        with self.judge.within(self._budget(part)):
            yield

    @property
    def _open(self) -> list[int]:
        """The slots that the claim hangs on and that are still to be asked for."""
        closed = self._closed
        return [self.judge.situation.numbers[path] for path in self._hanging if path not in closed]

    @property
    def at_most(self) -> int | None:
        """How many more questions there may be at most, as long as no record comes; not known before it is known
        whether there is any. An answer never makes the claim hang on more.
        """
        if self.finished:
            return 0
        return None if self.whether else len(self._open)

    @cached_property
    def whether(self) -> str:
        """The type of which it has to be known first whether there is any record; else empty."""
        closed = self._closed
        unspoken = self.judge.situation.unspoken
        return next((name for name in unspoken if name in self.outcome.hangs_on and name not in closed), "")

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to ask."""
        return not self.whether and not self.left

    # --- what can be said -----------------------------------------------------------------------------------------

    def answer(self, written: object, question: Question | None = None, path: str = "") -> Consultation:
        """After this answer to a question (the next, unless another, or the ``path`` of a field, is named), as a fact
        file would write it.

        Raises: Refused where it is not a value of the field, or there is no such field.
        """
        slot = self.judge.situation.slots[self._number(path)] if path else self._asked(question).slot
        value = fit(written, slot.field, slot.path)
        if isinstance(value, Misfit):
            raise Refused([of_misfit(value)])
        return self._say(Reply(slot.path, ANSWER, value, slot.field))

    def skip(self, path: str = "") -> Consultation:
        """Ask this later: what is asked next, or the field at ``path``. Raises: Refused (AV585)."""
        return self._say(self._unanswered(SKIPPED, path or self._asked(None).slot.path))

    def unknown(self, path: str = "") -> Consultation:
        """This is not known: never ask it again. ``path``: of another field, or type, than what is asked next.

        Raises: Refused (AV585).
        """
        return self._say(self._unanswered(UNKNOWN, path or self.whether or self._asked(None).slot.path))

    def decline(self, path: str = "") -> Consultation:
        """Somebody was asked and would not say: as ``unknown``, and kept apart from it."""
        return self._say(self._unanswered(DECLINED, path or self.whether or self._asked(None).slot.path))

    def putting_off(self, unknown: Iterable[str], declined: Iterable[str], later: Iterable[str]) -> Consultation:
        """After it was said of these fields (or types) that nobody knows, of those that somebody would not say, and of
        those that they are asked for later.

        Raises: Refused (AV585) for a path that cannot be asked for.
        """
        told = ((UNKNOWN, unknown), (DECLINED, declined), (SKIPPED, later))
        found = [self._unanswered(said, path) for said, paths in told for path in paths]
        return replace(self, replies=(*self.replies, *found), before=self)

    def _unanswered(self, said: str, path: str) -> Reply:
        if said != SKIPPED and path in self.judge.situation.unspoken:
            return Reply(path, said)
        return Reply(path, said, None, self.judge.situation.slots[self._number(path)].field)

    def _number(self, path: str) -> int:
        """The slot of a field. Raises: Refused (AV585)."""
        situation = self.judge.situation
        if path in situation.numbers:
            return situation.numbers[path]
        near = did_you_mean(path, (*situation.numbers, *situation.unspoken))
        help = (f"did you mean `{near}`?",) if near else ()
        raise Refused([Diagnostic("AV585", f"`{path}` is not a field of this case", help=help)])

    def add(self, type: str, written: Mapping[str, object]) -> Consultation:
        """There is one more record of a type, with these fields.

        Raises: Refused where there cannot be such a record, or there is.
        """
        program = self.judge.situation.program
        of = records.type_of(program, type)
        fact = records.record(of, written)
        case = records.with_record(program, self.case, fact, written)
        return self._say(Reply(record_path(of, fact), ADDED, record=fact), case)

    def remove(self, fact: Fact) -> Consultation:
        """There is no such record after all."""
        program = self.judge.situation.program
        case = records.without_record(program, self.case, fact)
        return self._say(Reply(record_path(program.types[fact.type], fact), REMOVED, record=fact), case)

    def none(self, type: str) -> Consultation:
        """There is no record of a type. Raises: Refused."""
        of = records.type_of(self.judge.situation.program, type)
        return self._say(Reply(of.name, NONE), records.without_any(self.case, of.name))

    def back(self) -> Consultation:
        """Take back what was said last. What follows is found anew, so that a live session hears of it."""
        return replace(self.before) if self.before else self

    # --- what can be asked back -----------------------------------------------------------------------------------

    def why(self) -> tuple[str, ...]:
        """Why the next question is asked: the ids of the rules whose conditions wait for the answer, sorted."""
        slot = None if self.whether else self._asked(None).slot
        type, index = (slot.type, slot.index) if slot else (self.whether, None)
        waiting: set[str] = set()
        for firing in self.outcome.evaluation.undecided:
            for match in patterns(firing.rule):
                looks = index is None or index in {at for at, _ in (*match.cells, *match.binds)}
                if match.type == type and looks:
                    waiting.add(firing.rule.id)
        return tuple(sorted(waiting))

    def records_of(self, type: str) -> tuple[Fact, ...]:
        """The records of a type, in the order of the case."""
        return tuple(fact for fact in self.case.facts if fact.type == type)

    def facts(self) -> dict[str, Any]:
        """The facts so far, as the ``facts`` of a fact file."""
        return facts_document(self.judge.situation.program, self.case)

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        return {
            "question": "ask",
            "case": self.case.name,
            "claim": self.outcome.claim,
            "status": self.outcome.status.value,
            **({"presumed": self.outcome.presumed.short} if self.outcome.presumed else {}),
            "finished": self.finished,
            "at_most": self.at_most,
            "replies": [
                {"field": reply.path, "value": self._shown(reply), "said": reply.said} for reply in self.replies
            ],
            "next": self.question.document() if self.question else None,
            **({"hurried": True} if self.hurried else {}),
        }

    def _shown(self, reply: Reply) -> Any:
        if reply.record is None:
            return None if reply.field is None else decode(reply.value, reply.field)
        fields = self.judge.situation.program.types[reply.record.type].fields
        pairs = zip(fields, reply.record.values, strict=True)
        return {each.name: decode(value, each) for each, value in pairs if value is not None}

    @property
    def _hanging(self) -> list[str]:
        """The fields that the claim hangs on."""
        numbers = self.judge.situation.numbers
        return [path for path in self.outcome.hangs_on if path in numbers]

    @property
    def _closed(self) -> list[str]:
        """What is not to be asked again."""
        return [*self._said(UNKNOWN), *self._said(DECLINED)]

    def _said(self, word: str) -> list[str]:
        return [reply.path for reply in self.replies if reply.said == word]

    def _asked(self, question: Question | None) -> Question:
        asked = question or self.question
        if asked is None:
            raise Refused([Diagnostic("AV583", "the consultation is over, there is nothing left to ask")])
        return asked

    def _say(self, reply: Reply, case: Decided | None = None) -> Consultation:
        """After a reply; where it brings another case, with a judge of that."""
        after = replace(self, replies=(*self.replies, reply), before=self)
        if case is None:
            return after
        judge = _judge(Situation(self.judge.situation.program, case), self._budget(WRITING))
        return replace(after, judge=judge, since=len(after.replies))


def consult(
    outcome: Outcome,
    evaluate: Evaluate | None = None,
    known: Usual = NOTHING_USUAL,
    until_presumed: bool = False,
    seconds: float = SECONDS,
    clock: Clock = monotonic,
) -> Consultation:
    """A consultation that begins with the case of ``outcome``. ``evaluate``: as of a live session (``live.Live``)."""
    need_claim(outcome)
    judge = _judge(Situation(outcome.evaluation.program, outcome.case), Budget(seconds * WRITING, clock))
    return Consultation(judge, (), evaluate, until_presumed, known, 0, seconds, clock)


def _judge(situation: Situation, budget: Budget) -> Judge:
    """The quickest judge that there is in time."""
    judge = Judge(situation)
    give_circuit(judge, budget)
    return judge
