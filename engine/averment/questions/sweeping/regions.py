"""Where a claim turns along one axis: the values of one field or parameter, in regions on which the claim is one.

Of a field all other fields stay. Its candidate values tell every region apart; where the program reckons with the
field and they are too many, its range is halved until interval arithmetic shows that a part has one claim.

A parameter is made part of the case's circuit where that can be (``moving``), which is asked for many values at once.
Elsewhere one that is only compared with (a threshold) can turn the claim only at a value that it is compared with. What
that is, is seen in the evaluation itself: from the value at hand to the nearest that it met, either way, every
comparison comes out alike, so does every stratum, and so does the claim. The regions beside it are found from the
values beyond. A parameter that is reckoned with (a weight) is tried value by value, where its range allows.

What there was no time for is a region without a claim, and the axis is not ``exact``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from averment.backends import reference
from averment.backends.symbolic.gates import Unsure
from averment.core.program import Field, Program, Value
from averment.core.values import decode, ends
from averment.law.truth import CaseError
from averment.outcome.outcome import Outcome
from averment.questions.judging.budget import ENDLESS, Budget, Spent
from averment.questions.judging.halving import Region, halved, merged
from averment.questions.judging.judge import NO_OUTCOME, Judge, Verdict, verdict_of
from averment.questions.judging.knowledge import Knowledge
from averment.questions.judging.uses import bearing_rules
from averment.questions.sweeping.moving import Moving, Still
from averment.questions.sweeping.thresholds import Thresholds, compared_values

MOST_VALUES = 2_048  # of a parameter that is reckoned with


@dataclass
class OneField:
    """A field of the case, all others as given, over its whole range or ``within`` these ends.

    ``known``: the claims at its candidate values, where they are known.
    """

    judge: Judge
    number: int
    known: Mapping[Value, str] | None = None
    within: tuple[int, int] | None = None
    exact: bool = True

    @property
    def field(self) -> Field:
        return self.judge.situation.slots[self.number].field

    @property
    def value(self) -> int:
        held = self.judge.situation.slots[self.number].value
        assert isinstance(held, int)
        return held

    @cached_property
    def regions(self) -> list[Region]:
        """The regions of the range, in order."""
        low, high = self.within or ends(self.field)
        points = self.judge.candidates[self.number]
        if points is None:
            return self._halved(low, high)
        numbers = sorted(point for point in points if isinstance(point, int))
        first = max(bisect_right(numbers, low) - 1, 0)  # what lies between two points is like both, or like the lower
        claims = self.known or {}
        met = {number: self._claim(number, claims) for number in numbers[first : max(bisect_right(numbers, high), 1)]}
        return joined(low, high, met)

    def _halved(self, low: int, high: int) -> list[Region]:
        found: dict[int, list[Region]] = {}
        with suppress(Spent):
            halved(self.judge, {self.number: (low, high)}, found)
        regions = found[self.number]
        self.exact = all(region.claim for region in regions)
        return regions

    def _claim(self, value: Value, claims: Mapping[Value, str]) -> str:
        """The claim at a value; nothing where there is no time to find it."""
        try:
            return claims[value] if value in claims else self._verdict(value).claim
        except Spent:
            self.exact = False
            return ""

    def _verdict(self, value: Value) -> Verdict:
        return self.judge.verdict({self.number: value})


class OneParameter:
    """A parameter of the pack, the case and all other parameters as they are, from ``low`` to ``high`` or over its
    whole range.
    """

    def __init__(
        self,
        outcome: Outcome,
        knowledge: Knowledge,
        name: str,
        field: Field,
        budget: Budget = ENDLESS,
        within: tuple[int, int] | None = None,
    ) -> None:
        self.field, self.exact = field, True
        self._outcome, self._knowledge, self._name, self._budget = outcome, knowledge, name, budget
        self._low, self._high = within or ends(field)
        self._met: set[int] = set()
        held = knowledge.encoded(name)
        assert isinstance(held, int)
        self.value = held

    @cached_property
    def regions(self) -> list[Region]:
        """The regions of the range, in order."""
        low, high = self._low, self._high
        try:
            here, beside = self._program(self.value), self._program(self._beside())
            if not self._bears(here, beside):
                return [Region(low, high, self._evaluated(self.value, None)[0])]
            found = self._at_once(here, beside)
            if found is None:
                thresholds = Thresholds.of(here, beside)
                found = self._one_by_one() if thresholds is None else self._outwards(thresholds)
        except Spent:
            found = []
        return merged(_filled(low, high, found, self))

    def _beside(self) -> int:
        """A value of the parameter next to the one it has."""
        return self.value + (1 if self.value < ends(self.field)[1] else -1)

    def _at_once(self, here: Program, beside: Program) -> list[Region] | None:
        """The regions as far as there was time for them, by a circuit with the parameter in it; none where there is no
        such circuit, or it does not tell them all. Raises: Spent.
        """
        low, high = self._low, self._high
        values = (self.value, self._beside(), low, high)
        programs = (here, beside, self._program(low), self._program(high))
        try:
            found = Moving(self._outcome.case, self.field, values, programs, self._budget).regions()
        except (Still, Unsure):
            return None
        whole = all(one.high + 1 == other.low for one, other in pairwise(found))
        whole = whole and bool(found) and (found[0].low, found[-1].high) == (low, high)
        return found if whole or not self._budget.left else None

    def _one_by_one(self) -> list[Region]:
        """Value by value, the nearest to the one it has first; those there was time for."""
        low, high = self._low, self._high
        start = min(max(self.value, low), high)
        low, high = max(low, start - MOST_VALUES // 2), min(high, start + MOST_VALUES // 2)
        found: dict[int, Region] = {}
        try:
            for value in sorted(range(low, high + 1), key=lambda value: abs(value - start)):
                found[value] = Region(value, value, self._evaluated(value, None)[0])
        except Spent:
            pass
        return [found[value] for value in sorted(found)]

    def _outwards(self, thresholds: Thresholds) -> list[Region]:
        """From the value it has to both ends, each step to the next value that something is compared with."""
        start = min(max(self.value, self._low), self._high)
        first = self._around(start, thresholds)
        below, above = [first], [first]
        try:
            going = [(below, -1), (above, 1)]
            while going:
                for found, way in [*going]:
                    value = self._next(found[-1], way)
                    if value is None:
                        going.remove((found, way))
                    else:
                        found.append(self._around(value, thresholds))
        except Spent:
            pass
        return [*reversed(below), *above[1:]]

    def _next(self, region: Region, way: int) -> int | None:
        """The value to go on with. What a case without a lawful outcome compares is not known: beyond it the values
        that were met elsewhere are gone to, and what lies between is not told apart.
        """
        value = region.high + 1 if way > 0 else region.low - 1
        if region.claim == NO_OUTCOME:
            beyond = [met for met in self._met if (met - value) * way >= 0]
            value = min(beyond, key=lambda met: abs(met - value), default=self._high + 1)
        return value if self._low <= value <= self._high else None

    def _around(self, value: int, thresholds: Thresholds) -> Region:
        """The values around one, at which every comparison comes out as it does there, and their claim."""
        claim, met = self._evaluated(value, thresholds)
        self._met.update(met)
        place = bisect_left(met, value)
        if place < len(met) and met[place] == value:
            return Region(value, value, claim)
        after = bisect_right(met, value)
        low = met[place - 1] + 1 if place else self._low
        high = met[after] - 1 if after < len(met) else self._high
        return Region(max(low, self._low), min(high, self._high), claim)

    def _bears(self, here: Program, beside: Program) -> bool:
        """Whether the claim may depend on the parameter, which differs in these programs.

        It does not where no rule that the claim depends on names it, nor where only the conclusions of such rules do
        and none of them fires or might: then none would under any other value.
        """
        differing = [
            (one, other) for one, other in zip(bearing_rules(here), bearing_rules(beside), strict=True) if one != other
        ]
        if any((one.matches, one.guards) != (other.matches, other.guards) for one, other in differing):
            return True
        evaluation = self._outcome.evaluation
        fired = {(each.rule.id, each.rule.alternative) for each in (*evaluation.firings, *evaluation.undecided)}
        return any((one.id, one.alternative) in fired for one, _ in differing)

    def _program(self, value: int) -> Program:
        self._budget.check()
        return self._knowledge.program({self._name: decode(value, self.field)})

    def _evaluated(self, value: int, thresholds: Thresholds | None) -> tuple[str, list[int]]:
        """The claim at a value, and what the parameter is compared with there, in order. Raises: Spent."""
        program = self._program(value)
        try:
            evaluation = reference.evaluate(program, self._outcome.case, self._budget.check)
        except CaseError:
            return NO_OUTCOME, [value]
        met = compared_values(thresholds, evaluation) if thresholds else set[int]()
        return verdict_of(evaluation).claim, sorted(met)


def _filled(low: int, high: int, found: list[Region], axis: OneParameter) -> Iterator[Region]:
    """The regions with what was not found out between them and beside them."""
    for region in found:
        if region.low > low:
            axis.exact = False
            yield Region(low, region.low - 1, "")
        yield region
        low = region.high + 1
    if low <= high:
        axis.exact = False
        yield Region(low, high, "")


def joined(low: int, high: int, claims: dict[int, str]) -> list[Region]:
    """The regions around points that tell them apart: all that lies between two points is like both, or like the
    lower.
    """
    points = sorted(claims)
    starts = [low, *points[1:]]
    stops = [*(point - 1 for point in points[1:]), high]
    return merged(Region(start, stop, claims[point]) for start, stop, point in zip(starts, stops, points, strict=True))


def first_beyond(regions: list[Region], value: int, way: int) -> Region | None:
    """The first region with another claim than ``value`` has, going down (-1) or up (1); none where the claim never
    turns, or that is not known.
    """
    place = next(number for number, region in enumerate(regions) if region.low <= value <= region.high)
    beyond = place + way
    if regions[place].claim and 0 <= beyond < len(regions) and regions[beyond].claim:
        return regions[beyond]
    return None
