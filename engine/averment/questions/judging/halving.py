"""Where fields of too many values to try turn the claim, each by itself, all others as given: in regions.

The range of each is halved until interval arithmetic shows that a part has one claim; the parts of all fields are
judged together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from averment.backends.symbolic.planes import Plane, states_of
from averment.dataclass import dataclass
from averment.law.truth import Interval, Quantity
from averment.questions.judging.judge import Judge, Verdict
from averment.questions.judging.together import parted

MOST_PARTS = 4_096  # of a field's range
AT_ONCE = 1_024  # fields that are halved together: what is found by then is kept when time runs out

Range = tuple[int, int]
"""The least and the greatest, both included."""
Part = tuple[int, int, int]
"""A field and a part of its range."""


@dataclass(frozen=True, slots=True)
class Region:
    """All values from ``low`` to ``high``, both included and encoded, and the claim they have.

    A claim that was not found out is empty.
    """

    low: int
    high: int
    claim: str


def merged(regions: Iterable[Region]) -> list[Region]:
    """Neighbours with one claim made one region."""
    found: list[Region] = []
    for region in regions:
        if found and found[-1].claim == region.claim:
            found[-1] = Region(found[-1].low, region.high, region.claim)
        else:
            found.append(region)
    return found


def halved(
    judge: Judge, ranges: Mapping[int, Range], found: dict[int, list[Region]], wanted: frozenset[str] | None = None
) -> None:
    """Find the regions of these fields in these ranges; where only some claims are ``wanted``, a part that can have
    none of them stays whole.

    Raises: Spent; what was found by then is kept.
    """
    fields = list(ranges)
    for start in range(0, len(fields), AT_ONCE):
        some = _Halving(judge, {number: ranges[number] for number in fields[start : start + AT_ONCE]}, wanted)
        try:
            some.run()
        finally:
            found |= some.regions()


class _Halving:
    def __init__(self, judge: Judge, ranges: Mapping[int, Range], wanted: frozenset[str] | None) -> None:
        self._judge, self._wanted = judge, wanted
        self._open: list[Part] = [(number, *ends) for number, ends in ranges.items()]
        self._found: dict[int, list[Region]] = {number: [] for number in ranges}
        self._left = dict.fromkeys(ranges, MOST_PARTS)

    def run(self) -> None:
        """Halve until every part has one claim, or a field has too many parts. Raises: Spent."""
        while self._open:
            self._judge.budget.check()
            halves: list[Part] = []
            for (number, low, high), verdict in self._judged():
                if verdict is not None and (verdict.definite or low == high or not self._may(verdict)):
                    self._found[number].append(Region(low, high, verdict.claim))
                elif low == high:
                    self._found[number].append(Region(low, high, self._judge.verdict({number: low}).claim))
                elif self._left[number] <= 0:
                    self._found[number].append(Region(low, high, ""))
                else:
                    self._left[number] -= 2
                    middle = (low + high) // 2
                    halves += [(number, low, middle), (number, middle + 1, high)]
            self._open = halves

    def regions(self) -> dict[int, list[Region]]:
        """By field its regions, in order."""
        for number, low, high in self._open:
            self._found[number].append(Region(low, high, ""))
        return {number: merged(sorted(parts, key=lambda part: part.low)) for number, parts in self._found.items()}

    def _may(self, verdict: Verdict) -> bool:
        return self._wanted is None or not self._wanted.isdisjoint(verdict.possible)

    def _judged(self) -> Iterator[tuple[Part, Verdict | None]]:
        """The parts that are open, each with its verdict; none where the law needs the case by itself."""
        fields: dict[int, dict[Quantity, Plane]] = {}
        for state, (number, low, high) in enumerate(self._open):
            fields.setdefault(number, {})[low if low == high else Interval(low, high)] = 1 << state
        verdicts = parted(self._judge, len(self._open), fields)
        for verdict, plane in verdicts.items():
            for state in states_of(plane):
                yield self._open[state], verdict
