"""The quickest judge there is for a situation: through a circuit where the case can be made into one."""

from __future__ import annotations

from contextlib import suppress

from averment.backends.symbolic.circuit import Circuit, circuit_of
from averment.backends.symbolic.gates import Unsure
from averment.core.program import Claim
from averment.law.claims import OPEN, standing
from averment.law.truth import CaseError, Quantity
from averment.questions.judging.budget import ENDLESS, Budget, Spent
from averment.questions.judging.frozen import frozen_facts
from averment.questions.judging.judge import Judge, Verdict
from averment.questions.judging.situation import Changes, Situation


class Circuitry:
    """A situation's circuit, with its slots as leaves. ``places`` are the leaves of the slots that some rule reads."""

    def __init__(self, situation: Situation, circuit: Circuit) -> None:
        self.circuit = circuit
        self.claim = situation.program.claim
        self.places = {
            number: circuit.leaves[slot.record, slot.index]
            for number, slot in enumerate(situation.slots)
            if (slot.record, slot.index) in circuit.leaves
        }

    def verdict(self, changes: Changes) -> Verdict | None:
        """The verdict under changes; none where the law needs the case by itself."""
        return self.within(dict(changes))

    def within(self, fields: dict[int, Quantity]) -> Verdict | None:
        """The verdict where slots hold quantities, intervals among them: definite only if it is so for all values."""
        try:
            claims = self.circuit.claims(
                {self.places[slot]: held for slot, held in fields.items() if slot in self.places}
            )
        except (Unsure, CaseError):
            return None
        return read_claims(self.claim, claims)

    def doubt(self, changes: Changes) -> float:
        """How much is undecided; nothing where the case may have no outcome."""
        try:
            self.circuit.hold({self.places[slot]: held for slot, held in changes.items() if slot in self.places})
        except Unsure:
            return 0
        return self.circuit.doubt()


def read_claims(claim: Claim, claims: list[tuple[Quantity, int]]) -> Verdict:
    """The verdict of these claim facts, each its value and its truth."""
    certain = {str(value) for value, truth in claims if truth == 2}
    reach = set(certain)
    for value, truth in claims:
        if truth == 1:
            reach |= set(claim.values) if value is None else {str(value)}
    word, possible = standing(claim.values, certain, reach)
    return Verdict(word, word != OPEN, possible)


def judge_of(situation: Situation, budget: Budget = ENDLESS) -> Judge:
    """A judge of a situation, with no budget any more. Where there is no time for its circuit it goes without.

    Raises: Spent where there is none for anything.
    """
    judge = Judge(situation, budget=budget)
    give_circuit(judge, budget)
    judge.budget = ENDLESS
    return judge


def give_circuit(judge: Judge, budget: Budget) -> None:
    """Have a judge answer through a circuit, where there is one and time to make it."""
    situation = judge.situation
    loose = {(slot.record, slot.index) for number, slot in enumerate(situation.slots) if judge.read(number)}
    circuit = None
    with suppress(Spent):
        rules, program = judge.uses.rules, situation.program
        frozen = frozen_facts(situation, rules, loose, budget.check)
        circuit = circuit_of(program, rules, situation.records, situation.unspoken, loose, frozen, budget.check)
    if circuit is not None:
        judge.circuitry = Circuitry(situation, circuit)
