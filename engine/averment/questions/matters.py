"""What matters: which given facts the claim turns on, which it cannot, and how far each number may move.

A set of given fields *turns* the claim where some change of just these fields makes it another (open, gap and
conflict are claims here). A field is *decisive* where it turns the claim alone; *irrelevant* where it belongs to no
least set that does, so that no combination of changes needs it, and changing irrelevant fields in any combination,
the rest as given, never turns the claim (relevancy in formal explanations: Huang, Izza and Marques-Silva 2023); else
it *plays a part*. Where the search for that was given up, it is *undetermined*.

The *margin* of a number, level, date or parameter is how far it alone may move either way before the claim turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from averment.ir.program import Field, Value
from averment.ir.values import decode
from averment.outcome.outcome import Outcome
from averment.questions.judge import Judge
from averment.questions.knowledge import Knowledge
from averment.questions.quick import judge_of
from averment.questions.regions import OneField, OneParameter, Region, first_beyond
from averment.questions.relevance import relevance
from averment.questions.situation import Situation


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
    """What matters for a claim. ``parts`` in the order of the vocabulary, ``margins`` with the nearest turn first."""

    case: str
    claim: str
    parts: tuple[Part, ...]
    margins: tuple[Margin, ...]

    def document(self) -> dict[str, Any]:
        """Valid against ``questions.schema.json``."""
        return {
            "question": "matters",
            "case": self.case,
            "claim": self.claim,
            "facts": [part.document() for part in self.parts],
            "margins": [margin.document() for margin in self.margins],
        }


def matters(outcome: Outcome, knowledge: Knowledge | None = None, judge: Judge | None = None) -> Matters:
    """What matters for the claim of ``outcome``; with its ``knowledge`` the margins of parameters too.

    ``judge``: one of that case that was kept (``told``).
    """
    judge = judge or judge_of(Situation(outcome.evaluation.program, outcome.case))
    found = relevance(judge)
    parts: list[Part] = []
    for number, slot in enumerate(judge.situation.slots):
        if slot.value is None:
            continue
        weight = Weight.IRRELEVANT
        if number in found.turns_to:
            weight = Weight.DECISIVE
        elif number in found.relevant:
            weight = Weight.PART
        elif number in found.undetermined:
            weight = Weight.UNDETERMINED
        turns_to = tuple(sorted(found.turns_to.get(number, ())))
        parts.append(Part(slot.path, slot.field, slot.value, weight, turns_to))
    margins = [*_of_fields(judge), *(_of_parameters(outcome, knowledge) if knowledge else ())]
    margins.sort(key=_nearest)
    return Matters(outcome.case.name, outcome.claim, tuple(parts), tuple(margins))


def _of_fields(judge: Judge) -> list[Margin]:
    found: list[Margin] = []
    for number in judge.given():
        slot = judge.situation.slots[number]
        if slot.field.kind.ordered and isinstance(slot.value, int):
            found.append(_margin(slot.path, OneField(judge, number), slot.value))
    return found


def _of_parameters(outcome: Outcome, knowledge: Knowledge) -> list[Margin]:
    found: list[Margin] = []
    for name, field in knowledge.parameter_fields().items():
        if field.kind.ordered:
            axis = OneParameter(outcome, knowledge, name, field)
            found.append(_margin(name, axis, axis.value))
    return found


def _margin(name: str, axis: OneField | OneParameter, value: int) -> Margin:
    below, above = first_beyond(axis.regions, value, -1), first_beyond(axis.regions, value, 1)
    return Margin(name, axis.field, value, _turn(below, -1), _turn(above, 1), axis.exact)


def _turn(region: Region | None, way: int) -> Turn | None:
    if region is None:
        return None
    return Turn(region.high if way < 0 else region.low, region.claim)


def _nearest(margin: Margin) -> tuple[float, str]:
    """Margins by how near the nearest turn is, in parts of the value; those that never turn last."""
    assert isinstance(margin.value, int)
    steps = [abs(int(turn.value) - margin.value) for turn in (margin.below, margin.above) if turn]  # type: ignore[arg-type]
    return (min(steps) / (abs(margin.value) + 1) if steps else float("inf"), margin.name)
