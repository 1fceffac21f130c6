"""Which answers are going to be needed: what the order of questions rests on.

Completions are drawn as likely as their answers are usual. In each of them answers are left out one after another while
the claim stays settled; what is left is a *certificate*, a set of answers none of which can be left out (a sufficient
reason; Shih, Choi and Darwiche 2018). An answer is needed the more, the more certificates it is in and the smaller they
are. What was needed least a question ago is left out first, so that one certificate is followed to its end. Of the
answers most needed the one is asked for after which the fewest others are (a rollout; Tesauro and Galperin 1996).
All completions are judged at once, a bit for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from random import Random

from averment.backends.symbolic.gates import Unsure
from averment.backends.symbolic.planes import Parts, Plane, states_of
from averment.law.truth import Quantity
from averment.questions.completing import values_of
from averment.questions.judge import Judge
from averment.questions.quick import Circuitry
from averment.questions.sampled import Sampled
from averment.questions.situation import Changes
from averment.questions.usual import Usual, leanings

COMPLETIONS = 512
MOST_TRIED = 8
_CHANCE = 0.3  # how far chance moves an answer in the order of leaving out; the most needed one is at 1
Drawn = dict[int, dict[Quantity, Plane]]
"""By slot the completions in which it holds each value."""


class Foresight:
    """Completions of a case after some answers, in which to look ahead. ``numbers`` are the slots to ask for.

    Raises: Unsure where the circuit does not have the law's answer.
    """

    def __init__(
        self, circuitry: Circuitry, judge: Judge, answers: Changes, numbers: Sequence[int], known: Usual
    ) -> None:
        self._random = Random(len(answers) * 1_000 + len(numbers))
        self._circuitry = circuitry
        self._numbers = [number for number in numbers if number in circuitry.places]
        self._given = {circuitry.places[slot]: value for slot, value in answers.items() if slot in circuitry.places}
        self._drawn = self._draw(judge, answers, known)
        self._states = self._told((1 << COMPLETIONS) - 1, self._drawn)
        self.agree = self._states.alike()  # whether all have the same claim, as far as they have one

    def order(self, before: Mapping[int, float]) -> tuple[list[int], dict[int, float]]:
        """The slots, the best to ask for first, and by slot how much it is needed, at most 1.

        ``before``: the same a question ago, if there was one. Only once: it uses the completions up.
        """
        needed = self._needed(before)
        order = sorted(self._numbers, key=lambda number: (-needed[number], number))
        further = self._further(order)
        return sorted(order, key=lambda number: further.get(number, inf)), needed

    def _needed(self, before: Mapping[int, float]) -> dict[int, float]:
        states, every = self._states, self._states.every
        settled = states.settled()
        sizes = [0] * states.many
        kept: dict[int, Plane] = {}
        for number in sorted(
            self._numbers, key=lambda number: before.get(number, 0.0) + _CHANCE * self._random.random()
        ):
            place, parts = self._circuitry.places[number], self._drawn[number]
            states.tell(place, {None: every})
            kept[number] = settled & ~states.settled()
            if kept[number]:
                states.tell(place, _only(parts, kept[number], every))
            for state in states_of(kept[number]):
                sizes[state] += 1
        shares = {number: sum(1 / sizes[state] for state in states_of(plane)) for number, plane in kept.items()}
        most = max(shares.values(), default=0.0) or 1.0
        return {number: share / most for number, share in shares.items()}

    def _further(self, order: Sequence[int]) -> dict[int, float]:
        """By slot, of the first few in this order, how many questions there are, on average, if it comes before it."""
        first = order[:MOST_TRIED]
        one, every = (1 << COMPLETIONS) - 1, (1 << COMPLETIONS * len(first)) - 1
        blocks = {number: one << place * COMPLETIONS for place, number in enumerate(first)}
        fields: dict[int, Parts] = {number: {None: every} for number in order}
        for place, number in enumerate(first):
            moved = {value: plane << place * COMPLETIONS for value, plane in self._drawn[number].items()}
            fields[number] = _only(moved, blocks[number], every)
        states = self._told(every, fields)
        asked = dict.fromkeys(first, 1.0)
        for number in order:
            undecided = every & ~states.settled()
            if not undecided:
                break
            for other, block in blocks.items():
                if other != number:
                    asked[other] += (undecided & block).bit_count() / COMPLETIONS
            told = {value: plane * (every // one) for value, plane in self._drawn[number].items()}
            states.tell(self._circuitry.places[number], told)
        return asked

    def _told(self, every: Plane, fields: Mapping[int, Parts]) -> Sampled:
        held: dict[int, Parts] = {place: {value: every} for place, value in self._given.items()}
        for number, parts in fields.items():
            held[self._circuitry.places[number]] = dict(parts)
        return Sampled(self._circuitry.circuit, every.bit_length(), held)

    def _draw(self, judge: Judge, answers: Changes, known: Usual) -> Drawn:
        drawn: Drawn = {number: {} for number in self._numbers}
        first, share = 0, 0.0
        for leaning in leanings(judge, known, answers, self._numbers):
            share += leaning.share
            many = round(share * COMPLETIONS) - first
            for number in self._numbers if many else ():
                planes = drawn[number]
                chosen = self._random.choices(values_of(judge, number), leaning.weights[number], k=many)
                for state, value in enumerate(chosen, first):
                    planes[value] = planes.get(value, 0) | 1 << state
            first += many
        return drawn


def _only(parts: Parts, states: Plane, every: Plane) -> dict[Quantity, Plane]:
    """What is drawn, in these states only; in the others nothing is known."""
    kept: dict[Quantity, Plane] = {value: both for value, plane in parts.items() if (both := plane & states)}
    if rest := every & ~states:
        kept[None] = rest
    return kept


def look_ahead(judge: Judge, answers: Changes, numbers: Sequence[int], known: Usual) -> Foresight | None:
    """Completions to look ahead in; none where there is no circuit for it, or nothing is known to be usual."""
    if not known or not numbers or not isinstance(judge.circuitry, Circuitry):
        return None
    try:
        return Foresight(judge.circuitry, judge, answers, numbers, known)
    except Unsure:
        return None
