"""A circuit as Z3 formulas (de Moura and Bjørner 2008): which values of its loose fields give which claim.

They are such (``encoding``) that a model is an assignment under which the law's three-valued claim is what was asked
for. Where the circuit does not have the law's answer (its checks), an assignment counts as a model too: what is found
is always decided again by the caller, what is not found is proved not to be.
"""

# Z3 has no types, so what it gives back cannot be checked.
# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false

from __future__ import annotations

from collections.abc import Callable, Mapping

import z3

from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.encoding import Encoding
from averment.backends.symbolic.terms import Beyond, Formula
from averment.backends.symbolic.variables import Loose, Variables
from averment.ir.program import Value
from averment.law.building import Tick

MOST_EFFORT = 20_000_000  # of one check: Z3's own measure of work, the same on every machine
MOST_REFUTED = 200  # models that the law does not confirm


class Formulas:
    """The formulas of a circuit where some fields (by place) are loose; all others hold what the case gives."""

    def __init__(self, circuit: Circuit, loose: Mapping[int, Loose], most_effort: int, tick: Tick) -> None:
        circuit.hold({})
        self._circuit = circuit
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("rlimit", most_effort)
        self._variables = Variables(loose, self._solver)
        self._nodes = Encoding(circuit, self._variables, self._solver, tick)
        self._unsure = z3.Or([self._nodes.fires(check) for check in circuit.network.checks])

    def claim_is(self, word: str) -> Formula:
        """The formula that the claim is this word: a declared value, ``gap`` or ``conflict``."""
        claims = [
            (self._nodes.columns[slot.value], *self._nodes.truths[slot.truth]) for slot in self._circuit.claim_slots
        ]
        if word == "gap":
            return z3.And([z3.Not(possible) for _, _, possible in claims])
        if word == "conflict":
            pairs = [
                z3.And(one[1], other[1], one[0].low != other[0].low)
                for place, one in enumerate(claims)
                for other in claims[:place]
            ]
            return z3.Or(pairs)
        wanted = self._variables.id(word)
        some = z3.Or([z3.And(true, column.low == wanted) for column, true, _ in claims])
        only = z3.And(
            [z3.Implies(possible, z3.And(column.known, column.low == wanted)) for column, _, possible in claims]
        )
        return z3.And(some, only)

    def require(self, formula: Formula) -> None:
        """Only assignments under which this holds, or of which the circuit is not sure."""
        self._solver.add(z3.Or(formula, self._unsure))

    def find(self, *assumptions: Formula, seconds: float = 0.0) -> dict[int, Value] | None:
        """The values of the loose fields in some model; none where there is no model.

        ``seconds`` are how long it may take, where they are said.

        Raises: Beyond where the solver gives up.
        """
        if seconds:
            self._solver.set("timeout", max(1, int(seconds * 1000)))
        answer = self._solver.check(*assumptions)
        if answer == z3.unknown:
            raise Beyond("the solver gave up")
        if answer == z3.unsat:
            return None
        model = self._solver.model()
        return {place: self._variables.value(place, model) for place in self._variables.loose}

    def exclude(self, values: Mapping[int, Value]) -> None:
        """No model with all of these values any more."""
        self._solver.add(z3.Or([z3.Not(self._variables.holds(place, value)) for place, value in values.items()]))

    def any_of(self, formulas: list[Formula]) -> Formula:
        """The disjunction of some formulas."""
        return z3.Or(formulas)

    def at_most(self, places: list[int], many: int) -> Formula:
        """At most so many of these fields are changed."""
        return z3.PbLe([(self._variables.changed[place], 1) for place in places], many) if places else z3.BoolVal(True)

    def cost(self) -> Formula:
        """The sum of what the changes cost: declared cost times distance."""
        return self._variables.cost()

    def below(self, cost: Formula, bound: int) -> Formula:
        return cost <= bound

    def confirmed(
        self, confirm: Callable[[dict[int, Value]], bool], *assumptions: Formula, seconds: float = 0.0
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
