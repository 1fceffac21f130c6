"""The smallest flips by exact search over alternatives, size by size, thousands of changes at once.

First all sets of so many slots, each with its slots unknown: where the law says that no claim wanted is possible, no
values of these slots flip (soundness of three-valued evaluation), and the set is left out. In the sets that remain
slot after slot takes its alternatives, and what has become impossible is left out again. Where they are few, all
changes are tried at once instead. The first size at which a change flips is the least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from averment.backends.symbolic.planes import Plane, added, states_of
from averment.core.program import Value
from averment.law.truth import Quantity
from averment.questions.flip.answers import Way
from averment.questions.flip.branching import Branching
from averment.questions.flip.extending import UNSET, Grown, taken_by
from averment.questions.flip.singly import nearest
from averment.questions.judging.alternatives import Alternative, alternatives
from averment.questions.judging.budget import GaveUp, Spent
from averment.questions.judging.choices import Batch, Choices, Taken
from averment.questions.judging.judge import Judge, Verdict
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.together import parted

AT_ONCE = 1 << 16  # states of one pass
DIRECT = 50_000  # changes of one size that are tried without looking at the sets first


def search(judge: Judge, free: list[int], targets: frozenset[str], most: int, proved: int) -> tuple[list[Way], bool]:
    """The smallest changes of slots in ``free`` to a claim in ``targets``, and whether these are all.

    It is known that no change of up to ``proved`` fields flips. Beyond ``most`` answers some ways may be left out.

    Raises: GaveUp where a slot has values without end, or the budget is spent.
    """
    beyond = judge.beyond(free)
    if beyond and not isinstance(judge.circuitry, Circuitry):
        raise GaveUp(_too_many(beyond[0]), proved)
    if not isinstance(judge.circuitry, Circuitry):
        return Branching(judge, free, targets).run(), True
    try:
        if not beyond:
            return _Search(judge, free, targets).run(proved), True
        found = _singly(judge, free, targets)
        if found or len(free) == 1:
            return found, True
        raise GaveUp(_too_many(beyond[0]), 1)
    except Spent:
        raise GaveUp("there was no time to begin", proved) from None


def _too_many(path: str) -> str:
    return f"`{path}` has too many values to try with others, and the rules calculate with it"


def _singly(judge: Judge, free: list[int], targets: frozenset[str]) -> list[Way]:
    """The smallest changes of one slot, where some have too many values to try. Raises: GaveUp, Spent."""
    ways = _Search(judge, free, targets).of_one()
    wide = [number for number in free if judge.candidates[number] is None]
    ways += nearest(judge, wide, targets, ways[0][0] if ways else None)
    least = min((cost for cost, _ in ways), default=0)
    return [way for cost, way in ways if cost == least]


class _Search:
    def __init__(self, judge: Judge, free: list[int], targets: frozenset[str]) -> None:
        self._judge, self._targets = judge, targets
        forms: dict[int, tuple[Alternative, ...]] = {}
        for number in free:
            if found := alternatives(judge, number):
                forms[number] = found
        self._slots = list(forms)
        self._forms = list(forms.values())
        self._cheapest = [min(form.cost for form in each) for each in self._forms]
        self._ranks = [[judge.fresh.rank(number, form.values[0]) for form in found] for number, found in forms.items()]
        self._sets = Choices([1] * len(forms), judge.budget.check)
        self._least: int | None = None
        self._found: list[Taken] = []

    def run(self, proved: int) -> list[Way]:
        """The changes; none where there are none. Raises: GaveUp."""
        if not self._hopeful([tuple((place, UNSET) for place in range(len(self._slots)))]):
            return []
        for size in range(proved + 1, len(self._slots) + 1):
            try:
                self._size(size)
            except Spent:
                raise GaveUp(f"not all changes of {size} fields were tried in time", size - 1) from None
            if self._found:
                break
        return self._ways()

    def of_one(self) -> list[tuple[int, Way]]:
        """The cheapest changes of one slot, each with its cost."""
        self._size(1)
        return [(self._least or 0, way) for way in self._ways()]

    def _ways(self) -> list[Way]:
        return [{self._slots[place]: self._forms[place][form].values for place, form in way} for way in self._found]

    def _size(self, size: int) -> None:
        changes = Choices(  # fresh texts come last
            [sum(rank <= size for rank in ranks) for ranks in self._ranks], self._judge.budget.check
        )
        if changes.count(0, size) <= DIRECT:
            for batch in changes.batches(size, AT_ONCE):
                self._judge.budget.check()
                self._try_all(batch)
            return
        done, whole, began = 0, self._sets.count(0, size), self._judge.budget.left
        for batch in self._sets.batches(size, AT_ONCE):
            sets = {(place, UNSET): plane for (place, _), plane in batch.planes.items()}
            hopeful = sum(plane for verdict, plane in self._parted(batch.size, sets) if self._may(verdict))
            done += batch.size
            if (began - self._judge.budget.left) * whole > began * done:  # there would be no end of it in time
                raise Spent
            ways = (tuple((place, UNSET) for place, _ in batch.way(state)) for state in states_of(hopeful))
            self._set_values(ways, 0)

    def _try_all(self, batch: Batch) -> None:
        """All changes of a batch at once."""
        flipping = 0
        for verdict, plane in self._parted(batch.size, batch.planes):
            if verdict is None:
                flipping |= sum(1 << state for state in states_of(plane) if self._flips(batch.way(state)))
            elif verdict.claim in self._targets:
                flipping |= plane
        costs: list[list[tuple[int, Plane]]] = [[] for _ in self._slots]
        for (place, form), plane in batch.planes.items():
            costs[place].append((self._forms[place][form].cost, plane & flipping))
        cheapest = added(costs, flipping)
        for state in states_of(cheapest[min(cheapest)]) if flipping else ():
            way = batch.way(state)
            if self._judge.fresh.in_order([*self._held(way)]):
                self._keep(way)

    def _set_values(self, ways: Iterable[Taken], at: int) -> None:
        """Try the alternatives of the slot ``at`` of these ways, whose later slots are unknown."""
        for some in self._portions(ways, at):
            self._judge.budget.check()
            grown = Grown(some, at)
            verdicts = self._parted(grown.size, grown.planes)
            if at + 1 < len(some[0][0]):
                hopeful = sum(plane for verdict, plane in verdicts if self._may(verdict))
                self._set_values(map(grown.way, states_of(hopeful)), at + 1)
                continue
            for verdict, plane in verdicts:
                for state in states_of(plane) if verdict is None or verdict.claim in self._targets else ():
                    way = grown.way(state)
                    if self._cheap(way) and (verdict is not None or self._flips(way)):
                        self._keep(way)

    def _portions(self, ways: Iterable[Taken], at: int) -> Iterator[list[tuple[Taken, int]]]:
        """The ways that may still be cheapest, each with how many forms of the slot ``at`` it may take."""
        some: list[tuple[Taken, int]] = []
        size = 0
        for way in ways:
            self._judge.budget.check()
            if self._cheap(way):
                forms = self._many_forms(way, at)
                some.append((way, forms))
                size += forms
            if size >= AT_ONCE:
                yield some
                some, size = [], 0
        if some:
            yield some

    def _cheap(self, way: Taken) -> bool:
        return self._least is None or sum(map(self._cost, way)) <= self._least

    def _many_forms(self, way: Taken, at: int) -> int:
        """How many forms the slot ``at`` may take: fresh texts, which come last, only in order."""
        place = way[at][0]
        ranks = self._ranks[place]
        if not ranks[-1]:
            return len(ranks)
        most = self._judge.fresh.most(self._slots[place], self._held(way[:at]))
        return sum(rank <= most for rank in ranks)

    def _hopeful(self, ways: list[Taken]) -> list[Taken]:
        """The ways with unknown slots that some values may make flip."""
        hopeful = sum(plane for verdict, plane in self._parted(len(ways), taken_by(ways)) if self._may(verdict))
        return [ways[state] for state in states_of(hopeful)]

    def _may(self, verdict: Verdict | None) -> bool:
        return verdict is None or not self._targets.isdisjoint(verdict.possible)

    def _parted(self, many: int, taken: Mapping[tuple[int, int], Plane]) -> Iterable[tuple[Verdict | None, Plane]]:
        """So many ways, told by what they take, parted by their verdict: none where they must be decided alone."""
        fields: dict[int, dict[Quantity, Plane]] = {}
        for (place, form), plane in taken.items():
            held = None if form == UNSET else self._forms[place][form].values[0]
            fields.setdefault(self._slots[place], {})[held] = plane
        return parted(self._judge, many, fields).items()

    def _flips(self, way: Taken) -> bool:
        """Whether a way flips, decided by itself."""
        self._judge.budget.check()
        return self._judge.verdict(dict(self._held(way))).claim in self._targets

    def _held(self, way: Taken) -> Iterator[tuple[int, Value]]:
        """What the slots of a way change to."""
        return ((self._slots[place], self._forms[place][form].values[0]) for place, form in way)

    def _cost(self, taken: tuple[int, int]) -> int:
        place, form = taken
        return self._cheapest[place] if form == UNSET else self._forms[place][form].cost

    def _keep(self, way: Taken) -> None:
        cost = sum(map(self._cost, way))
        if self._least is None or cost < self._least:
            self._least, self._found = cost, []
        if cost == self._least:
            self._found.append(way)
