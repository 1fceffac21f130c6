"""The smallest flips by Z3: first the least number of fields, then the least cost, then every change that has both.

Each bound is shown by the solver to be one: with fewer fields, or at less cost, there is no model. Each model is
decided by the reference backend before it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING

from averment.core.program import Value
from averment.questions.flip.answers import Way
from averment.questions.judging.alternatives import Alternative, alternatives, distance
from averment.questions.judging.budget import GaveUp, Spent
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry

if TYPE_CHECKING:
    from averment.backends.symbolic.formulas import Formulas

MOST_WAYS = 100  # that are looked for, where no more are asked for
MOST_NAMINGS = 1_000  # of the fresh texts of one change that are excluded at once


def solve(judge: Judge, free: list[int], targets: frozenset[str], most: int, proved: int) -> tuple[list[Way], bool]:
    """As ``search.search``."""
    if find_spec("z3") is None:
        raise GaveUp("z3-solver is not installed (`averment[prove]`)")
    if not isinstance(judge.circuitry, Circuitry):
        raise GaveUp("the rules were not written out for the case: it has too many records for that, or for its time")
    from averment.backends.symbolic.terms import Beyond

    try:
        return _Smallest(judge, judge.circuitry, free, targets, proved).run(most)
    except (Beyond, Spent) as reason:
        raise GaveUp(str(reason) or "the rules were not written out in time", proved) from None


class _Smallest:
    def __init__(
        self,
        judge: Judge,
        circuitry: Circuitry,
        free: list[int],
        targets: frozenset[str],
        proved: int,
    ) -> None:
        self._judge, self._targets, self._proved = judge, targets, proved
        self._slots = {circuitry.places[number]: number for number in free if number in circuitry.places}
        self._forms: dict[int, tuple[Alternative, ...]] = {}
        for number in self._slots.values():
            if judge.candidates[number] is not None:
                self._forms[number] = alternatives(judge, number)
        self._slots = {place: number for place, number in self._slots.items() if self._forms.get(number, True)}
        values: dict[int, tuple[Value, ...]] = {}
        for number, forms in self._forms.items():
            held = judge.situation.slots[number].value
            changed = judge.fresh.in_turn(list(self._forms), number, (form.values[0] for form in forms))
            values[number] = (*(() if held is None else (held,)), *changed)
        self._formulas = formulas_of(judge, circuitry, list(self._slots.values()), values)
        self._formulas.require(self._formulas.any_of([self._formulas.claim_is(word) for word in sorted(targets)]))

    def run(self, most: int) -> tuple[list[Way], bool]:
        """The changes, and whether these are all; else more than ``most`` or as many as there is time for.

        Raises: GaveUp.
        """
        from averment.backends.symbolic.terms import Beyond

        try:
            return self._smallest(most)
        except (Beyond, Spent) as reason:
            raise GaveUp(str(reason) or "the time was spent", self._proved) from None

    def _smallest(self, most: int) -> tuple[list[Way], bool]:
        formulas, places = self._formulas, list(self._slots)
        if self._find() is None:
            return [], True
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
        return self._each(most, fewest, formulas.below(cost, high))

    def _each(self, most: int, *assumptions: object) -> tuple[list[Way], bool]:
        """The changes that have both bounds, and whether these are all."""
        from averment.backends.symbolic.terms import Beyond

        ways: dict[tuple[tuple[int, Value], ...], Way] = {}
        sets: set[tuple[int, ...]] = set()
        while len(sets) <= most and len(ways) < max(most + 1, MOST_WAYS):
            try:
                found = self._find(*assumptions)
            except (Beyond, Spent):
                if ways:
                    return list(ways.values()), False
                raise
            if found is None:
                return list(ways.values()), True
            namings = self._judge.fresh.renamed(self._changes(found))
            changes = sorted(next(namings).items())
            self._formulas.exclude(self._placed(self._changes(found)))
            for same in islice(namings, MOST_NAMINGS):
                self._formulas.exclude(self._placed(same))
            ways[tuple(changes)] = {number: self._kin(number, value) for number, value in changes}
            sets.add(tuple(number for number, _ in changes))
        return list(ways.values()), False

    def _placed(self, changes: dict[int, Value]) -> dict[int, Value]:
        return {place: changes[number] for place, number in self._slots.items() if number in changes}

    def _find(self, *assumptions: object) -> dict[int, Value] | None:
        self._judge.budget.check()
        return self._formulas.confirmed(self._confirm, *assumptions, seconds=self._judge.budget.left)

    def _confirm(self, values: dict[int, Value]) -> bool:
        return self._judge.replayed(self._changes(values)).claim in self._targets

    def _changes(self, values: dict[int, Value]) -> dict[int, Value]:
        slots = self._judge.situation.slots
        return {
            self._slots[place]: value for place, value in values.items() if value != slots[self._slots[place]].value
        }

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
    from averment.backends.symbolic.formulas import Formulas
    from averment.backends.symbolic.written import MOST_EFFORT, Loose

    slots = judge.situation.slots
    loose = {
        circuitry.places[number]: Loose(
            slots[number].field, slots[number].value, values.get(number, judge.candidates[number])
        )
        for number in numbers
    }
    return Formulas(circuitry.circuit, loose, most_effort or MOST_EFFORT, judge.budget.check)
