"""Which given fields belong to some least set that turns the claim.

First the fields that turn the claim alone, and those whose every other value only speaks more for the claim: these are
irrelevant. For the others, random changes of several fields are drawn. One that turns the claim is made smaller, field
by field, for as long as it still turns it. Few fields are left then, and all their changes are tried together: a least
set among them is a least set of the whole case. A field found in none of these is asked of Z3 where that is installed
(``turning``), else looked for in all sets, the smallest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from math import prod
from random import Random

from averment.backends.symbolic.directions import keeps
from averment.backends.symbolic.gates import Unsure
from averment.backends.symbolic.planes import Plane, states_of
from averment.ir.program import Value
from averment.law.truth import Quantity
from averment.questions.alternatives import alternatives
from averment.questions.choices import Batch, Choices, Taken
from averment.questions.judge import Judge, TooMuch, Verdict
from averment.questions.quick import Circuitry
from averment.questions.regions import OneField
from averment.questions.together import parted, verdicts

ROUNDS = 6  # of changes found by chance
DRAWN = 24  # changes by chance for one field in one round
MOST_STATES = 1 << 16  # of the changes of a set
MOST_TRIED = 1 << 17  # changes tried set by set
MOST_DECISIONS = 200  # where they have to be decided one by one
AT_ONCE = 1 << 16

Change = dict[int, Value]
Fields = frozenset[int]


@dataclass
class Relevance:
    """``turns_to``: by decisive field the claims it turns to alone."""

    turns_to: dict[int, set[str]] = field(default_factory=dict[int, set[str]])
    relevant: set[int] = field(default_factory=set[int])
    undetermined: set[int] = field(default_factory=set[int])


def relevance(judge: Judge) -> Relevance:
    """How each given field that some rule reads bears on the claim; one that none reads is irrelevant."""
    search = _Search(judge)
    for look in (search.by_chance, search.by_solver, search.set_by_set):
        judge.allow(MOST_DECISIONS)
        try:
            if search.left:
                look()
        except TooMuch:
            pass
        finally:
            judge.allow(None)
    search.found.undetermined = set(search.left)
    return search.found


class _Search:
    """``_others`` are the values of the fields that do not turn the claim alone but may do so with others; ``_wide``
    are those of these fields that have too many.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge, self._before = judge, judge.verdict({})
        self.found = Relevance()
        given = judge.given()
        others = {number: [form.values[0] for form in alternatives(judge, number)] for number in given}
        singles: list[Change] = [{number: value} for number, values in others.items() for value in values]
        for change, verdict in zip(singles, verdicts(judge, singles), strict=True):
            if self._turned(verdict):
                (number,) = change
                self.found.turns_to.setdefault(number, set()).add(verdict.claim)
        wide = [number for number in given if judge.candidates[number] is None and self._looked_at(number)]
        self._unsure = [number for number in wide if not self._alone(number)]
        self.found.relevant = set(self.found.turns_to)
        self._wide = [number for number in wide if number not in self.found.turns_to]
        some = {number: others[number] for number in given if others[number] and number not in self.found.turns_to}
        loose = [*some, *self._wide]
        self._others = {number: values for number, values in some.items() if not self._steady(number, values, loose)}
        self._irrelevant: set[int] = set()
        self._least: list[Fields] = []
        unknown = judge.verdict(dict.fromkeys((*self._others, *self._wide)))
        if unknown.definite and not self._turned(unknown):
            self._irrelevant.update(self._others, self._wide)

    @property
    def left(self) -> list[int]:
        """The fields that may be relevant or not."""
        return [number for number in (*self._others, *self._wide) if not self._known(number)]

    def _known(self, number: int) -> bool:
        return number in self.found.relevant or number in self._irrelevant

    def _looked_at(self, number: int) -> bool:
        circuitry = self._judge.circuitry
        return not isinstance(circuitry, Circuitry) or number in circuitry.places

    def _alone(self, number: int) -> bool:
        """Note the claims that a field of too many values turns to alone; whether these are all."""
        slot = self._judge.situation.slots[number]
        if not slot.field.kind.ordered:
            return False
        axis = OneField(self._judge, number)
        claims = {region.claim for region in axis.regions} - {self._before.claim, ""}
        if claims:
            self.found.turns_to[number] = claims
        return axis.exact

    def _turned(self, verdict: Verdict) -> bool:
        return verdict.claim != self._before.claim

    # --- by chance ------------------------------------------------------------------------------------------------

    def by_chance(self) -> None:
        """Find sets that need a field among changes drawn at random. Raises: TooMuch."""
        for number in range(ROUNDS):
            if wanted := [number for number in self.left if number in self._others]:
                self._by_chance(wanted, Random(number))

    def _by_chance(self, wanted: list[int], random: Random) -> None:
        drawn: list[Change] = []
        for number in wanted * DRAWN:
            change: Change = {
                other: random.choice(values) for other, values in self._others.items() if random.random() < 0.7
            }
            drawn.append({**change, number: random.choice(self._others[number])})
        turning: dict[int, Change] = {}
        for number, change, verdict in zip(wanted * DRAWN, drawn, verdicts(self._judge, drawn), strict=True):
            if self._turned(verdict):
                turning.setdefault(number, change)
        order = list(self._others)
        random.shuffle(order)
        for number, change in self._made_smaller(turning, order).items():
            if number in change and not set(change) <= self.found.relevant:
                self._all_changes(sorted(change))

    def _made_smaller(self, turning: dict[int, Change], order: list[int]) -> dict[int, Change]:
        """Changes without those of their parts that they do not need to turn the claim; each without its own last."""
        for other in order:
            self._drop(
                {number: other for number, change in turning.items() if other in change and other != number}, turning
            )
        self._drop({number: number for number in turning}, turning)
        return turning

    def _drop(self, dropped: dict[int, int], turning: dict[int, Change]) -> None:
        """Leave these fields out of the changes that turn the claim without them too."""
        fewer = {
            number: {other: value for other, value in turning[number].items() if other != field}
            for number, field in dropped.items()
        }
        for number, verdict in zip(fewer, verdicts(self._judge, list(fewer.values())), strict=True):
            if self._turned(verdict):
                turning[number] = fewer[number]

    def _all_changes(self, fields: list[int]) -> None:
        """Try all changes of these fields; the least sets among them that turn the claim are least of all."""
        if prod(len(self._others[number]) + 1 for number in fields) > MOST_STATES:
            return
        choices = Choices([len(self._others[number]) for number in fields])
        for size in range(2, len(fields) + 1):
            for batch in choices.batches(size, AT_ONCE):
                self._learn(fields, batch)

    # --- by solver ------------------------------------------------------------------------------------------------

    def by_solver(self) -> None:
        """Find a least set for each field left, or the proof that there is none, as far as Z3 does."""
        circuitry = self._judge.circuitry
        if find_spec("z3") is None or not isinstance(circuitry, Circuitry):
            return
        from averment.backends.symbolic.terms import Beyond
        from averment.questions.turning import Turning

        loose = {number: values for number, values in self._others.items() if number not in self._irrelevant}
        try:
            turning = Turning(self._judge, circuitry, loose | dict.fromkeys(self._wide))
            for number in self._unsure:
                if claims := turning.alone(number):
                    self.found.turns_to[number] = claims
                    self._found(frozenset((number,)))
        except Beyond:
            return
        for fields in self._least:
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
        """Try all changes, from the smallest, until nothing is left to find, or they are too many. Raises: TooMuch."""
        fields = [number for number in self._others if number not in self._irrelevant]
        choices = Choices([len(self._others[number]) for number in fields])
        tried = 0
        for size in range(2, len(fields) + 1):
            tried += choices.count(0, size)
            if tried > MOST_TRIED:
                return
            for batch in choices.batches(size, AT_ONCE):
                self._learn(fields, batch)
            if not self.left:
                return
        if not any(number in self.left for number in self._wide):
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

    # --- what cannot turn it ---------------------------------------------------------------------------------------

    def _steady(self, number: int, values: Sequence[Value], loose: Iterable[int]) -> bool:
        """Whether a field is seen to keep the claim as it is, whatever it and the others that are loose hold."""
        circuitry = self._judge.circuitry
        if not isinstance(circuitry, Circuitry) or not self._before.settled or self._before.claim == "conflict":
            return False
        circuit, place = circuitry.circuit, circuitry.places[number]
        places = [circuitry.places[other] for other in loose]
        try:
            return all(keeps(circuit, place, value, self._before.claim, places) for value in values)
        except Unsure:
            return False
