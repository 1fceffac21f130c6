"""Completions of an open case: for each claim some answers that settle it, or the certainty that there are none.

First random completions are tried, always the same for the same case. Then, where few completions differ in anything
that matters, all of them. Else three ways in turn: bounds on what sums and counts can come to (``cutting``); Z3, where
it is installed; and all combinations of candidate values, branch by branch, where a branch is left as soon as the law
says that the claim is no longer possible in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from math import prod
from random import Random

from averment.backends.symbolic.planes import states_of
from averment.core.program import Value
from averment.core.values import INT64_MAX, INT64_MIN, domain
from averment.law.truth import Quantity
from averment.questions.judging.alternatives import representatives
from averment.questions.judging.budget import Spent
from averment.questions.judging.choices import Choices
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.together import parted, verdicts
from averment.questions.missing.cutting import within_reach

SAMPLES = 512  # of a case with a circuit
FEW_SAMPLES = 48  # of one without
MOST_STATES = 1 << 16  # tried all
MOST_DECISIONS = 2_000
MOST_EFFORT = 2_000_000  # of Z3
FINDING = 0.8  # of the time: then what was found is made smaller

Answers = dict[int, Value]


def completions(judge: Judge, numbers: list[int], words: Sequence[str]) -> tuple[dict[str, Answers], list[str]]:
    """By claim a least set of answers to these slots after which it is settled, of those that some answers make it.

    Then the claims of which neither was found out.
    """
    found: dict[str, Answers] = {}
    excluded: set[str] = set()
    with suppress(Spent), judge.within(judge.budget.share(FINDING)):
        _find(judge, numbers, words, found, excluded)
    settled: dict[str, Answers] = {}
    for word in words:
        if word in found:
            with suppress(Spent):
                settled[word] = _least(judge, found[word], word)
    return settled, [word for word in words if word not in settled and word not in excluded]


def _find(
    judge: Judge, numbers: list[int], words: Sequence[str], found: dict[str, Answers], excluded: set[str]
) -> None:
    """Find answers for each claim, or exclude it. Raises: Spent; what was found by then is kept."""
    found |= _sampled(judge, numbers, words)
    left = [word for word in words if word not in found]
    if left and (every := _enumerated(judge, numbers, left)) is not None:
        found |= every
        excluded.update(word for word in left if word not in every)
        return
    reach = within_reach(judge, numbers) if left else None
    for word in left:
        if reach is not None and word not in reach:
            excluded.add(word)
            continue
        answers = _solved(judge, numbers, word)
        if answers is _UNDECIDED:
            try:
                answers = _searched(judge, numbers, word)
            except Spent:
                judge.budget.check()
                continue
        if isinstance(answers, dict):
            found[word] = answers
        else:
            excluded.add(word)


def _least(judge: Judge, answers: Answers, word: str) -> Answers:
    """The answers without those that the claim does not need."""
    for number in sorted(answers, reverse=True):
        judge.budget.check()
        fewer = {other: value for other, value in answers.items() if other != number}
        verdict = judge.verdict(fewer)
        if verdict.definite and verdict.claim == word:
            answers = fewer
    assert judge.replayed(answers).claim == word, "a witness that does not settle"
    return answers


def values_of(judge: Judge, number: int) -> tuple[Value, ...]:
    """The candidate values of a slot; where those are too many, the ends of its range."""
    values = judge.candidates[number]
    if values is not None:
        return values
    field = judge.situation.slots[number].field
    if field.values:
        return frozenset[str](), frozenset(field.values)
    low, high = domain(field)
    ends = {INT64_MIN if low is None else low, INT64_MAX if high is None else high, 0, 1, 10, 100}
    return tuple(sorted(end for end in ends if (low is None or low <= end) and (high is None or end <= high)))


def _sampled(judge: Judge, numbers: list[int], words: Sequence[str]) -> dict[str, Answers]:
    random = Random(len(numbers))
    values = {number: values_of(judge, number) for number in numbers}
    many = SAMPLES if isinstance(judge.circuitry, Circuitry) else FEW_SAMPLES
    rows: list[Answers] = [{number: random.choice(values[number]) for number in numbers} for _ in range(many)]
    found: dict[str, Answers] = {}
    for row, verdict in zip(rows, verdicts(judge, rows), strict=True):
        if verdict.claim in words:
            found.setdefault(verdict.claim, row)
    return found


def _enumerated(judge: Judge, numbers: list[int], words: list[str]) -> dict[str, Answers] | None:
    """What all completions have of these claims; none where they are too many."""
    if judge.beyond(numbers) or not isinstance(judge.circuitry, Circuitry):
        return None
    values = [representatives(judge, number) for number in numbers]
    if prod(map(len, values)) > MOST_STATES:
        return None
    (batch,) = Choices([len(each) for each in values]).batches(len(numbers), MOST_STATES)
    fields: dict[int, dict[Quantity, int]] = {number: {} for number in numbers}
    for (thing, form), plane in batch.planes.items():
        fields[numbers[thing]][values[thing][form]] = plane
    found: dict[str, Answers] = {}
    for verdict, plane in parted(judge, batch.size, fields).items():
        for state in states_of(plane if verdict is None else plane & -plane):
            row = {numbers[thing]: values[thing][form] for thing, form in batch.way(state)}
            claim = judge.verdict(row).claim if verdict is None else verdict.claim
            if claim in words:
                found.setdefault(claim, row)
    return found


_UNDECIDED = "undecided"


def _solved(judge: Judge, numbers: list[int], word: str) -> Answers | str | None:
    """A completion by Z3; a text where it cannot tell."""
    if find_spec("z3") is None or not isinstance(judge.circuitry, Circuitry) or len(numbers) < 4:
        return _UNDECIDED
    from averment.backends.symbolic.terms import Beyond
    from averment.questions.flip.solver import formulas_of

    places = {judge.circuitry.places[number]: number for number in numbers if number in judge.circuitry.places}
    try:
        formulas = formulas_of(judge, judge.circuitry, list(places.values()), {}, MOST_EFFORT)
        formulas.require(formulas.claim_is(word))

        def answers(values: dict[int, Value]) -> Answers:
            return {places[place]: value for place, value in values.items()}

        found = formulas.confirmed(
            lambda values: judge.replayed(answers(values)).claim == word, seconds=judge.budget.left
        )
    except Beyond:
        return _UNDECIDED
    return None if found is None else answers(found)


def _searched(judge: Judge, numbers: list[int], word: str) -> Answers | None:
    if judge.beyond(numbers):
        raise Spent
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
