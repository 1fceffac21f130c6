"""How strong the evidence for each claim is: what the rules that claim have added up, certain and undecided.

Evidence is what an aggregate of a claiming rule counts and what has a sign there (``warrant/bearing.py``): each fact is
on the side of the claims that it speaks for; what speaks for none is against the claim whose rule counts it. Where some
aggregate is a sum, a fact weighs what it adds to that, else what it adds to the count.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from averment.core.program import Aggregate, Fact
from averment.dataclass import dataclass
from averment.law.memory import Memory
from averment.law.truth import TRUE
from averment.outcome.explained import Explained
from averment.warrant.bearing import Bearing, claims_of, total
from averment.warrant.derivation import Application
from averment.warrant.sentences import sentence

_MOST_SIDES = 6  # more claims than this, and only those with evidence are shown


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: what it says, by which rule, what that counted, and how much it weighs; ``shown`` is ``?``
    where that is not known.
    """

    says: str
    rule: str
    counted: tuple[str, ...]
    amount: Decimal
    shown: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Side:
    """The evidence for one claim, or ``against`` it, the weightiest first."""

    claim: str
    against: bool
    certain: tuple[Evidence, ...]
    undecided: tuple[Evidence, ...]

    @property
    def total(self) -> str:
        """What it weighs for certain."""
        return _weight(self.certain)

    @property
    def doubtful(self) -> str:
        """What may come on top."""
        return _weight(self.undecided)

    @property
    def weight(self) -> Decimal:
        """What it weighs for certain, as a number."""
        return total([weight.amount for weight in self.certain])

    @property
    def reach(self) -> Decimal:
        """What it all weighs, the undecided included."""
        return total([weight.amount for weight in (*self.certain, *self.undecided)])


def sides(explained: Explained) -> list[Side]:
    """The evidence for each claim, in the pack's order of claims, then what only speaks against one; none where no
    claiming rule weighs any.
    """
    derivation = explained.derivation
    program = derivation.evaluation.program
    met = list(_counted(explained))
    summed = any(guard.function == "sum" for _, guard, _, _ in met)
    found: dict[tuple[bool, str], dict[Fact, Bearing]] = {(False, claim): {} for claim in program.claim.values}
    helped: dict[Fact, tuple[str, ...]] = {}
    for claim, guard, fact, bearing in met:
        if guard.function == ("sum" if summed else "count"):
            if fact not in helped:
                helped[fact] = claims_of(program, fact, derivation.memory)
            named = {*helped[fact], *([claim] if bearing.sign > 0 else [])}
            for side in [(False, each) for each in sorted(named)] or [(True, claim)]:
                found.setdefault(side, {}).setdefault(fact, bearing)
    if not any(found.values()):
        return []
    places = {claim: place for place, claim in enumerate(program.claim.values)}
    return [
        _side(explained, claim, against, found[against, claim])
        for against, claim in sorted(found, key=lambda side: (side[0], places.get(side[1], 0)))
        if found[against, claim] or len(found) <= _MOST_SIDES
    ]


def in_order(found: list[Side], made: str) -> list[Side]:
    """The sides, the weightier first; before them, of a claim that is ``made``, its own."""
    return sorted(found, key=lambda side: (side.against, side.claim != made, -side.weight, -side.reach))


def score(ordered: list[Side]) -> tuple[str, str]:
    """Of sides in order the claim in front and how it stands, ``13 to 6``; empty where two do not tell it."""
    shown = [side for side in ordered if not side.against]
    if len(shown) < 2 or any(side.reach for side in shown[2:]):
        return "", ""
    return shown[0].claim, f"{shown[0].total} to {shown[1].total}"


def leading(explained: Explained) -> Application | None:
    """The justification of the claim that tells the most: one that weighs evidence before one that does not."""
    derivation = explained.derivation
    claim = derivation.evaluation.program.claim
    found = [
        application
        for root in derivation.roots
        if root.type == claim.type
        for application in derivation.support.get(root, ())
    ]
    weighing = [each for each in found if any(isinstance(guard, Aggregate) for guard in each.firing.rule.guards)]
    several = [each for each in weighing if len(each.firing.rule.guards) > 2]
    return next(iter([*several, *weighing, *found]), None)


def weighs(explained: Explained) -> bool:
    """Whether every claim that is made, or may be, weighs evidence: then the sides tell all of it."""
    derivation = explained.derivation
    claim = derivation.evaluation.program.claim
    claims = {str(root.values[claim.field] or "some claim") for root in explained.about if root.type == claim.type}
    return bool(claims) and claims == {made for made, *_ in _counted(explained)}


def _counted(explained: Explained) -> Iterator[tuple[str, Aggregate, Fact, Bearing]]:
    """Each fact that has a sign in a rule that claims, with the claim and the aggregate."""
    derivation = explained.derivation
    claim = derivation.evaluation.program.claim
    for root in explained.about:
        if root.type == claim.type:
            for application in derivation.support.get(root, ()):
                rule = application.firing.rule
                for guard, step in zip(rule.guards, application.steps[len(rule.matches) :], strict=True):
                    if isinstance(guard, Aggregate) and not _is_timed(guard, derivation.memory):
                        for fact, bearing in zip(step.facts, step.bears, strict=True):
                            if bearing.sign:
                                yield str(root.values[claim.field] or "some claim"), guard, fact, bearing


def _is_timed(guard: Aggregate, memory: Memory) -> bool:
    """Whether an aggregate is of times or durations, which are no weights."""
    return guard.field is not None and memory.types[guard.match.type].fields[guard.field].kind.timed


def _side(explained: Explained, claim: str, against: bool, facts: dict[Fact, Bearing]) -> Side:
    memory = explained.derivation.memory
    weights: list[Evidence] = []
    for fact, bearing in facts.items():
        amount, shown = bearing.weight or Decimal(0), "?" if bearing.weight is None else f"{bearing.weight:f}"
        weights.append(Evidence(*_says(explained, fact), amount, shown, memory.truths[fact] is TRUE))
    weights.sort(key=lambda weight: (-weight.amount, weight.says))
    certain = tuple(weight for weight in weights if weight.certain)
    return Side(claim, against, certain, tuple(weight for weight in weights if not weight.certain))


def _weight(evidence: tuple[Evidence, ...]) -> str:
    return f"{total([weight.amount for weight in evidence]):f}"


def _says(explained: Explained, fact: Fact) -> tuple[str, str, tuple[str, ...]]:
    """What a fact says, the rule that derived it, and what that certainly counted; of a given fact its path alone."""
    support = explained.derivation.support
    if not support.get(fact):
        return explained.derivation.path(fact), "", ()
    application = support[fact][0]
    rule = application.firing.rule
    counted = [
        sentence(support[each][0].firing.rule, support[each][0].bindings)
        for guard, step in zip(rule.guards, application.steps[len(rule.matches) :], strict=True)
        if isinstance(guard, Aggregate)
        for each in step.facts
        if support.get(each) and explained.derivation.memory.truths[each] is TRUE
    ]
    return sentence(rule, application.bindings), rule.id, tuple(dict.fromkeys(counted))
