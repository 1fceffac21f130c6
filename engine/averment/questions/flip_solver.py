"""The smallest flips by Z3: first the least number of fields, then the least cost, then every change that has both.

Each bound is shown by the solver to be one: with fewer fields, or at less cost, there is no model. Each model is
decided by the reference backend before it counts.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from averment.ir.program import Value
from averment.questions.flip import distance
from averment.questions.judge import Judge
from averment.questions.quick import Circuitry

if TYPE_CHECKING:
    from averment.backends.symbolic.formulas import Formulas


def solve(
    judge: Judge, free: list[int], targets: frozenset[str], most: int
) -> tuple[list[dict[int, Value]], bool] | str:
    """As ``flip_search.search``; a text says why the solver cannot tell."""
    if find_spec("z3") is None:
        return "z3-solver is not installed (`averment[prove]`)"
    if not isinstance(judge.circuitry, Circuitry):
        return "the case has too many records for the rules to be written out for it"
    from averment.backends.symbolic.terms import Beyond

    try:
        return _Smallest(judge, judge.circuitry, free, targets).run(most)
    except Beyond as reason:
        return str(reason)


class _Smallest:
    def __init__(self, judge: Judge, circuitry: Circuitry, free: list[int], targets: frozenset[str]) -> None:
        self._judge, self._targets = judge, targets
        self._slots = {circuitry.places[number]: number for number in free if number in circuitry.places}
        self._formulas = formulas_of(judge, circuitry, list(self._slots.values()))
        self._formulas.require(self._formulas.any_of([self._formulas.claim_is(word) for word in sorted(targets)]))

    def run(self, most: int) -> tuple[list[dict[int, Value]], bool]:
        formulas, places = self._formulas, list(self._slots)
        best = self._find()
        if best is None:
            return [], False
        size = 1
        while (found := self._find(formulas.at_most(places, size))) is None:
            size += 1
        fewest = formulas.at_most(places, size)
        cost = formulas.cost()
        low, high = size, self._cost(found)
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
            answers.append(self._changes(found))
        answers.sort(key=lambda changes: sorted(changes))
        return answers[:most], len(answers) > most

    def _find(self, *assumptions: object) -> dict[int, Value] | None:
        return self._formulas.confirmed(self._confirm, *assumptions)

    def _confirm(self, values: dict[int, Value]) -> bool:
        return self._judge.replayed(self._changes(values)).claim in self._targets

    def _changes(self, values: dict[int, Value]) -> dict[int, Value]:
        slots = self._judge.situation.slots
        return {
            self._slots[place]: value for place, value in values.items() if value != slots[self._slots[place]].value
        }

    def _cost(self, values: dict[int, Value]) -> int:
        slots = self._judge.situation.slots
        changes = self._changes(values)
        return sum(slots[number].field.cost * distance(slots[number], value) for number, value in changes.items())


def formulas_of(judge: Judge, circuitry: Circuitry, numbers: list[int], most_effort: int = 0) -> Formulas:
    """The formulas of a situation in which these slots are loose.

    Raises: Beyond where they cannot be written.
    """
    from averment.backends.symbolic.formulas import MOST_EFFORT, Formulas, Loose

    slots = judge.situation.slots
    loose = {
        circuitry.places[number]: Loose(slots[number].field, slots[number].value, judge.candidates[number])
        for number in numbers
    }
    return Formulas(circuitry.circuit, loose, most_effort or MOST_EFFORT)
