"""Which answer is the most likely to settle the claim: what the order of questions rests on.

Completions are drawn as likely as their answers are usual, and in each a part of the answers is told, of any size. An
answer *turns* a completion if with it the claim is settled there and without it it is not. How often it does is the
chance that, were the answers told in a random order, it would be the one that settles the claim: its power to decide
(Shapley and Shubik 1954; sampled as Owen 1972 has it). So answers that only settle it together share the credit, and
those that weigh much, and are likely to speak for the likely claim, have the most. All completions are judged at once,
a bit for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from averment.backends.symbolic.gates import Unsure
from averment.backends.symbolic.planes import Parts, Plane
from averment.law.truth import Quantity
from averment.questions.ask.sampled import Sampled
from averment.questions.ask.usual import Usual, likenesses
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.situation import Changes
from averment.questions.missing.completing import values_of

COMPLETIONS = 1024
PARTS = 4  # of the answers of each, told in turn
_STATES = PARTS * COMPLETIONS
_DIGITS = 8  # of a chance
Drawn = dict[int, dict[Quantity, Plane]]
"""By slot the completions in which it holds each value."""


class Foresight:
    """Completions of a case after some answers, in which to look ahead. ``numbers`` are the slots to ask for.

    Raises: Unsure where the circuit does not have the law's answer; Spent, as ``order`` does.
    """

    def __init__(
        self, circuitry: Circuitry, judge: Judge, answers: Changes, numbers: Sequence[int], known: Usual
    ) -> None:
        self._random = Random(len(answers) * 1_000 + len(numbers))
        self._circuitry, self._tick = circuitry, lambda: judge.budget.check()  # whichever counts by then
        self._numbers = [number for number in numbers if number in circuitry.places]
        self._given = {circuitry.places[slot]: value for slot, value in answers.items() if slot in circuitry.places}
        self._drawn = self._draw(judge, answers, known)
        whole = self._held(COMPLETIONS, self._drawn)
        self.agree = whole.alike()  # whether all have the same claim, as far as they have one

    def order(self) -> list[int]:
        """The slots, the best to ask for first."""
        each, one = (1 << _STATES) // ((1 << COMPLETIONS) - 1), (1 << _STATES) - 1
        drawn = {
            number: {value: plane * each for value, plane in parts.items()} for number, parts in self._drawn.items()
        }
        told: dict[int, Parts] = {}
        shares = [self._random.getrandbits(_STATES) for _ in range(_DIGITS)]
        for number, parts in drawn.items():
            some = self._some(shares)
            told[number] = {value: (plane & some) * ((1 << _STATES) + 1) for value, plane in parts.items()}
        states = self._held(2 * _STATES, told)
        turns: dict[int, int] = {}
        for number, parts in drawn.items():
            place = self._circuitry.places[number]
            states.tell(place, _parts(parts, states.every))  # told in the first half of the states, not in the other
            settled = states.settled()
            turns[number] = (settled & ~(settled >> _STATES) & one).bit_count()
            states.tell(place, _parts(told[number], states.every))
        return sorted(self._numbers, key=lambda number: (-turns[number], number))

    def _some(self, shares: Sequence[Plane]) -> Plane:
        """States, each with its own chance, of which these are the binary digits, the least first."""
        below: Plane = 0
        for digit in shares:
            drawn = self._random.getrandbits(_STATES)
            below = digit & ~drawn | below & ~(digit ^ drawn)
        return below

    def _held(self, many: int, fields: Mapping[int, Parts]) -> Sampled:
        every = (1 << many) - 1
        held: dict[int, Parts] = {place: {value: every} for place, value in self._given.items()}
        for number, parts in fields.items():
            held[self._circuitry.places[number]] = _parts(parts, every)
        return Sampled(self._circuitry.circuit, many, held, self._tick)

    def _draw(self, judge: Judge, answers: Changes, known: Usual) -> Drawn:
        drawn: Drawn = {number: {} for number in self._numbers}
        first, share = 0, 0.0
        for likeness in likenesses(judge, known, answers, self._numbers):
            share += likeness.share
            many = round(share * COMPLETIONS) - first
            for number in self._numbers if many else ():
                planes = drawn[number]
                chosen = self._random.choices(values_of(judge, number), likeness.weights[number], k=many)
                for state, value in enumerate(chosen, first):
                    planes[value] = planes.get(value, 0) | 1 << state
            first += many
        return drawn


def _parts(parts: Parts, every: Plane) -> Parts:
    """A field of which nothing is known in the states that its parts leave out."""
    left = every
    for plane in parts.values():
        left &= ~plane
    return {**parts, None: left} if left else parts


def look_ahead(judge: Judge, answers: Changes, numbers: Sequence[int], known: Usual) -> Foresight | None:
    """Completions to look ahead in; none where there is no circuit for it, or nothing is known to be usual."""
    if not known or not numbers or not isinstance(judge.circuitry, Circuitry):
        return None
    try:
        return Foresight(judge.circuitry, judge, answers, numbers, known)
    except Unsure:
        return None
