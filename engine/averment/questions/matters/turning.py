"""Least sets of given fields that turn the claim, found and refuted by Z3.

A field is in some least set where a set with it turns the claim and the rest of that set does not. So a change is asked
for that turns the claim, and no longer does so with this field as given. The fields it changes hold no least set found
before (that is asked for too): where the rest of them turns the claim after all, by other values, they hold a new one,
which is excluded, and the question put again. Where there is no such change the field is in no least set, and stays as
given from then on. (Guess and refine, as Huang, Cooper, Morgado, Planes and Marques-Silva 2023 decide relevancy.)

Each change is decided again by the reference backend before it counts; that there is none is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from averment.backends.symbolic.terms import Beyond
from averment.core.program import Value
from averment.questions.flip.solver import formulas_of
from averment.questions.judging.judge import NO_OUTCOME, Judge
from averment.questions.judging.quickest import Circuitry

MOST_EFFORT = 500_000  # of one question to Z3: some 50 ms
MOST_NODES = 4_000  # of a circuit that is written out
MOST_SETS = 120  # found in all

Fields = frozenset[int]
Change = dict[int, Value]


class Turning:
    """``fields``: by number the values each may change to, all of its range where ``None``; the others stay."""

    def __init__(self, judge: Judge, circuitry: Circuitry, fields: Mapping[int, Sequence[Value] | None]) -> None:
        """Raises: Beyond where this cannot be written."""
        self._judge, self._before = judge, judge.verdict({}).claim
        self._places = {number: circuitry.places[number] for number in fields}
        if self._before == NO_OUTCOME or len(circuitry.circuit.network.nodes) > MOST_NODES:
            raise Beyond("the case has no claim, or too many records")
        slots, values = judge.situation.slots, dict[int, tuple[Value, ...]]()
        for number, changed in fields.items():
            held = slots[number].value
            if changed is not None and held is not None:
                values[number] = (held, *changed)
        self._formulas = formulas_of(judge, circuitry, list(fields), values, MOST_EFFORT)
        self._formulas.require(self._formulas.not_claimed(self._before))
        self._relevant: set[int] = set()
        self._allowed = MOST_SETS

    def alone(self, number: int) -> set[str]:
        """The claims that a field turns to alone. Raises: Beyond."""
        words = (*self._judge.situation.program.claim.values, "open", "gap", "conflict")
        changes = [self._within([number], word) for word in words if word != self._before]
        return {self._judge.replayed(change).claim for change in changes if change is not None}

    def exclude(self, fields: Fields) -> None:
        """Note a least set: no change that is asked for changes all of it."""
        self._relevant |= fields
        self._formulas.keep_some(self._places[number] for number in fields)

    def least_sets(self, number: int) -> Iterator[Fields]:
        """Least sets not excluded yet, the last of them with this field; where none has it, it is in none.

        Raises: Beyond where that is not found out.
        """
        while (change := self._needing(number)) is not None:
            self._allowed -= 1
            if self._allowed < 0:
                raise Beyond("there are too many least sets")
            found = self._least(self._within(change.keys() - {number}) or change)
            self.exclude(found)
            yield found
            if number in found:
                return
        self._formulas.keep_some([self._places[number]])

    def _needing(self, number: int) -> Change | None:
        """A change that turns the claim but not with this field as given."""
        place, formulas = self._places[number], self._formulas
        with formulas.scope():
            given = formulas.with_given(place)
            formulas.require(given.claimed(self._before))
            return self._find(formulas.changed[place])

    def _within(self, fields: Iterable[int], word: str = "") -> Change | None:
        """A change of no other fields that turns the claim, to this word where one is said."""
        loose = {self._places[number] for number in fields}
        kept = [self._formulas.kept(place) for place in self._places.values() if place not in loose]
        return self._find(*kept, *([self._formulas.claim_is(word)] if word else ()))

    def _least(self, change: Change) -> Fields:
        """The fields of a change but those it does not need, the ones left that are not known to be relevant."""
        for number in sorted(change, key=lambda number: (number not in self._relevant, number)):
            if number in change:
                change = self._within(change.keys() - {number}) or change
        return frozenset(change)

    def _find(self, *assumptions: object) -> Change | None:
        self._judge.budget.check()
        values = self._formulas.confirmed(
            lambda values: self._judge.replayed(self._change(values)).claim != self._before,
            *assumptions,
            seconds=self._judge.budget.left,
        )
        return None if values is None else self._change(values)

    def _change(self, values: Mapping[int, Value]) -> Change:
        slots = self._judge.situation.slots
        return {number: values[place] for number, place in self._places.items() if values[place] != slots[number].value}
