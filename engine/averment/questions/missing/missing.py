"""What an open claim is missing: the claims still possible, the facts that would settle it, and what to ask next.

The unknown fields an open claim hangs on are all that can still bear on it (a condition that is false stays so whatever
else becomes known). A *completion* answers all of them. A claim is *possible* where some completion has it; each comes
with a witness, a least set of answers after which it is settled whatever the rest. Where three-valued logic leaves open
what every completion decides alike, the claim is *proved*. A set of fields *may settle* the claim where some answers to
it make it definite, and *settles* it where any do; of both the least sets are given (none holds another).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from time import monotonic
from typing import Any

from averment.backends.symbolic.planes import Plane, states_of
from averment.core.program import Value
from averment.core.values import decode
from averment.dataclass import dataclass
from averment.law.truth import Quantity
from averment.outcome.outcome import Outcome
from averment.questions.judging.alternatives import representatives
from averment.questions.judging.budget import SECONDS, Budget, Clock, Spent
from averment.questions.judging.choices import Choices
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry, judge_of
from averment.questions.judging.situation import Situation, Slot
from averment.questions.judging.together import parted
from averment.questions.missing.completing import completions, values_of
from averment.questions.missing.next_question import Question, questions, unweighed

MOST_STATES = 1 << 17  # tried for the sets of facts that settle a claim
MOST_DECISIONS = 1_000  # of them where a case has no circuit
WRITING = 0.6  # of the time for the circuit
FINDING = 0.6  # of what is left then for the claims that are possible
SETTLING = 0.6  # of what is left then for the sets that settle
AT_ONCE = 1 << 16


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


def missing(
    outcome: Outcome, judge: Judge | None = None, seconds: float = SECONDS, clock: Clock = monotonic
) -> Missing:
    """What is missing of the case of ``outcome``; nothing where its claim is settled, a gap or a conflict.

    ``judge``: one of that case that was kept (``told``). ``seconds`` are allowed, by ``clock``: what was not found by
    then is undetermined, and not complete.
    """
    if outcome.settled:
        alone = (Possible(outcome.claim, ()),)
        return Missing(outcome.case.name, outcome.claim, alone, (), "", (), (), True, ())
    budget = Budget(seconds, clock)
    try:
        judge = judge or judge_of(Situation(outcome.evaluation.program, outcome.case), budget.share(WRITING))
    except Spent:
        return Missing(outcome.case.name, outcome.claim, (), outcome.possible, "", (), (), False, ())
    open_slots = [judge.situation.numbers[path] for path in outcome.hangs_on if path in judge.situation.numbers]
    with judge.within(budget):
        with judge.within(budget.share(FINDING)):
            possible, undetermined = _possible(judge, open_slots, outcome.possible)
        with judge.within(budget.share(SETTLING)):
            some, every, complete = _settling(judge, open_slots, possible)
        asked = _ranked(judge, open_slots, [*(each.claim for each in possible), *undetermined])
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
        tuple(asked),
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


def _answer(judge: Judge, number: int, value: Value) -> Answer:
    new = judge.fresh.rank(number, value)
    return Answer(judge.situation.slots[number], value, judge.fresh.group(number) if new else 0)


Sets = tuple[tuple[str, ...], ...]


def _settling(judge: Judge, numbers: list[int], possible: list[Possible]) -> tuple[Sets, Sets, bool]:
    """The least sets of fields that may settle the claim and that do, and whether they are all."""
    slots = judge.situation.slots
    some: list[frozenset[int]] = []
    every: list[frozenset[int]] = []
    complete = not judge.beyond(numbers)
    left = MOST_STATES if isinstance(judge.circuitry, Circuitry) else MOST_DECISIONS
    try:
        values = [representatives(judge, number) or values_of(judge, number) for number in numbers]
        choices = Choices([len(each) for each in values], judge.budget.check)
        for size in range(1, len(numbers) + 1):
            left -= choices.count(0, size)
            if left < 0:
                raise Spent
            settled, loose = _outcomes(judge, numbers, values, choices, size)
            for chosen in combinations(range(len(numbers)), size):
                judge.budget.check()
                fields = frozenset(numbers[thing] for thing in chosen)
                if any(less <= fields for less in every):
                    continue
                if chosen in settled and not any(less <= fields for less in some):
                    some.append(fields)
                if chosen not in loose:
                    every.append(fields)
    except Spent:
        complete = False
    for each in possible:
        fields = frozenset(judge.situation.numbers[answer.slot.path] for answer in each.witness)
        if not complete and not any(less <= fields for less in some):
            some.append(fields)

    def paths(sets: list[frozenset[int]]) -> Sets:
        return tuple(tuple(slots[number].path for number in sorted(fields)) for fields in sets)

    return paths(some), paths(every), complete


Chosen = set[tuple[int, ...]]


def _outcomes(
    judge: Judge, numbers: list[int], values: list[tuple[Value, ...]], choices: Choices, size: int
) -> tuple[Chosen, Chosen]:
    """The sets of so many fields some answers to which settle the claim, and those to which some leave it open."""
    settled: Chosen = set()
    loose: Chosen = set()
    for batch in choices.batches(size, AT_ONCE):
        fields: dict[int, dict[Quantity, Plane]] = {}
        taken: dict[int, Plane] = {}
        for (thing, form), plane in batch.planes.items():
            fields.setdefault(numbers[thing], {})[values[thing][form]] = plane
            taken[thing] = taken.get(thing, 0) | plane
        some = every = 0
        for verdict, plane in parted(judge, batch.size, fields).items():
            for state in states_of(plane) if verdict is None else ():
                way = batch.way(state)
                alone = judge.verdict({numbers[thing]: values[thing][form] for thing, form in way})
                some |= alone.settled << state
                every |= alone.definite << state
            if verdict is not None:
                some |= plane if verdict.settled else 0
                every |= plane if verdict.definite else 0
        for chosen in combinations(sorted(taken), size):
            judge.budget.check()
            states = (1 << batch.size) - 1
            for thing in chosen:
                states &= taken[thing]
            if states & some:
                settled.add(chosen)
            if states & ~every:
                loose.add(chosen)
    return settled, loose
