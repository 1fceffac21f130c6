"""Questions to Z3 about a circuit: which values of its loose fields give which claim, and that none do."""

# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from math import inf

import z3

from averment.backends.symbolic.terms import Beyond, Formula
from averment.backends.symbolic.written import Written
from averment.core.program import Value

MOST_REFUTED = 200  # models that the law does not confirm


class Formulas(Written):
    """What is required of the assignments to the loose fields, and what is found of them."""

    def claimed(self, word: str) -> Formula:
        """The formula that the claim is this word, or that the circuit is not sure."""
        return z3.Or(self.claim_is(word), self._unsure)

    def not_claimed(self, word: str) -> Formula:
        """The formula that the claim is another than this word."""
        return z3.Not(self.claim_is(word))

    def with_given(self, place: int) -> Formulas:
        """The formulas of the same assignments, but that this field holds what the case gives: for one ``scope``."""
        other = copy(self)
        other._mark = "'"
        other._columns, other._truths = dict(self._columns), dict(self._truths)
        other._columns[place] = self._constant(self._loose[place].given)
        other._write(sorted(self._circuit.cone([place])))
        return other

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is required within is forgotten afterwards."""
        self._solver.push()
        try:
            yield
        finally:
            self._solver.pop()

    def require(self, formula: Formula) -> None:
        """Only assignments under which this holds, or of which the circuit is not sure."""
        self._solver.add(z3.Or(formula, self._unsure))

    def find(self, *assumptions: Formula, seconds: float = inf) -> dict[int, Value] | None:
        """The values of the loose fields in some model; none where there is no model.

        ``seconds`` are how long it may take.

        Raises: Beyond where the solver gives up.
        """
        if seconds < inf:
            self._solver.set("timeout", max(1, int(seconds * 1000)))
        answer = self._solver.check(*assumptions)
        if answer == z3.unknown:
            raise Beyond("the solver gave up")
        if answer == z3.unsat:
            return None
        model = self._solver.model()
        return {place: self._value(place, model) for place in self._loose}

    def exclude(self, values: Mapping[int, Value]) -> None:
        """No model with all of these values any more."""
        self._solver.add(z3.Or([z3.Not(self._is(place, value)) for place, value in values.items()]))

    def kept(self, place: int) -> Formula:
        """The formula that a field is as given."""
        return z3.Not(self.changed[place])

    def keep_some(self, places: Iterable[int]) -> None:
        """No model any more that changes all of these fields."""
        self._solver.add(z3.Or([self.kept(place) for place in places]))

    def any_of(self, formulas: list[Formula]) -> Formula:
        """The disjunction of some formulas."""
        return z3.Or(formulas)

    def at_most(self, places: list[int], many: int) -> Formula:
        """At most so many of these fields are changed."""
        return z3.PbLe([(self.changed[place], 1) for place in places], many) if places else z3.BoolVal(True)

    def cost(self) -> Formula:
        """The sum of what the changes cost: declared cost times distance."""
        return z3.Sum([z3.IntVal(0), *(self._cost(place, each) for place, each in self._loose.items())])

    def below(self, cost: Formula, bound: int) -> Formula:
        return cost <= bound

    def confirmed(
        self, confirm: Callable[[dict[int, Value]], bool], *assumptions: Formula, seconds: float = inf
    ) -> dict[int, Value] | None:
        """As ``find``, but only what ``confirm`` confirms: every other model is excluded.

        Raises: Beyond where that happens too often.
        """
        for _ in range(MOST_REFUTED):
            values = self.find(*assumptions, seconds=seconds)
            if values is None or confirm(values):
                return values
            self.exclude(values)
        raise Beyond("too many combinations have to be decided one by one")
