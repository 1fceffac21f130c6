"""What matters: which given facts the claim turns on, which it cannot, and how far each number may move.

A set of given fields *turns* the claim where some change of just these fields makes it another (open, gap and
conflict are claims here). A field is *decisive* where it turns the claim alone; *irrelevant* where it belongs to no
least set that does, so that no combination of changes needs it, and changing irrelevant fields in any combination,
the rest as given, never turns the claim (relevancy in formal explanations: Huang, Izza and Marques-Silva 2023); else
it *plays a part*. Where the search for that was given up, it is *undetermined*.

The *margin* of a number, level, date or parameter is how far it alone may move either way before the claim turns.

Where the time allowed runs out, what was found by then is told, and the rest is undetermined.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any

from averment.core.program import Field, Value
from averment.core.values import decode
from averment.outcome.outcome import Outcome
from averment.questions.judging.budget import MATTERS_SECONDS, Budget, Clock, Spent
from averment.questions.judging.claimed import need_claim
from averment.questions.judging.halving import Region
from averment.questions.judging.judge import Judge
from averment.questions.judging.knowledge import Knowledge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation
from averment.questions.matters.alone import Alone
from averment.questions.matters.relevance import Relevance, relevance
from averment.questions.sweeping.regions import OneField, OneParameter, first_beyond

WRITING = 0.6  # of the time for the circuit
ALONE = 0.5  # of what is left then for what each field does alone
SHARE = 0.4  # of what is left then for parameters; what fields do together has the rest


class Weight(StrEnum):
    """How a given field bears on the claim."""

    DECISIVE = "decisive"
    PART = "plays a part"
    IRRELEVANT = "irrelevant"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Turn:
    """The first value at which the claim turns, going one way, and to what."""

    value: Value
    claim: str


@dataclass(frozen=True, slots=True)
class Margin:
    """How far a number may move: ``below`` and ``above`` are the turns either way, if there are any.

    ``exact`` is false where not all values could be told apart and nothing is claimed of what lies beyond.
    """

    name: str
    field: Field
    value: Value
    below: Turn | None
    above: Turn | None
    exact: bool = True

    def document(self) -> dict[str, Any]:
        def turn(at: Turn | None) -> dict[str, Any] | None:
            return None if at is None else {"value": decode(at.value, self.field), "claim": at.claim}

        return {
            "name": self.name,
            "value": decode(self.value, self.field),
            "below": turn(self.below),
            "above": turn(self.above),
            "exact": self.exact,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A given field: how it bears on the claim, and the claims that its changes alone turn to."""

    path: str
    field: Field
    value: Value
    weight: Weight
    turns_to: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "field": self.path,
            "value": decode(self.value, self.field),
            "weight": self.weight.value,
            "turns_to": list(self.turns_to),
        }


@dataclass(frozen=True, slots=True)
class Matters:
    """What matters for a claim. ``parts`` in the order of the vocabulary, ``margins`` with the nearest turn first.

    ``seconds`` were allowed.
    """

    case: str
    claim: str
    parts: tuple[Part, ...]
    margins: tuple[Margin, ...]
    seconds: float = MATTERS_SECONDS

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        return {
            "question": "matters",
            "case": self.case,
            "claim": self.claim,
            "facts": [part.document() for part in self.parts],
            "margins": [margin.document() for margin in self.margins],
        }


def matters(
    outcome: Outcome,
    knowledge: Knowledge | None = None,
    judge: Judge | None = None,
    seconds: float = MATTERS_SECONDS,
    clock: Clock = monotonic,
) -> Matters:
    """What matters for the claim of ``outcome``; with its ``knowledge`` the margins of parameters too.

    ``judge``: one of that case that was kept (``told``). ``seconds`` are allowed, by ``clock``.
    """
    need_claim(outcome)
    budget = Budget(seconds, clock)
    situation = judge.situation if judge else Situation(outcome.evaluation.program, outcome.case)
    weights = _Weights()
    margins: list[Margin] = []
    alone = None
    with suppress(Spent):
        judge = judge or judge_of(situation, budget.share(WRITING))
        with judge.within(budget):
            alone = Alone(judge)
            with suppress(Spent), judge.within(budget.share(ALONE)):
                alone.look(judge.given())
            margins += _of_fields(judge, alone)
    if knowledge:
        margins += _of_parameters(outcome, knowledge, budget.share(SHARE))
    if judge and alone:
        with suppress(Spent), judge.within(budget):
            weights = _Weights(relevance(judge, alone))
    margins.sort(key=_nearest)
    parts = [
        Part(slot.path, slot.field, slot.value, *weights.of(judge, number))
        for number, slot in enumerate(situation.slots)
        if slot.value is not None
    ]
    return Matters(outcome.case.name, outcome.claimed, tuple(parts), tuple(margins), budget.seconds)


@dataclass(frozen=True)
class _Weights:
    """How fields bear on the claim; of none it is known where there was no time to begin."""

    found: Relevance | None = None

    def of(self, judge: Judge | None, number: int) -> tuple[Weight, tuple[str, ...]]:
        """The weight of a slot, and the claims that it turns to alone."""
        if self.found is None:
            return Weight.IRRELEVANT if judge and not judge.read(number) else Weight.UNDETERMINED, ()
        if number in self.found.turns_to:
            return Weight.DECISIVE, tuple(sorted(self.found.turns_to[number]))
        if number in self.found.relevant:
            return Weight.PART, ()
        return Weight.UNDETERMINED if number in self.found.undetermined else Weight.IRRELEVANT, ()


def _of_fields(judge: Judge, alone: Alone) -> list[Margin]:
    found: list[Margin] = []
    for number in judge.given():
        slot = judge.situation.slots[number]
        if slot.field.kind.ordered and isinstance(slot.value, int):
            if number in alone.regions:
                regions = alone.regions[number]
            elif number in alone.claims:
                regions = OneField(judge, number, alone.at(number)).regions
            else:
                regions = [Region(slot.value, slot.value, "")]
            found.append(_margin(slot.path, slot.field, slot.value, regions))
    return found


def _of_parameters(outcome: Outcome, knowledge: Knowledge, budget: Budget) -> list[Margin]:
    """Those of parameters, each with its share of the time that is left."""
    fields = [
        (name, field)
        for name, field in knowledge.parameter_fields().items()
        if field.kind.ordered and knowledge.has_one_value(name)
    ]
    found: list[Margin] = []
    for place, (name, field) in enumerate(fields):
        axis = OneParameter(outcome, knowledge, name, field, budget.share(1 / (len(fields) - place)))
        found.append(_margin(name, field, axis.value, axis.regions))
    return found


def _margin(name: str, field: Field, value: int, regions: list[Region]) -> Margin:
    below, above = first_beyond(regions, value, -1), first_beyond(regions, value, 1)
    return Margin(name, field, value, _turn(below, -1), _turn(above, 1), all(region.claim for region in regions))


def _turn(region: Region | None, way: int) -> Turn | None:
    if region is None:
        return None
    return Turn(region.high if way < 0 else region.low, region.claim)


def _nearest(margin: Margin) -> tuple[float, str]:
    """Margins by how near the nearest turn is, in parts of the value; those that never turn last."""
    assert isinstance(margin.value, int)
    steps = [abs(int(turn.value) - margin.value) for turn in (margin.below, margin.above) if turn]  # type: ignore[arg-type]
    return (min(steps) / (abs(margin.value) + 1) if steps else float("inf"), margin.name)
