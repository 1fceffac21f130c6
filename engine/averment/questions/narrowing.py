"""Which values are worth trying of fields that may turn the claim only together with others.

Where one value of a field does at least as much to turn the claim as any other, whatever the others hold, it
*dominates* them, and no other is worth trying beside the one given: a set of fields that turns the claim does so with
that value too. Where the one given does as much itself, the field is in no least set. Of a text that nothing names,
one that no other field holds may dominate: every change can be written so that no two of these fields hold the same.

All is read off the ways in which the circuit goes (``Directions``), and read again with the fewer values that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from averment.backends.symbolic.directions import Directions
from averment.backends.symbolic.gates import Unsure
from averment.ir.program import Value
from averment.law.truth import Quantity
from averment.questions.judge import Judge
from averment.questions.quick import Circuitry

MOST_TRIED = 6  # values of a field that may dominate

Others = dict[int, list[Value]]
"""By field the values it may take beside the one given."""


def narrowed(judge: Judge, circuitry: Circuitry, others: Others, wide: Collection[int], claim: str) -> Others:
    """The values worth trying of these fields, of which all may change together with the ``wide``; a field that is in
    no least set is left out. The claim is a value or ``gap``.

    Raises: Spent.
    """
    narrowing = _Narrowing(judge, circuitry, wide, claim)
    try:
        return narrowing.worth_trying(narrowing.dominating(others))
    except Unsure:
        return others


class _Narrowing:
    def __init__(self, judge: Judge, circuitry: Circuitry, wide: Collection[int], claim: str) -> None:
        self._judge, self._circuitry, self._claim = judge, circuitry, claim
        self._wide = dict.fromkeys(circuitry.places[number] for number in wide)
        self._given = [slot.value for slot in judge.situation.slots]

    def dominating(self, others: Others) -> Others:
        """The values without those that another dominates. Raises: Unsure; Spent."""
        own = self._texts_of_their_own(others)
        values = {number: _told_apart(self._judge, number, some, own.get(number)) for number, some in others.items()}
        directions = self._directions(values)
        found = dict(others)
        for number, some in others.items():
            tried = [own[number]] if number in own else some if len(some) <= MOST_TRIED else [some[0], some[-1]]
            for value in tried if len(some) > 1 else ():
                rest = [other for other in values[number] if other != value]
                if self._keep(directions, number, value, rest, alone=number in own):
                    found[number] = [value]
                    break
        return found

    def worth_trying(self, others: Others) -> Others:
        """The fields without those that the values given dominate. Raises: Unsure; Spent."""
        found = dict(others)
        while True:
            directions = self._directions(found)
            kept = {
                number: values
                for number, values in found.items()
                if not self._keep(directions, number, self._given[number], values)
            }
            if len(kept) == len(found):
                return found
            found = kept

    def _texts_of_their_own(self, others: Others) -> dict[int, Value]:
        """For fields that may hold several texts that nothing names one each that no other field here has."""
        found: dict[int, Value] = {}
        used: dict[int, set[Value]] = {}
        for number, values in others.items():
            fresh = [value for value in values if self._judge.fresh.rank(number, value)]
            taken = used.setdefault(self._judge.fresh.group(number), set())
            own = next((text for text in fresh if text not in taken), None) if len(fresh) > 1 else None
            if own is not None:
                found[number] = own
                taken.add(own)
        return found

    def _directions(self, others: Mapping[int, Sequence[Quantity]]) -> Directions:
        places = self._circuitry.places
        loose = {places[number]: (self._given[number], *values) for number, values in others.items()}
        return Directions(self._circuitry.circuit, {**self._wide, **loose}, self._judge.budget.check)

    def _keep(
        self, directions: Directions, number: int, before: Quantity, after: Sequence[Quantity], alone: bool = False
    ) -> bool:
        try:
            return directions.keep(self._circuitry.places[number], before, after, self._claim, alone)
        except Unsure:
            return False


def _told_apart(judge: Judge, number: int, values: Sequence[Value], own: Value | None) -> Sequence[Value]:
    """The values of a field; of the texts that nothing names, where one is its ``own``, that and one for all others."""
    if own is None:
        return values
    shared = max((str(value) for value in values), key=len) + "'"
    return [value for value in values if not judge.fresh.rank(number, value)] + [own, shared]
