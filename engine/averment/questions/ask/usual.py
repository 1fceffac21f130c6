"""Which answers are usual: those of the cases that are known, and most of all of those that are like this one.

A known case stands for cases like it: each answer is as it is there, or, by some chance, as it is anywhere (a kernel;
Aitchison and Aitken 1976). So what has been answered tells what goes with it. Only the order of questions rests on it,
never a claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from averment.core.program import Kind, Value
from averment.outcome.outcome import Decided
from averment.questions.judging.judge import Judge
from averment.questions.judging.situation import Changes
from averment.questions.missing.completing import values_of

Place = tuple[str, int]
"""A field of a fact type, by its index."""
Chances = tuple[float, ...]

_ANYWHERE = 0.4  # the chance that an answer is as anywhere; of 0.2 to 0.6 it foretells the cases of pm_tpm best
_PRIOR = 3.0  # cases' worth of answers in which every value is as likely as every other


@dataclass(frozen=True)
class Usual:
    """Of each known case the values that its fields hold, of all records of a type. Empty where no cases are known."""

    cases: tuple[Mapping[Place, Sequence[Value]], ...]

    def __bool__(self) -> bool:
        return bool(self.cases)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely it is that this case is like one known, and by slot the weight of each candidate value if it is."""

    share: float
    weights: Mapping[int, Chances]


NOTHING_USUAL = Usual(())


def usual(cases: Iterable[Decided]) -> Usual:
    """What is usual in these cases."""
    return Usual(tuple(_answers(case) for case in cases))


def _answers(case: Decided) -> Mapping[Place, Sequence[Value]]:
    found: dict[Place, list[Value]] = {}
    for fact in case.facts:
        for index, value in enumerate(fact.values):
            if value is not None:
                found.setdefault((fact.type, index), []).append(value)
    return found


def likenesses(judge: Judge, known: Usual, answers: Changes, numbers: Sequence[int]) -> list[Likeness]:
    """How likely it is after the answers that the case is like each known one, and each value of the slots in
    ``numbers`` if it is. Some cases have to be known.
    """
    scores = [0.0] * len(known.cases)
    for number, value in answers.items():
        if value is not None and values_of(judge, number):
            traits = _traits(judge, number, value)
            for case, chances in enumerate(_chances(judge, known, number)):
                scores[case] += _score(chances, traits)
    weights: list[dict[int, Chances]] = [{} for _ in known.cases]
    for number in numbers:
        candidates = [_traits(judge, number, value) for value in values_of(judge, number)]
        for case, chances in enumerate(_chances(judge, known, number)):
            weights[case][number] = _spread([_score(chances, traits) for traits in candidates])
    return [Likeness(share, each) for share, each in zip(_spread(scores), weights, strict=True)]


def _score(chances: Sequence[Chances], traits: Sequence[int]) -> float:
    return sum(log(each[trait]) for each, trait in zip(chances, traits, strict=True))


def _spread(scores: Sequence[float]) -> Chances:
    """The chances, 1 in all, of which these are the logarithms but for something they have in common."""
    most = max(scores)
    weights = [exp(score - most) for score in scores]
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _chances(judge: Judge, known: Usual, number: int) -> Iterator[list[Chances]]:
    """For each known case how likely each form of each trait of a slot is in cases like it."""
    slot = judge.situation.slots[number]
    forms = [2] * len(slot.field.values) if slot.field.kind is Kind.SET else [len(values_of(judge, number))]
    held = [[_traits(judge, number, value) for value in case.get((slot.type, slot.index), ())] for case in known.cases]
    common = [[_PRIOR / many] * many for many in forms]
    for traits in (each for case in held for each in case):
        for weights, trait in zip(common, traits, strict=True):
            weights[trait] += 1
    anywhere = [[weight / sum(weights) for weight in weights] for weights in common]
    for case in held:
        if not case:
            yield [tuple(weights) for weights in anywhere]
            continue
        mixed = [[_ANYWHERE * weight for weight in weights] for weights in anywhere]
        for traits in case:
            for weights, trait in zip(mixed, traits, strict=True):
                weights[trait] += (1 - _ANYWHERE) / len(case)
        yield [tuple(weights) for weights in mixed]


def _traits(judge: Judge, number: int, value: Value) -> tuple[int, ...]:
    """What cases are compared by: of a set whether it has each element, else which candidate stands for the value."""
    if isinstance(value, frozenset):
        return tuple(int(element in value) for element in judge.situation.slots[number].field.values)
    return (nearest(values_of(judge, number), value),)


def nearest(values: Sequence[Value], value: Value) -> int:
    """The place of the candidate that is the value or, of numbers, the one closest to it."""

    def distance(place: int) -> int:
        other = values[place]
        if isinstance(value, int) and isinstance(other, int):
            return abs(value - other)
        return int(value != other)

    return min(range(len(values)), key=distance)
