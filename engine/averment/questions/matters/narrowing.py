"""Which values are worth trying of fields that may turn the claim only together with others.

Where one value of a field does at least as much to turn the claim as any other, whatever the others hold, it
*dominates* them, and no other is worth trying beside the one given: a set of fields that turns the claim does so with
that value too. Where the one given does as much itself, the field is in no least set. Of a text that nothing names,
one that no other field holds may dominate: every change can be written so that no two of these fields hold the same.

All is read off the ways in which the circuit goes (``Directions``), and read again with the fewer values that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress

from averment.backends.symbolic.directions import Directions
from averment.backends.symbolic.gates import Unsure
from averment.core.program import Value
from averment.law.truth import Quantity
from averment.questions.judging.budget import Spent
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry

MOST_TRIED = 6  # values of a field that may dominate
SHARE = 0.5  # of the time

Others = dict[int, list[Value]]
"""By field the values it may take beside the one given."""


def narrowed(judge: Judge, circuitry: Circuitry, others: Others, wide: Collection[int], claim: str) -> Others:
    """The values worth trying of these fields, of which all may change together with the ``wide``; a field that is in
    no least set is left out. The claim is a value or ``gap``. What there is no time for is not left out.
    """
    narrowing = _Narrowing(judge, circuitry, others, wide, claim)
    with suppress(Unsure, Spent), judge.within(judge.budget.share(SHARE)):
        narrowing.run()
    return narrowing.found


class _Narrowing:
    """``found`` are the values still worth trying, as far as that is known."""

    def __init__(self, judge: Judge, circuitry: Circuitry, others: Others, wide: Collection[int], claim: str) -> None:
        self._judge, self._circuitry, self._claim = judge, circuitry, claim
        self._wide = dict.fromkeys(circuitry.places[number] for number in wide)
        self._given = [slot.value for slot in judge.situation.slots]
        self._own = _texts_of_their_own(judge, others)
        self.found = dict(others)
        self._told = {
            number: _told_apart(judge, number, values, self._own.get(number)) for number, values in others.items()
        }

    def run(self) -> None:
        """Leave out fields and values until no more can be. Raises: Unsure; Spent."""
        news = True
        while news:
            news = self._drop_fields()
            news = self._drop_values() or news

    def _drop_fields(self) -> bool:
        """Leave out the fields of which the values given dominate."""
        directions = self._directions()
        before = len(self.found)
        for number, values in [*self._told.items()]:
            if self._keep(directions, number, self._given[number], values):
                del self.found[number], self._told[number]
        return len(self.found) < before

    def _drop_values(self) -> bool:
        """Leave out the values that another dominates."""
        directions = self._directions()
        news = False
        for number, values in self.found.items():
            tried = [self._own[number]] if number in self._own else values
            if len(values) > MOST_TRIED and number not in self._own:
                tried = [values[0], values[-1]]
            for value in tried if len(values) > 1 else ():
                rest = [other for other in self._told[number] if other != value]
                if self._keep(directions, number, value, rest, alone=number in self._own):
                    self.found[number] = self._told[number] = [value]
                    news = True
                    break
        return news

    def _directions(self) -> Directions:
        places = self._circuitry.places
        loose = {places[number]: (self._given[number], *values) for number, values in self._told.items()}
        return Directions(self._circuitry.circuit, {**self._wide, **loose}, self._judge.budget.check)

    def _keep(
        self, directions: Directions, number: int, before: Quantity, after: Sequence[Quantity], alone: bool = False
    ) -> bool:
        try:
            return directions.keep(self._circuitry.places[number], before, after, self._claim, alone)
        except Unsure:
            return False


def _texts_of_their_own(judge: Judge, others: Others) -> dict[int, Value]:
    """For fields that may hold several texts that nothing names one each that no other field here has."""
    found: dict[int, Value] = {}
    used: dict[int, set[Value]] = {}
    for number, values in others.items():
        fresh = [value for value in values if judge.fresh.rank(number, value)]
        taken = used.setdefault(judge.fresh.group(number), set())
        own = next((text for text in fresh if text not in taken), None) if len(fresh) > 1 else None
        if own is not None:
            found[number] = own
            taken.add(own)
    return found


def _told_apart(judge: Judge, number: int, values: list[Value], own: Value | None) -> list[Value]:
    """The values of a field; of the texts that nothing names, where one is its ``own``, that and one for all others."""
    if own is None:
        return values
    shared = max((str(value) for value in values), key=len) + "'"
    return [value for value in values if not judge.fresh.rank(number, value)] + [own, shared]
