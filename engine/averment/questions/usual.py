"""Which answers are usual: how often each field held each value in cases whose claim is known.

Only the order of questions rests on it, never a claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from averment.ir.program import Value
from averment.outcome.outcome import Decided
from averment.questions.completing import values_of
from averment.questions.judge import Judge
from averment.questions.situation import Changes

Place = tuple[str, int]
"""A field of a fact type, by its index."""

_PRIOR = 3.0  # cases' worth of answers in which every value is as likely as every other


@dataclass(frozen=True)
class Usual:
    """By claim the answers of the cases that had it. Empty where no cases are known."""

    answers: Mapping[str, Mapping[Place, Counter[Value]]]

    def __bool__(self) -> bool:
        return bool(self.answers)


@dataclass(frozen=True, slots=True)
class Leaning:
    """How likely one of the claims is, and by slot the weight of each candidate value in cases that have it."""

    share: float
    weights: Mapping[int, tuple[float, ...]]


NOTHING_USUAL = Usual({})


def usual(cases: Iterable[tuple[str, Decided]]) -> Usual:
    """What is usual in these cases, each with its claim."""
    found: dict[str, dict[Place, Counter[Value]]] = {}
    for claim, case in cases:
        fields = found.setdefault(claim, {})
        for fact in case.facts:
            for index, value in enumerate(fact.values):
                if value is not None:
                    fields.setdefault((fact.type, index), Counter())[value] += 1
    return Usual(found)


def leanings(judge: Judge, known: Usual, answers: Changes, numbers: Sequence[int]) -> list[Leaning]:
    """How likely each claim is after the answers, and each value of the slots in ``numbers`` with it.

    Within one claim the fields are taken to be independent (naive Bayes; Maron 1961), and every claim as likely as
    every other before anything is answered. Some cases have to be known.
    """
    scores: list[float] = []
    groups: list[Mapping[int, tuple[float, ...]]] = []
    for fields in known.answers.values():
        score = 0.0
        for number, value in answers.items():
            values = values_of(judge, number)
            if value is not None and values:
                weights = _weights(judge, fields, number, values)
                score += log(weights[_nearest(values, value)])
        scores.append(score)
        groups.append({number: _weights(judge, fields, number, values_of(judge, number)) for number in numbers})
    most = max(scores)
    shares = [exp(score - most) for score in scores]
    return [Leaning(share / sum(shares), weights) for share, weights in zip(shares, groups, strict=True)]


def _weights(
    judge: Judge, fields: Mapping[Place, Counter[Value]], number: int, values: Sequence[Value]
) -> tuple[float, ...]:
    """How likely each candidate value is: as often as it, or a value nearest to it, was given; and a little alike."""
    slot = judge.situation.slots[number]
    weights = [_PRIOR / len(values)] * len(values)
    for value, times in fields.get((slot.type, slot.index), Counter[Value]()).items():
        weights[_nearest(values, value)] += times
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _nearest(values: Sequence[Value], value: Value) -> int:
    """The place of the candidate that stands for a value: the value itself or the one closest to it."""

    def distance(place: int) -> int:
        other = values[place]
        if isinstance(value, frozenset) and isinstance(other, frozenset):
            return len(value ^ other)
        if isinstance(value, int) and isinstance(other, int):
            return abs(value - other)
        return int(value != other)

    return min(range(len(values)), key=distance)
