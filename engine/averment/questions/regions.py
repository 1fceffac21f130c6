"""Where a claim turns along one axis: the values of one field or parameter, in regions on which the claim is one.

Of a field all other fields stay. Its candidate values tell every region apart; where the program reckons with the
field and they are too many, its range is halved until interval arithmetic shows that a part has one claim.

A parameter that is only compared with (a threshold) can turn the claim only next to a value that it is compared with.
What it is compared with is seen in the evaluation itself: each value met becomes a point to try, and so does the one
above it, until no new one is met. From there to the next point every comparison comes out alike, so does every stratum,
and so does the claim. A parameter that is reckoned with (a weight) is tried value by value, where its range allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from averment.backends import reference
from averment.ir.program import Field, Kind, Program
from averment.ir.values import INT64_MAX, INT64_MIN, decode, limits
from averment.law.truth import CaseError, Interval
from averment.outcome.outcome import Outcome
from averment.questions.judge import NO_OUTCOME, Judge, Verdict, verdict_of
from averment.questions.knowledge import Knowledge
from averment.questions.thresholds import Thresholds, compared_values
from averment.questions.uses import bearing_rules

MOST_VALUES = 2_048  # of a parameter that is reckoned with
MOST_PARTS = 4_096  # of a field's range, halved


@dataclass(frozen=True, slots=True)
class Region:
    """All values from ``low`` to ``high``, both included and encoded, and the claim they have."""

    low: int
    high: int
    claim: str


@dataclass
class OneField:
    """A field of the case, all others as given."""

    judge: Judge
    number: int
    exact: bool = True
    _left: int = field(default=MOST_PARTS, init=False)

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
        """The regions of the whole range, in order."""
        low, high = ends(self.field)
        points = self.judge.candidates[self.number]
        if points is not None:
            verdicts = {int(point): self._verdict(int(point)).claim for point in points if isinstance(point, int)}
            return joined(low, high, verdicts)
        return merged(self._parts(low, high))

    def _verdict(self, value: int) -> Verdict:
        return self.judge.verdict({self.number: value})

    def _parts(self, low: int, high: int) -> Iterator[Region]:
        if low == high:
            yield Region(low, high, self._verdict(low).claim)
            return
        circuitry = self.judge.circuitry
        verdict = circuitry.within({self.number: Interval(low, high)}) if circuitry else None
        if verdict is not None and verdict.definite:
            yield Region(low, high, verdict.claim)
            return
        self._left -= 1
        if self._left < 0:
            self.exact = False
            yield Region(low, high, "")
            return
        middle = (low + high) // 2
        yield from self._parts(low, middle)
        yield from self._parts(middle + 1, high)


class OneParameter:
    """A parameter of the pack, the case and all other parameters as they are."""

    def __init__(self, outcome: Outcome, knowledge: Knowledge, name: str, field: Field) -> None:
        self.field, self.exact = field, True
        self._outcome, self._knowledge, self._name = outcome, knowledge, name
        held = knowledge.encoded(name)
        assert isinstance(held, int)
        self.value = held
        self._claims: dict[int, str] = {}
        self._met: dict[int, set[int]] = {}

    @cached_property
    def regions(self) -> list[Region]:
        """The regions of the whole range, in order."""
        low, high = ends(self.field)
        here, beside = self._program(self.value), self._program(self.value + (1 if self.value < high else -1))
        if not self._bears(here, beside):
            return [Region(low, high, self._claim(self.value, None))]
        thresholds = Thresholds.of(here, beside)
        if thresholds is None:
            if high - low >= MOST_VALUES:
                self.exact = False
                low, high = max(low, self.value - MOST_VALUES // 2), min(high, self.value + MOST_VALUES // 2)
            return joined(low, high, {value: self._claim(value, None) for value in range(low, high + 1)})
        pending = {self.value}
        while pending:
            point = pending.pop()
            self._claim(point, thresholds)
            met = {value for values in self._met.values() for value in values}
            near = {each + step for each in met for step in (0, 1)} | {min(met, default=point) - 1}
            pending |= {value for value in near if low <= value <= high} - set(self._claims)
        return joined(low, high, self._claims)

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
        return self._knowledge.program({self._name: decode(value, self.field)})

    def _claim(self, value: int, thresholds: Thresholds | None) -> str:
        if value not in self._claims:
            program = self._program(value)
            self._met[value] = set()
            try:
                evaluation = reference.evaluate(program, self._outcome.case)
            except CaseError:
                self._claims[value] = NO_OUTCOME
            else:
                self._claims[value] = verdict_of(evaluation).claim
                if thresholds:
                    self._met[value] = compared_values(thresholds, evaluation)
        return self._claims[value]


def ends(field: Field) -> tuple[int, int]:
    """The least and the greatest value a field may hold, encoded."""
    low, high = limits(field)
    if field.kind is Kind.DATE:
        return max(low or 1, 1), min(high or 3652059, 3652059)
    return INT64_MIN if low is None else low, INT64_MAX if high is None else high


def joined(low: int, high: int, claims: dict[int, str]) -> list[Region]:
    """The regions around points that tell them apart: all that lies between two points is like both, or like the
    lower.
    """
    points = sorted(claims)
    starts = [low, *points[1:]]
    stops = [*(point - 1 for point in points[1:]), high]
    return merged(Region(start, stop, claims[point]) for start, stop, point in zip(starts, stops, points, strict=True))


def merged(regions: Iterable[Region]) -> list[Region]:
    """Neighbours with one claim made one region."""
    found: list[Region] = []
    for region in regions:
        if found and found[-1].claim == region.claim:
            found[-1] = Region(found[-1].low, region.high, region.claim)
        else:
            found.append(region)
    return found


def first_beyond(regions: list[Region], value: int, way: int) -> Region | None:
    """The first region with another claim than ``value`` has, going down (-1) or up (1); none where the claim never
    turns.
    """
    place = next(number for number, region in enumerate(regions) if region.low <= value <= region.high)
    beyond = place + way
    if 0 <= beyond < len(regions) and regions[beyond].claim:
        return regions[beyond]
    return None
