"""What an open claim is missing: the claims still possible, the facts that would settle it, and what to ask next.

The unknown fields an open claim hangs on are all that can still bear on it (a condition that is false stays so whatever
else becomes known). A *completion* answers all of them. A claim is *possible* where some completion has it; each comes
with a witness, a least set of answers after which it is settled whatever the rest. Where three-valued logic leaves open
what every completion decides alike, the claim is *proved*. A set of fields *may settle* the claim where some answers to
it make it definite, and *settles* it where any do; of both the least sets are given (none holds another).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from averment.ir.program import Value
from averment.ir.values import decode
from averment.outcome.outcome import Outcome
from averment.questions.completing import completion, values_of
from averment.questions.judge import Judge, TooMuch
from averment.questions.next_question import Question, questions
from averment.questions.quick import judge_of
from averment.questions.situation import Situation, Slot

MOST_DECISIONS = 4_000  # spent on the sets of facts that settle a claim


@dataclass(frozen=True, slots=True)
class Answer:
    """A value for an unknown field."""

    slot: Slot
    value: Value

    def document(self) -> dict[str, Any]:
        return {"field": self.slot.path, "value": decode(self.value, self.slot.field)}


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
    least settling sets are all there are, else some.
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
            "next": [question.document() for question in self.questions],
        }


def missing(outcome: Outcome, judge: Judge | None = None) -> Missing:
    """What is missing of the case of ``outcome``; nothing where its claim is settled, a gap or a conflict.

    ``judge``: one of that case that was kept (``told``).
    """
    if outcome.settled:
        alone = (Possible(outcome.claim, ()),)
        return Missing(outcome.case.name, outcome.claim, alone, (), "", (), (), True, ())
    judge = judge or judge_of(Situation(outcome.evaluation.program, outcome.case))
    open_slots = [judge.situation.numbers[path] for path in outcome.hangs_on if path in judge.situation.numbers]
    possible, undetermined = _possible(judge, open_slots)
    some, every, complete = _settling(judge, open_slots, possible)
    proved = possible[0].claim if len(possible) == 1 and not undetermined and not judge.situation.unspoken else ""
    return Missing(
        outcome.case.name,
        outcome.claim,
        tuple(possible),
        tuple(undetermined),
        proved,
        some,
        every,
        complete,
        tuple(questions(judge, {}, open_slots)),
    )


def proved_claim(outcome: Outcome, judge: Judge | None = None) -> str:
    """The one claim that every completion of an open case has; empty where there is none or it is not found out.

    ``judge``: as of ``missing``.
    """
    judge = judge or judge_of(Situation(outcome.evaluation.program, outcome.case))
    if outcome.settled or judge.situation.unspoken:
        return ""
    open_slots = [judge.situation.numbers[path] for path in outcome.hangs_on if path in judge.situation.numbers]
    possible, undetermined = _possible(judge, open_slots)
    return possible[0].claim if len(possible) == 1 and not undetermined else ""


def _possible(judge: Judge, numbers: list[int]) -> tuple[list[Possible], list[str]]:
    """The claims that completions of these slots have, with a witness each; and those not found out."""
    slots = judge.situation.slots
    possible: list[Possible] = []
    undetermined: list[str] = []
    for word in judge.verdict({}).possible:
        try:
            found = completion(judge, numbers, word)
        except TooMuch:
            undetermined.append(word)
            continue
        if found is not None:
            answers = tuple(Answer(slots[number], value) for number, value in sorted(found.items()))
            possible.append(Possible(word, answers))
    return possible, undetermined


Sets = tuple[tuple[str, ...], ...]


def _settling(judge: Judge, numbers: list[int], possible: list[Possible]) -> tuple[Sets, Sets, bool]:
    """The least sets of fields that may settle the claim and that do, and whether they are all."""
    slots = judge.situation.slots
    some: list[frozenset[int]] = []
    every: list[frozenset[int]] = []
    complete = not judge.beyond(numbers)
    judge.allow(MOST_DECISIONS)
    try:
        for size in range(1, len(numbers) + 1):
            for chosen in combinations(numbers, size):
                fields = frozenset(chosen)
                held = any(less <= fields for less in every)
                if held:
                    continue
                any_one, all_of = _outcomes(judge, chosen, stop=any(less <= fields for less in some))
                if any_one and not any(less <= fields for less in some):
                    some.append(fields)
                if all_of:
                    every.append(fields)
    except TooMuch:
        complete = False
    finally:
        judge.allow(None)
    for each in possible:
        fields = frozenset(judge.situation.numbers[answer.slot.path] for answer in each.witness)
        if not complete and not any(less <= fields for less in some):
            some.append(fields)

    def paths(sets: list[frozenset[int]]) -> Sets:
        return tuple(tuple(slots[number].path for number in sorted(fields)) for fields in sets)

    return paths(some), paths(every), complete


def _outcomes(judge: Judge, chosen: tuple[int, ...], stop: bool) -> tuple[bool, bool]:
    """Whether some answers to these fields settle the claim, and whether all make it definite.

    ``stop``: it is enough to know the second.
    """
    some, every = False, True
    for answers in product(*(values_of(judge, number) for number in chosen)):
        verdict = judge.verdict(dict(zip(chosen, answers, strict=True)))
        some = some or verdict.settled
        every = every and verdict.definite
        if not every and (some or stop):
            break
    return some, every
