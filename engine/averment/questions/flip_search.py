"""The smallest flips by exact search over alternatives, size by size, thousands of changes at once.

First all sets of so many slots, each with its slots unknown: where the law says that no claim wanted is possible, no
values of these slots flip (soundness of three-valued evaluation), and the set is left out. In the sets that remain
slot after slot takes its alternatives, and what has become impossible is left out again. Where they are few, all
changes are tried at once instead. The first size at which a change flips is the least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from averment.backends.symbolic.planes import Plane, added, states_of
from averment.ir.program import Value
from averment.law.truth import Quantity
from averment.questions.alternatives import Alternative, alternatives
from averment.questions.branching import Branching
from averment.questions.budget import Budget, GaveUp, Spent
from averment.questions.choices import Batch, Choices, Taken
from averment.questions.judge import Judge, Verdict
from averment.questions.quick import Circuitry
from averment.questions.together import parted, parts_of

AT_ONCE = 1 << 16  # states of one pass
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
    return _Search(judge, judge.circuitry, free, targets, budget).run(proved)


class _Search:
    def __init__(
        self, judge: Judge, circuitry: Circuitry, free: list[int], targets: frozenset[str], budget: Budget
    ) -> None:
        self._judge, self._targets, self._budget = judge, targets, budget
        forms = {number: found for number in free if (found := alternatives(judge, circuitry, number))}
        self._slots: list[int] = list(forms)
        self._forms: list[tuple[Alternative, ...]] = list(forms.values())
        self._sets = Choices([1] * len(forms))
        self._changes = Choices([len(each) for each in self._forms])
        self._least: int | None = None
        self._found: list[Taken] = []

    def run(self, proved: int) -> Iterator[dict[int, Value]]:
        """The changes, in the order of the slots; none where there are none. Raises: GaveUp."""
        everything = [(place, UNSET) for place in range(len(self._slots))]
        if not self._hopeful([everything]):
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
            hopeful = self._of(batch, hopeful=True)
            done += batch.size
            if (began - self._budget.left) * whole > began * done:  # there would be no end of it in time
                raise Spent
            self._set_values([[(place, UNSET) for place, _ in batch.way(state)] for state in states_of(hopeful)], 0)

    # --- all changes of a batch -----------------------------------------------------------------------------------

    def _try_all(self, batch: Batch) -> None:
        plane = self._of(batch, hopeful=False)
        if plane:
            costs: list[list[tuple[int, Plane]]] = [[] for _ in self._slots]
            for (place, form), taken in batch.planes.items():
                costs[place].append((self._forms[place][form].cost, taken & plane))
            cheapest = added(costs, plane)
            cost = min(cheapest)
            for state in states_of(cheapest[cost]):
                self._keep(batch.way(state), int(cost))

    def _of(self, batch: Batch, hopeful: bool) -> Plane:
        """The ways of a batch that flip; ``hopeful``, its sets whose slots, unknown, may."""
        fields: dict[int, dict[Quantity, Plane]] = {}
        for (place, form), plane in batch.planes.items():
            held = None if hopeful else self._forms[place][form].values[0]
            fields.setdefault(self._slots[place], {})[held] = plane
        found = 0
        for verdict, plane in parted(self._judge, batch.size, fields).items():
            if verdict is None:
                found |= plane if hopeful else self._alone(batch, plane)
            elif self._wanted(verdict, hopeful):
                found |= plane
        return found

    def _alone(self, batch: Batch, plane: Plane) -> Plane:
        """Of ways that have to be decided by themselves those that flip."""
        found = 0
        for state in states_of(plane):
            self._budget.check()
            if self._judge.verdict(self._values(batch.way(state))).claim in self._targets:
                found |= 1 << state
        return found

    # --- slot after slot ------------------------------------------------------------------------------------------

    def _set_values(self, ways: Sequence[Sequence[tuple[int, int]]], at: int) -> None:
        """Try the alternatives of the slot ``at`` of these ways, whose later slots are unknown."""
        for some in _portions(self._further(ways, at), AT_ONCE):
            self._budget.check()
            if at + 1 < len(some[0]):
                self._set_values(self._hopeful(some), at + 1)
                continue
            for way, verdict in zip(some, self._verdicts(some), strict=True):
                if verdict is None:
                    verdict = self._judge.verdict(self._values(way))
                if verdict.claim in self._targets:
                    self._keep(tuple(way), self._cost(way))

    def _further(self, ways: Sequence[Sequence[tuple[int, int]]], at: int) -> Iterator[list[tuple[int, int]]]:
        for way in ways:
            place = way[at][0]
            for form in range(len(self._forms[place])):
                further = [*way[:at], (place, form), *way[at + 1 :]]
                if self._least is None or self._cost(further) <= self._least:
                    yield further

    def _hopeful(self, ways: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
        verdicts = self._verdicts(ways)
        return [
            way for way, verdict in zip(ways, verdicts, strict=True) if verdict is None or self._wanted(verdict, True)
        ]

    def _verdicts(self, ways: list[list[tuple[int, int]]]) -> list[Verdict | None]:
        rows = [list(self._values(way).items()) for way in ways]
        found: list[Verdict | None] = [None] * len(ways)
        for verdict, plane in parted(self._judge, len(ways), parts_of(rows)).items():
            for state in states_of(plane):
                found[state] = verdict
        return found

    def _wanted(self, verdict: Verdict, hopeful: bool) -> bool:
        return not self._targets.isdisjoint(verdict.possible) if hopeful else verdict.claim in self._targets

    # --- changes --------------------------------------------------------------------------------------------------

    def _values(self, way: Sequence[tuple[int, int]]) -> dict[int, Value | None]:
        return {
            self._slots[place]: None if form == UNSET else self._forms[place][form].values[0] for place, form in way
        }

    def _cost(self, way: Sequence[tuple[int, int]]) -> int:
        """What a way costs at least."""
        return sum(
            min(each.cost for each in self._forms[place]) if form == UNSET else self._forms[place][form].cost
            for place, form in way
        )

    def _keep(self, way: Taken, cost: int) -> None:
        if self._least is None or cost < self._least:
            self._least, self._found = cost, []
        if cost == self._least:
            self._found.append(way)

    def _spelled(self, way: Taken) -> Iterator[dict[int, Value]]:
        """The changes a way stands for: one for each choice among values that do alike."""
        slots = [self._slots[place] for place, _ in way]
        for values in product(*(self._forms[place][form].values for place, form in way)):
            yield dict(zip(slots, values, strict=True))


def _portions(ways: Iterator[list[tuple[int, int]]], most: int) -> Iterator[list[list[tuple[int, int]]]]:
    portion: list[list[tuple[int, int]]] = []
    for way in ways:
        portion.append(way)
        if len(portion) == most:
            yield portion
            portion = []
    if portion:
        yield portion
