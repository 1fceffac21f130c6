"""Which given fields belong to some least set that turns the claim.

First the fields that turn the claim alone, and those whose every other value only speaks more for the claim: these are
irrelevant. Of the others only values that dominate are tried (``narrowing``): changes of a kind, and which fields turn
the claim beside some that cannot (``pivots``); where these are many, what is so of a whole class of records
(``by_class``); then random changes of several fields. One that turns the claim is made smaller for as long as it still
turns it (``smaller``). It is a least set where, each of its fields left out in turn, the law says that no values of the
rest turn the claim; else, where its changes are few, all are tried together, and the least sets among them are least of
the whole case. A field found in none of these is asked of Z3 where that is installed (``turning``), else looked for in
all sets, the smallest first.

Where the judge's budget runs out, what was found by then stands, and the rest is undetermined.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from math import prod
from random import Random

from averment.backends.symbolic.blocks import NoBlocks
from averment.backends.symbolic.gates import Unsure
from averment.backends.symbolic.planes import Plane, states_of
from averment.core.program import Value
from averment.law.truth import Quantity
from averment.questions.judging.budget import Spent
from averment.questions.judging.choices import Batch, Choices, Taken
from averment.questions.judging.judge import Judge, Verdict
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.together import parted, verdicts
from averment.questions.matters.alone import Alone
from averment.questions.matters.narrowing import narrowed
from averment.questions.matters.pivots import Pivots, Places
from averment.questions.matters.smaller import Change, made_smaller

VAIN = 2  # changes of a kind, of the same fields, that find nothing
FEW = 48  # fields that may change together and are not asked of class by class
ROUNDS = 6  # of changes found by chance that find nothing new
DRAWN = 24  # changes by chance for one field in one round
MOST_WANTED = 64  # fields they are drawn for in one round
WHOLE = 64  # fields of which most change at once
MOST_STATES = 1 << 16  # of the changes of a set
MOST_TRIED = 1 << 17  # changes tried set by set
MOST_DECISIONS = 200  # where they have to be decided one by one
AT_ONCE = 1 << 16
CHANCE = 0.5  # of the time, where the solver may follow

Fields = frozenset[int]


@dataclass
class Relevance:
    """``turns_to``: by decisive field the claims it turns to alone."""

    turns_to: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    relevant: set[int] = field(default_factory=set[int])
    undetermined: set[int] = field(default_factory=set[int])


def relevance(judge: Judge, alone: Alone) -> Relevance:
    """How each given field that some rule reads bears on the claim; one that none reads is irrelevant.

    ``alone``: what they turn to by themselves, as far as that is known.
    """
    search = _Search(judge, alone)
    solver = find_spec("z3") is not None and isinstance(judge.circuitry, Circuitry)
    for look in (
        search.by_themselves,
        search.by_pivots,
        search.by_class,
        search.by_chance,
        search.by_solver,
        search.set_by_set,
    ):
        judge.allow(None if look == search.by_themselves else MOST_DECISIONS)
        part = CHANCE if solver and look == search.by_chance else 1.0
        try:
            if search.left:
                with judge.within(judge.budget.share(part)):
                    look()
        except Spent:
            pass
        finally:
            judge.allow(None)
    search.found.undetermined = set(search.left)
    return search.found


class _Search:
    """``_others`` are the values of the fields that do not turn the claim alone but may do so with others; ``_wide``
    are those of these fields that have too many.
    """

    def __init__(self, judge: Judge, alone: Alone) -> None:
        self._judge, self._alone, self._before = judge, alone, judge.verdict({})
        self.found = Relevance()
        self._given = judge.given()
        self._irrelevant: set[int] = set()
        self._least: list[Fields] = []
        self._others: dict[int, list[Value]] = {}
        self._wide: list[int] = []
        self._unsure: list[int] = []
        for number in self._given:
            if number in alone.claims:
                self._sort(number)
            elif judge.candidates[number] is None and not self._looked_at(number):
                self._irrelevant.add(number)
            elif judge.candidates[number] is None:
                self._wide.append(number)

    def _sort(self, number: int) -> None:
        claims = self._alone.turns_to(number)
        if claims:
            self._turn(number, claims)
        elif others := self._alone.others(number):
            self._others[number] = others
        else:  # nothing tells its values apart
            self._irrelevant.add(number)

    def _turn(self, number: int, claims: set[str]) -> None:
        self.found.turns_to[number] = claims
        self._found(frozenset((number,)))

    @property
    def left(self) -> list[int]:
        """The fields that may be relevant or not."""
        return [number for number in self._given if not self._known(number)]

    def _known(self, number: int) -> bool:
        return number in self.found.relevant or number in self._irrelevant

    def _loose(self) -> list[int]:
        """The fields that may change together with others."""
        return [number for number in (*self._others, *self._wide) if number not in self._irrelevant]

    def _looked_at(self, number: int) -> bool:
        circuitry = self._judge.circuitry
        return not isinstance(circuitry, Circuitry) or number in circuitry.places

    def _turned(self, verdict: Verdict) -> bool:
        return verdict.claim != self._before.claim

    # --- by themselves --------------------------------------------------------------------------------------------

    def by_themselves(self) -> None:
        """The fields of too many values that turn the claim alone, and what is seen to be irrelevant. Raises: Spent."""
        self._unsure = [number for number in self._wide if not self._claims_of(number)]
        self._wide = [number for number in self._wide if number not in self.found.turns_to]
        if len(self._others) + len(self._wide) + len(self.found.turns_to) + len(self._irrelevant) < len(self._given):
            return  # not all were looked at
        unknown = self._judge.verdict(dict.fromkeys(self._loose()))
        if unknown.definite and not self._turned(unknown):
            self._irrelevant.update(self._loose())
            return
        self._narrow()

    def _claims_of(self, number: int) -> bool:
        """Note the claims that a field of too many values turns to alone; whether these are all."""
        found = {region.claim for region in self._alone.regions.get(number, ())}
        if claims := found - {self._before.claim, ""}:
            self._turn(number, claims)
        return bool(found) and "" not in found

    def _narrow(self) -> None:
        """Leave out values that are not worth trying, and the fields of which none is."""
        circuitry = self._judge.circuitry
        if not isinstance(circuitry, Circuitry) or not self._before.settled or self._before.claim == "conflict":
            return
        others = {number: self._others[number] for number in self._loose() if number in self._others}
        found = narrowed(self._judge, circuitry, others, self._wide, self._before.claim)
        self._irrelevant |= others.keys() - found.keys()
        self._others |= found

    # --- by pivots ------------------------------------------------------------------------------------------------

    def by_pivots(self) -> None:
        """Find fields that turn the claim beside others which cannot, of changes of a kind. Raises: Spent."""
        loose = {number: self._others[number] for number in self._loose() if number in self._others}
        pivots, random = Pivots(self._judge, self._before.claim, loose), Random(len(loose))
        vain: Counter[Places] = Counter()
        for places, change in pivots.of_a_kind():
            wanted = [number for number in self.left if number in loose]
            if not wanted:
                return
            if vain[places] < VAIN:
                found = pivots.beside(change, wanted, random)
                self.found.relevant |= found
                vain[places] += not found

    # --- by class -------------------------------------------------------------------------------------------------

    def by_class(self) -> None:
        """Find out once for all fields that nothing tells apart, where these are many. Raises: Spent."""
        circuitry = self._judge.circuitry
        loose = {number: self._others[number] for number in self._loose() if number in self._others}
        if (
            find_spec("z3") is None
            or not isinstance(circuitry, Circuitry)
            or not self._before.settled
            or not FEW <= len(loose) == len(self._loose())
            or not set(self.left) <= loose.keys()
        ):
            return
        from averment.backends.symbolic.terms import Beyond
        from averment.questions.matters.by_class import ByClass

        try:
            classes = ByClass(self._judge, circuitry, loose)
        except (Beyond, NoBlocks, Unsure):
            return
        for place, same in classes.fields():
            if not self.found.relevant.isdisjoint(same):
                self.found.relevant.update(same)
            elif not self._irrelevant.issuperset(same):
                with suppress(Beyond):
                    (self.found.relevant if classes.decide(place) else self._irrelevant).update(same)

    # --- by chance ------------------------------------------------------------------------------------------------

    def by_chance(self) -> None:
        """Find sets that need a field among changes drawn at random. Raises: Spent."""
        rounds = vain = 0
        while vain < ROUNDS and (wanted := [number for number in self.left if number in self._others]):
            before = len(self.found.relevant)
            self._by_chance(wanted, Random(rounds))
            rounds += 1
            vain = 0 if len(self.found.relevant) > before and rounds >= ROUNDS else vain + 1

    def _by_chance(self, wanted: list[int], random: Random) -> None:
        wanted = random.sample(wanted, min(len(wanted), MOST_WANTED)) * DRAWN
        pool = [number for number in self._loose() if number in self._others]
        drawn: list[Change] = []
        for number in wanted:
            self._judge.budget.check()
            chosen = {number, *random.sample(pool, self._many(len(pool), random))}
            drawn.append({other: random.choice(self._others[other]) for other in sorted(chosen)})
        turning: dict[int, Change] = {}
        for number, change, verdict in zip(wanted, drawn, verdicts(self._judge, drawn), strict=True):
            if self._turned(verdict) and (number not in turning or len(change) < len(turning[number])):
                turning[number] = change
        for number, change in made_smaller(self._judge, turning, self._before.claim, random).items():
            if number in change and not set(change) <= self.found.relevant:
                self._weigh(change)

    @staticmethod
    def _many(most: int, random: Random) -> int:
        """How many fields a change takes: most of few, of many any order of magnitude."""
        if most <= WHOLE:
            return sum(random.random() < 0.7 for _ in range(most))
        return min(most, 1 << random.randrange(1, most.bit_length() + 1))

    def _weigh(self, change: Change) -> None:
        """Note a set that turns the claim where it is a least one, or the least ones in it."""
        without: list[dict[int, Value | None]] = [dict.fromkeys(change.keys() - {number}) for number in change]
        if all(verdict.definite and not self._turned(verdict) for verdict in verdicts(self._judge, without)):
            self._found(frozenset(change))
        else:
            self._all_changes(sorted(change))

    def _all_changes(self, fields: list[int]) -> None:
        """Try all changes of these fields; the least sets among them that turn the claim are least of all."""
        if prod(len(self._others[number]) + 1 for number in fields) > MOST_STATES:
            return
        choices = Choices([len(self._others[number]) for number in fields], self._judge.budget.check)
        for size in range(2, len(fields) + 1):
            for batch in choices.batches(size, AT_ONCE):
                self._learn(fields, batch)

    # --- by solver ------------------------------------------------------------------------------------------------

    def by_solver(self) -> None:
        """Find a least set for each field left, or the proof that there is none, as far as Z3 does. Raises: Spent."""
        circuitry = self._judge.circuitry
        if find_spec("z3") is None or not isinstance(circuitry, Circuitry):
            return
        from averment.backends.symbolic.terms import Beyond
        from averment.questions.matters.turning import Turning

        unsure = [number for number in self._unsure if number not in self._irrelevant]
        loose = {number: self._others.get(number) for number in dict.fromkeys((*self._loose(), *unsure))}
        if not set(self.left) <= loose.keys():
            return  # not all fields were looked at, so nothing can be shown to be irrelevant
        try:
            turning = Turning(self._judge, circuitry, loose)
            for number in unsure:
                if claims := turning.alone(number):
                    self._turn(number, claims)
        except Beyond:
            return
        for fields in self._least:
            if fields <= loose.keys():
                turning.exclude(fields)
        for number in self.left:
            if not self._known(number):
                try:
                    for fields in turning.least_sets(number):
                        self._found(fields)
                except Beyond:
                    continue
                if number not in self.found.relevant:
                    self._irrelevant.add(number)

    # --- set by set -----------------------------------------------------------------------------------------------

    def set_by_set(self) -> None:
        """Try all changes, from the smallest, until nothing is left to find, or they are too many. Raises: Spent."""
        fields = [number for number in self._loose() if number in self._others]
        choices = Choices([len(self._others[number]) for number in fields], self._judge.budget.check)
        tried = 0
        for size in range(2, len(fields) + 1):
            tried += choices.count(0, size)
            if tried > MOST_TRIED:
                return
            for batch in choices.batches(size, AT_ONCE):
                self._learn(fields, batch)
            if not self.left:
                return
        if all(number in self._others for number in self.left):
            self._irrelevant.update(self.left)

    def _learn(self, fields: list[int], batch: Batch) -> None:
        """Note the sets of which some change in this batch turns the claim, where none of their parts does."""
        parts: dict[int, dict[Quantity, Plane]] = {}
        taken: dict[int, Plane] = {}
        for (thing, form), plane in batch.planes.items():
            parts.setdefault(fields[thing], {})[self._others[fields[thing]][form]] = plane
            taken[thing] = taken.get(thing, 0) | plane
        turning = 0
        for verdict, plane in parted(self._judge, batch.size, parts).items():
            if verdict is None:
                turning |= sum(1 << state for state in states_of(plane) if self._turns(fields, batch.way(state)))
            elif self._turned(verdict):
                turning |= plane
        while turning:
            way = batch.way((turning & -turning).bit_length() - 1)
            same = turning
            for thing, _ in way:
                same &= taken[thing]
            turning &= ~same
            chosen = frozenset(fields[thing] for thing, _ in way)
            if not any(less <= chosen for less in self._least):
                self._found(chosen)

    def _found(self, least: Fields) -> None:
        self._least.append(least)
        self.found.relevant |= least

    def _turns(self, fields: list[int], way: Taken) -> bool:
        return self._turned(
            self._judge.verdict({fields[thing]: self._others[fields[thing]][form] for thing, form in way})
        )
