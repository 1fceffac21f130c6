"""Completions of an open case: some answers under which the claim is a certain one, or that there are none.

First random completions, always the same for the same case; then Z3, where it is installed; else all combinations of
candidate values, branch by branch, left as soon as the law says that the claim is not possible there any more.
"""

from __future__ import annotations

from importlib.util import find_spec
from random import Random

from averment.ir.program import Value
from averment.ir.values import LEAST_INTEGER, MOST_INTEGER, limits
from averment.questions.judge import Judge, TooMuch
from averment.questions.quick import Circuitry

SAMPLES = 48
MOST_DECISIONS = 5_000
MOST_EFFORT = 2_000_000  # of Z3

Answers = dict[int, Value]


def completion(judge: Judge, numbers: list[int], word: str) -> Answers | None:
    """A least set of answers to these slots after which the claim is ``word``; none where no answers make it that.

    Raises: TooMuch where neither is found out.
    """
    found: Answers | str | None = _sampled(judge, numbers, word)
    if found is None:
        found = _solved(judge, numbers, word)
        if found is _UNDECIDED:
            found = _searched(judge, numbers, word)
    if not isinstance(found, dict):
        return None
    for number in sorted(found, reverse=True):
        fewer = {other: value for other, value in found.items() if other != number}
        verdict = judge.verdict(fewer)
        if verdict.definite and verdict.claim == word:
            found = fewer
    assert judge.replayed(found).claim == word, "a witness that does not settle"
    return found


def values_of(judge: Judge, number: int) -> tuple[Value, ...]:
    """The candidate values of a slot; where those are too many, the ends of its range."""
    values = judge.candidates[number]
    if values is not None:
        return values
    field = judge.situation.slots[number].field
    if field.values:
        return frozenset[str](), frozenset(field.values)
    low, high = limits(field)
    ends = {LEAST_INTEGER if low is None else low, MOST_INTEGER if high is None else high, 0, 1, 10, 100}
    return tuple(sorted(end for end in ends if (low is None or low <= end) and (high is None or end <= high)))


def _sampled(judge: Judge, numbers: list[int], word: str) -> Answers | None:
    random = Random(len(numbers))
    for _ in range(SAMPLES):
        answers = {number: random.choice(values_of(judge, number)) for number in numbers}
        if judge.verdict(answers).claim == word:
            return answers
    return None


_UNDECIDED = "undecided"


def _solved(judge: Judge, numbers: list[int], word: str) -> Answers | str | None:
    """A completion by Z3; a text where it cannot tell."""
    if find_spec("z3") is None or not isinstance(judge.circuitry, Circuitry) or len(numbers) < 4:
        return _UNDECIDED
    from averment.backends.symbolic.terms import Beyond
    from averment.questions.flip_solver import formulas_of

    places = {judge.circuitry.places[number]: number for number in numbers if number in judge.circuitry.places}
    try:
        formulas = formulas_of(judge, judge.circuitry, list(places.values()), {}, MOST_EFFORT)
        formulas.require(formulas.claim_is(word))

        def answers(values: dict[int, Value]) -> Answers:
            return {places[place]: value for place, value in values.items()}

        found = formulas.confirmed(lambda values: judge.replayed(answers(values)).claim == word)
    except Beyond:
        return _UNDECIDED
    return None if found is None else answers(found)


def _searched(judge: Judge, numbers: list[int], word: str) -> Answers | None:
    if judge.beyond(numbers):
        raise TooMuch
    judge.allow(MOST_DECISIONS)
    try:
        return _branch(judge, {}, numbers, word)
    finally:
        judge.allow(None)


def _branch(judge: Judge, answers: Answers, rest: list[int], word: str) -> Answers | None:
    verdict = judge.verdict(answers)
    if verdict.definite:
        return answers if verdict.claim == word else None
    if word not in verdict.possible or not rest:
        return None
    for value in values_of(judge, rest[0]):
        found = _branch(judge, {**answers, rest[0]: value}, rest[1:], word)
        if found is not None:
            return found
    return None
