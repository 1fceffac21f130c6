"""The smallest flips by Z3: first the least number of fields, then the least cost, then every change that has both.

Each bound is shown by the solver to be one: with fewer fields, or at less cost, there is no model. Each model is
decided by the reference backend before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING

from averment.ir.program import Value
from averment.questions.alternatives import alternatives, distance
from averment.questions.budget import Budget, GaveUp, Spent
from averment.questions.judge import Judge
from averment.questions.quick import Circuitry

if TYPE_CHECKING:
    from averment.backends.symbolic.formulas import Formulas


def solve(
    judge: Judge, free: list[int], targets: frozenset[str], most: int, proved: int, budget: Budget
) -> list[dict[int, Value]]:
    """As ``flip_search.search``."""
    if find_spec("z3") is None:
        raise GaveUp("z3-solver is not installed (`averment[prove]`)")
    if not isinstance(judge.circuitry, Circuitry):
        raise GaveUp("the case has too many records for the rules to be written out for it")
    from averment.backends.symbolic.terms import Beyond

    try:
        return _Smallest(judge, judge.circuitry, free, targets, proved, budget).run(most)
    except Beyond as reason:
        raise GaveUp(str(reason)) from None


class _Smallest:
    def __init__(
        self,
        judge: Judge,
        circuitry: Circuitry,
        free: list[int],
        targets: frozenset[str],
        proved: int,
        budget: Budget,
    ) -> None:
        self._judge, self._targets, self._proved, self._budget = judge, targets, proved, budget
        self._slots = {circuitry.places[number]: number for number in free if number in circuitry.places}
        self._forms = {
            number: alternatives(judge, number)
            for number in self._slots.values()
            if judge.candidates[number] is not None
        }
        self._slots = {place: number for place, number in self._slots.items() if self._forms.get(number, True)}
        values: dict[int, tuple[Value, ...]] = {}
        for number, forms in self._forms.items():
            held = judge.situation.slots[number].value
            values[number] = (*(() if held is None else (held,)), *(form.values[0] for form in forms))
        self._formulas = formulas_of(judge, circuitry, list(self._slots.values()), values)
        self._formulas.require(self._formulas.any_of([self._formulas.claim_is(word) for word in sorted(targets)]))

    def run(self, most: int) -> list[dict[int, Value]]:
        """Up to ``most`` changes and some more, in the order of the slots. Raises: GaveUp."""
        from averment.backends.symbolic.terms import Beyond

        try:
            return self._smallest(most)
        except (Beyond, Spent) as reason:
            raise GaveUp(str(reason) or "the time was spent", self._proved) from None

    def _smallest(self, most: int) -> list[dict[int, Value]]:
        formulas, places = self._formulas, list(self._slots)
        if self._find() is None:
            return []
        while (found := self._find(formulas.at_most(places, self._proved + 1))) is None:
            self._proved += 1
        fewest = formulas.at_most(places, self._proved + 1)
        cost = formulas.cost()
        low, high = self._proved + 1, self._cost(found)
        while low < high:
            middle = (low + high) // 2
            found = self._find(fewest, formulas.below(cost, middle))
            if found is None:
                low = middle + 1
            else:
                high = self._cost(found)
        answers: list[dict[int, Value]] = []
        while len(answers) <= most:
            found = self._find(fewest, formulas.below(cost, high))
            if found is None:
                break
            formulas.exclude(found)
            answers += self._spelled(self._changes(found))
        return sorted(answers, key=sorted)

    def _find(self, *assumptions: object) -> dict[int, Value] | None:
        self._budget.check()
        return self._formulas.confirmed(self._confirm, *assumptions, seconds=self._budget.left)

    def _confirm(self, values: dict[int, Value]) -> bool:
        return self._judge.replayed(self._changes(values)).claim in self._targets

    def _changes(self, values: dict[int, Value]) -> dict[int, Value]:
        slots = self._judge.situation.slots
        return {
            self._slots[place]: value for place, value in values.items() if value != slots[self._slots[place]].value
        }

    def _spelled(self, changes: dict[int, Value]) -> Iterator[dict[int, Value]]:
        """The changes, and those to values that do alike."""
        kin = [self._kin(number, value) for number, value in changes.items()]
        for values in product(*kin):
            yield dict(zip(changes, values, strict=True))

    def _kin(self, number: int, value: Value) -> tuple[Value, ...]:
        return next((form.values for form in self._forms.get(number, ()) if form.values[0] == value), (value,))

    def _cost(self, values: dict[int, Value]) -> int:
        slots = self._judge.situation.slots
        changes = self._changes(values)
        return sum(slots[number].field.cost * distance(slots[number], value) for number, value in changes.items())


def formulas_of(
    judge: Judge,
    circuitry: Circuitry,
    numbers: list[int],
    values: Mapping[int, tuple[Value, ...]],
    most_effort: int = 0,
) -> Formulas:
    """The formulas of a situation in which these slots are loose: each with its ``values``, else with its candidates.

    Raises: Beyond where they cannot be written.
    """
    from averment.backends.symbolic.formulas import MOST_EFFORT, Formulas, Loose

    slots = judge.situation.slots
    loose = {
        circuitry.places[number]: Loose(
            slots[number].field, slots[number].value, values.get(number, judge.candidates[number])
        )
        for number in numbers
    }
    return Formulas(circuitry.circuit, loose, most_effort or MOST_EFFORT)
