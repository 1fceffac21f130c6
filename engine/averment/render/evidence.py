"""How strong the evidence for each claim is: what the rules that claim have added up, certain and undecided.

Evidence is what an aggregate of a claiming rule counts, each fact on the side of the claim it names. Where some
aggregate is a sum, a fact weighs what was summed, else it weighs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from averment.ir.program import Aggregate, Fact
from averment.ir.values import decode
from averment.law.truth import TRUE
from averment.outcome.explained import Explained
from averment.render.counted import side
from averment.warrant.sentences import sentence

_MOST_SIDES = 6  # more claims than this, and only those with evidence are shown


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: what it says, and how much it weighs, as an encoded integer and as shown."""

    says: str
    amount: int
    shown: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Side:
    """The evidence for one claim, the weightiest first. Totals are encoded integers, ``total`` is as shown."""

    claim: str
    certain: tuple[Evidence, ...]
    undecided: tuple[Evidence, ...]
    total: str
    doubtful: str

    @property
    def reach(self) -> int:
        """What it all weighs, the undecided included."""
        return sum(weight.amount for weight in (*self.certain, *self.undecided))


def sides(explained: Explained) -> list[Side]:
    """The evidence for each claim, in the pack's order of claims; none where no claiming rule weighs any."""
    derivation = explained.derivation
    program, memory = derivation.evaluation.program, derivation.memory
    guards = list(_guards(explained))
    summed = any(guard.function == "sum" for guard, _ in guards)
    found: dict[str, dict[Fact, Aggregate]] = {claim: {} for claim in program.claim.values}
    for guard, facts in guards:
        if guard.function == ("sum" if summed else "count"):
            for fact in facts:
                claim = side(fact, memory.types[fact.type], program.claim.values)
                if claim:
                    found[claim].setdefault(fact, guard)
    if not any(found.values()):
        return []
    shown = {claim: facts for claim, facts in found.items() if facts or len(found) <= _MOST_SIDES}
    return [_side(explained, claim, facts) for claim, facts in shown.items()]


def _guards(explained: Explained) -> Iterator[tuple[Aggregate, tuple[Fact, ...]]]:
    """The aggregates of the rules that claim, with the facts they met."""
    derivation = explained.derivation
    for root in explained.about:
        if root.type == derivation.evaluation.program.claim.type:
            for application in derivation.support.get(root, ()):
                rule = application.firing.rule
                for guard, step in zip(rule.guards, application.steps[len(rule.matches) :], strict=True):
                    if isinstance(guard, Aggregate):
                        yield guard, step.facts


def _side(explained: Explained, claim: str, facts: dict[Fact, Aggregate]) -> Side:
    memory = explained.derivation.memory
    weights: list[Evidence] = []
    totals = {True: 0, False: 0}
    words = {True: "0", False: "0"}
    for fact, guard in facts.items():
        field = None if guard.field is None else memory.types[fact.type].fields[guard.field]
        value = 1 if guard.field is None else fact.values[guard.field]
        amount = value if isinstance(value, int) else 0
        certain = memory.truths[fact] is TRUE
        shown = "?" if value is None else str(amount if field is None else decode(amount, field))
        weights.append(Evidence(_says(explained, fact), max(amount, 0), shown, certain))
        totals[certain] += amount
        words[certain] = str(totals[certain] if field is None else decode(totals[certain], field))
    weights.sort(key=lambda weight: (-weight.amount, weight.says))
    return Side(
        claim,
        tuple(weight for weight in weights if weight.certain),
        tuple(weight for weight in weights if not weight.certain),
        words[True],
        words[False],
    )


def _says(explained: Explained, fact: Fact) -> str:
    support = explained.derivation.support.get(fact, ())
    return sentence(support[0].firing.rule, support[0].bindings) if support else explained.derivation.path(fact)
