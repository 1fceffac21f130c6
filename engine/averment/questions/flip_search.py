"""The smallest flips by exact search over alternatives, size by size, thousands of changes at once.

First all sets of so many slots, each with its slots unknown: where the law says that no claim wanted is possible, no
values of these slots flip (soundness of three-valued evaluation), and the set is left out. In the sets that remain
slot after slot takes its alternatives, and what has become impossible is left out again. Where they are few, all
changes are tried at once instead. The first size at which a change flips is the least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from averment.backends.symbolic.planes import Plane, added, states_of
from averment.ir.program import Value
from averment.law.truth import Quantity
from averment.questions.alternatives import alternatives
from averment.questions.branching import Branching
from averment.questions.budget import Budget, GaveUp, Spent
from averment.questions.choices import Batch, Choices, Taken
from averment.questions.judge import Judge, Verdict
from averment.questions.quick import Circuitry
from averment.questions.together import parted

AT_ONCE = 1 << 16  # states of one pass
PORTION = 1 << 14  # of them where they are written out one by one
DIRECT = 50_000  # changes of one size that are tried without looking at the sets first
UNSET = -1  # the form of a slot that is still unknown


def search(
    judge: Judge, free: list[int], targets: frozenset[str], most: int, proved: int, budget: Budget
) -> Iterable[dict[int, Value]]:
    """The smallest changes of slots in ``free`` to a claim in ``targets``, in the order of the slots.

    It is known that no change of up to ``proved`` fields flips. Of more than ``most`` some are left out.

    Raises: GaveUp where a slot has values without end, or the budget is spent.
    """
    beyond = judge.beyond(free)
    if beyond:
        raise GaveUp(f"`{beyond[0]}` has too many values to try, and the rules reckon with it")
    if not isinstance(judge.circuitry, Circuitry):
        return Branching(judge, free, targets, budget).run()
    return _Search(judge, free, targets, budget).run(proved)


class _Search:
    def __init__(self, judge: Judge, free: list[int], targets: frozenset[str], budget: Budget) -> None:
        self._judge, self._targets, self._budget = judge, targets, budget
        forms = {number: found for number in free if (found := alternatives(judge, number))}
        self._slots = list(forms)
        self._forms = list(forms.values())
        self._cheapest = [min(form.cost for form in each) for each in self._forms]
        self._sets = Choices([1] * len(forms))
        self._changes = Choices([len(each) for each in self._forms])
        self._least: int | None = None
        self._found: list[Taken] = []

    def run(self, proved: int) -> Iterator[dict[int, Value]]:
        """The changes, in the order of the slots; none where there are none. Raises: GaveUp."""
        if not self._hopeful([tuple((place, UNSET) for place in range(len(self._slots)))]):
            return iter(())
        for size in range(proved + 1, len(self._slots) + 1):
            try:
                self._size(size)
            except Spent:
                raise GaveUp(f"not all changes of {size} fields were tried in time", size - 1) from None
            if self._found:
                break
        self._found.sort(key=lambda way: [place for place, _ in way])
        return (change for way in self._found for change in self._spelled(way))

    def _size(self, size: int) -> None:
        if self._changes.count(0, size) <= DIRECT:
            for batch in self._changes.batches(size, AT_ONCE):
                self._budget.check()
                self._try_all(batch)
            return
        done, whole, began = 0, self._sets.count(0, size), self._budget.left
        for batch in self._sets.batches(size, AT_ONCE):
            sets = {(place, UNSET): plane for (place, _), plane in batch.planes.items()}
            hopeful = sum(plane for verdict, plane in self._parted(batch.size, sets) if self._may(verdict))
            done += batch.size
            if (began - self._budget.left) * whole > began * done:  # there would be no end of it in time
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
            self._keep(batch.way(state))

    def _set_values(self, ways: Iterable[Taken], at: int) -> None:
        """Try the alternatives of the slot ``at`` of these ways, whose later slots are unknown."""
        for some in _portions(self._further(ways, at), PORTION):
            self._budget.check()
            if at + 1 < len(some[0]):
                self._set_values(self._hopeful(some), at + 1)
                continue
            for verdict, plane in self._parted(len(some), _taken(some)):
                for state in states_of(plane) if verdict is None or verdict.claim in self._targets else ():
                    if verdict is not None or self._flips(some[state]):
                        self._keep(some[state])

    def _further(self, ways: Iterable[Taken], at: int) -> Iterator[Taken]:
        for way in ways:
            place = way[at][0]
            before, after = way[:at], way[at + 1 :]
            least = sum(self._cost(taken) for taken in (*before, *after)) if self._least is not None else 0
            for form, alternative in enumerate(self._forms[place]):
                if self._least is None or least + alternative.cost <= self._least:
                    yield (*before, (place, form), *after)

    def _hopeful(self, ways: list[Taken]) -> list[Taken]:
        """The ways with unknown slots that some values may make flip."""
        hopeful = sum(plane for verdict, plane in self._parted(len(ways), _taken(ways)) if self._may(verdict))
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
        self._budget.check()
        changes = {self._slots[place]: self._forms[place][form].values[0] for place, form in way}
        return self._judge.verdict(changes).claim in self._targets

    def _cost(self, taken: tuple[int, int]) -> int:
        place, form = taken
        return self._cheapest[place] if form == UNSET else self._forms[place][form].cost

    def _keep(self, way: Taken) -> None:
        cost = sum(map(self._cost, way))
        if self._least is None or cost < self._least:
            self._least, self._found = cost, []
        if cost == self._least:
            self._found.append(way)

    def _spelled(self, way: Taken) -> Iterator[dict[int, Value]]:
        """The changes a way stands for: one for each choice among values that do alike."""
        slots = [self._slots[place] for place, _ in way]
        for values in product(*(self._forms[place][form].values for place, form in way)):
            yield dict(zip(slots, values, strict=True))


def _taken(ways: list[Taken]) -> dict[tuple[int, int], Plane]:
    """By thing and form the ways that take it."""
    marks: dict[tuple[int, int], bytearray] = {}
    blank, last = b"0" * len(ways), len(ways) - 1
    for state, way in enumerate(ways):
        for taken in way:
            mark = marks.get(taken)
            if mark is None:
                mark = marks[taken] = bytearray(blank)
            mark[last - state] = 49  # the digit 1
    return {taken: int(mark, 2) for taken, mark in marks.items()}


def _portions(ways: Iterator[Taken], most: int) -> Iterator[list[Taken]]:
    while portion := list(islice(ways, most)):
        yield portion
