"""Which given fields belong to some least set that turns the claim.

By duality (Reiter 1987) a field belongs to such a set just where some largest set that does not turn the claim leaves
it out. A field that turns the claim alone does so at once. For the others, sets that do not turn it are grown until
they are as large as can be; a field left out by one is relevant. Where growing does not tell, all sets of up to so
many fields are gone through, from the smallest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from random import Random

from averment.questions.candidates import Candidates
from averment.questions.judge import Judge, TooMuch, Verdict
from averment.questions.situation import Changes

MOST_DECISIONS = 60_000
GROWN = 6


@dataclass
class Relevance:
    """``turns_to``: by decisive field the claims it turns to alone."""

    turns_to: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    relevant: set[int] = field(default_factory=set[int])
    undetermined: set[int] = field(default_factory=set[int])


def relevance(judge: Judge) -> Relevance:
    """How each given field that some rule reads bears on the claim; one that none reads is irrelevant."""
    found = Relevance()
    given = judge.given()
    before = judge.verdict({})
    beyond = set(given) if judge.beyond(given) else set[int]()
    for number in given:
        for value in judge.candidates[number] or ():
            after = judge.verdict({number: value})
            if after.claim != before.claim:
                found.turns_to.setdefault(number, set()).add(after.claim)
    found.relevant = set(found.turns_to)
    rest = [number for number in given if number not in found.turns_to]
    if beyond:
        found.undetermined = set(rest)
        return found
    judge.allow(MOST_DECISIONS)
    try:
        turning = _Turning(judge, before)
        _grow(turning, rest, found)
        left = [number for number in rest if number not in found.relevant]
        if left:
            _go_through(turning, rest, found)
    except TooMuch:
        found.undetermined = {number for number in rest if number not in found.relevant}
    finally:
        judge.allow(None)
    return found


def _grow(turning: _Turning, rest: list[int], found: Relevance) -> None:
    random = Random(len(rest))
    for last in rest:
        for _ in range(GROWN):
            if last in found.relevant:
                break
            order = [number for number in rest if number != last]
            random.shuffle(order)
            kept: list[int] = []
            for number in [*order, last]:
                if turning.turns((*kept, number)):
                    found.relevant.add(number)
                else:
                    kept.append(number)
            if len(kept) == len(rest):  # no set of fields turns the claim
                return


def _go_through(turning: _Turning, rest: list[int], found: Relevance) -> None:
    """Every least set, from the smallest."""
    least: list[frozenset[int]] = []
    for size in range(2, len(rest) + 1):
        for chosen in combinations(rest, size):
            fields = frozenset(chosen)
            if not any(fewer <= fields for fewer in least) and turning.turns(chosen):
                least.append(fields)
                found.relevant |= fields


class _Turning:
    """Whether some change of a set of fields turns the claim: branch and bound over their values."""

    def __init__(self, judge: Judge, before: Verdict) -> None:
        self._judge, self._before = judge, before
        self._known: dict[frozenset[int], bool] = {}

    def turns(self, fields: tuple[int, ...]) -> bool:
        key = frozenset(fields)
        if key not in self._known:
            self._known[key] = self._branch({}, fields)
        return self._known[key]

    def _branch(self, changes: Changes, rest: tuple[int, ...]) -> bool:
        open_verdict = self._judge.verdict({**changes, **dict.fromkeys(rest)})
        if open_verdict.definite:
            return open_verdict.claim != self._before.claim
        if not rest:
            return open_verdict.claim != self._before.claim
        values: Candidates = self._judge.candidates[rest[0]]
        return any(self._branch({**changes, rest[0]: value}, rest[1:]) for value in values or ())
