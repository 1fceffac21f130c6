"""Fields that turn the claim beside others which by themselves cannot: each of them is in some least set.

Where no values of some fields turn the claim, and some values of these and one field more do, that field is the
*pivot*: whatever least set is among them has it. So a least set needs not be found to know its fields, and thousands of
fields are tried beside the same others in one pass. The others are the longest beginning of a change that turns the
claim of which the law still says that it cannot, whatever its fields hold; that is found by halving.

The changes to begin with are those of a kind: every record takes the same value in the same field, or each some text
that nothing names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, islice, product, zip_longest
from random import Random

from averment.backends.symbolic.planes import Plane, states_of
from averment.core.program import Value
from averment.law.truth import Quantity
from averment.questions.judging.judge import Judge, Verdict
from averment.questions.judging.together import parted, verdicts

MOST_ALIKE = 256  # changes of a kind tried together
MOST_TWO = 8  # of them for the same two fields
MOST_VALUES = 64  # of one field
ORDERS = 4  # of the fields of one change
SPLIT = 16  # parts of a beginning, judged at once
AT_ONCE = 1 << 14

Change = Mapping[int, Value]
Places = tuple[tuple[str, int], ...]
"""Fields of types."""


class Pivots:
    """``others`` are the values that fields may take beside the one given, where these do not turn the ``claim``
    alone.
    """

    def __init__(self, judge: Judge, claim: str, others: Mapping[int, Sequence[Value]]) -> None:
        self._judge, self._claim = judge, claim
        self._others: dict[int, list[Value]] = {}
        for number, values in others.items():
            judge.budget.check()
            self._others[number] = judge.fresh.once(number, values)

    def of_a_kind(self) -> Iterator[tuple[Places, Change]]:
        """Changes that turn the claim in which every record takes the same value in the same field, or in the same
        two; first one of each such field or two. Raises: Spent.
        """
        alike: dict[Places, dict[Value | None, dict[int, Value]]] = {}
        for number, values in self._others.items():
            slot = self._judge.situation.slots[number]
            for value in values:
                named = None if self._judge.fresh.rank(number, value) else value
                alike.setdefault(((slot.type, slot.index),), {}).setdefault(named, {})[number] = value
        single = {places: [*changes.values()] for places, changes in alike.items()}
        yield from self._turning(single)
        double = {
            (*one, *other): [{**left, **right} for left, right in islice(product(single[one], single[other]), MOST_TWO)]
            for one, other in combinations(single, 2)
        }
        yield from self._turning(double)

    def beside(self, change: Change, left: Collection[int], random: Random) -> set[int]:
        """Those of the fields that are ``left`` which turn the claim beside fields of a change that turns it.

        Raises: Spent.
        """
        found: set[int] = set()
        for _ in range(ORDERS):
            wanted = [number for number in left if number not in found]
            order = random.sample(sorted(change), len(change))
            order.sort(key=set(wanted).__contains__)  # what is wanted stays outside, as far as it can
            kept = self._most_unable(order)
            more = self._turning_beside({number: change[number] for number in kept}, set(wanted) - set(kept))
            found |= more
            if not more:
                break
        return found

    def _turning(self, changes: Mapping[Places, Sequence[Change]]) -> Iterator[tuple[Places, Change]]:
        """Those that turn the claim: the first of each of these places, then the second of each, and so on."""
        rows = zip_longest(*([(places, change) for change in some] for places, some in changes.items()))
        tried = [each for row in rows for each in row if each is not None][:MOST_ALIKE]
        told = verdicts(self._judge, [change for _, change in tried])
        for each, verdict in zip(tried, told, strict=True):
            if verdict.claim != self._claim:
                yield each

    def _most_unable(self, order: Sequence[int]) -> list[int]:
        """Fields that cannot turn the claim together, to which none of the others can be added."""
        kept: list[int] = []
        left = [*order]
        while left:
            many = self._unable(kept, left)
            kept, left = kept + left[:many], left[many:]
            told = verdicts(self._judge, [dict.fromkeys([*kept, number]) for number in left])
            left = [number for number, verdict in zip(left, told, strict=True) if self._keeps(verdict)]
        return kept

    def _keeps(self, verdict: Verdict) -> bool:
        return verdict.definite and verdict.claim == self._claim

    def _unable(self, kept: Sequence[int], order: Sequence[int]) -> int:
        """How many fields from the first on cannot turn the claim beside those kept, whatever they hold."""
        low, high = 0, len(order)
        while low < high:
            step = max(1, (high - low) // SPLIT)
            lengths = [*range(low + step, high, step), high]
            told = verdicts(self._judge, [dict.fromkeys([*kept, *order[:length]]) for length in lengths])
            for length, verdict in zip(lengths, told, strict=True):
                if not self._keeps(verdict):
                    high = length - 1
                    break
                low = length
        return low

    def _turning_beside(self, kept: Change, wanted: Collection[int]) -> set[int]:
        tried = [(number, value) for number in sorted(wanted) for value in self._others[number][:MOST_VALUES]]
        found: set[int] = set()
        for start in range(0, len(tried), AT_ONCE):
            some = tried[start : start + AT_ONCE]
            every = (1 << len(some)) - 1
            fields: dict[int, dict[Quantity, Plane]] = {number: {value: every} for number, value in kept.items()}
            for state, (number, value) in enumerate(some):
                planes = fields.setdefault(number, {})
                planes[value] = planes.get(value, 0) | 1 << state
            for verdict, plane in parted(self._judge, len(some), fields).items():
                if verdict is not None and verdict.claim != self._claim:
                    found |= {some[state][0] for state in states_of(plane)}
        return found
