"""The changes of one slot, those that are alike as one: of values that nothing tells apart only the cheapest count.

What is told apart is seen in the circuit: the conditions that look at this slot alone come out alike, so everything
does. A slot none of whose values is told from the one given has no alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass

from averment.backends.symbolic.many import alike
from averment.ir.program import Value
from averment.questions.judge import Judge
from averment.questions.quick import Circuitry
from averment.questions.situation import Slot


@dataclass(frozen=True, slots=True)
class Alternative:
    """Values of a slot that do alike at the same ``cost``, the least: its declared cost times how far they are."""

    values: tuple[Value, ...]
    cost: int


def alternatives(judge: Judge, circuitry: Circuitry, number: int) -> tuple[Alternative, ...]:
    """What a slot that holds a value may be changed to, in the order of its candidate values."""
    slot, values = judge.situation.slots[number], judge.candidates[number] or ()
    leaf = circuitry.places.get(number)
    if leaf is None:
        return ()
    found: list[Alternative] = []
    for group in alike(circuitry.circuit, leaf, values):
        together = [values[place] for place in group]
        if slot.value in together:
            continue
        least = min(slot.field.cost * distance(slot, value) for value in together)
        cheapest = tuple(value for value in together if slot.field.cost * distance(slot, value) == least)
        found.append(Alternative(cheapest, least))
    return tuple(found)


def representatives(judge: Judge, number: int) -> tuple[Value, ...]:
    """One candidate value of a slot of each kind that anything tells apart; all of them where there is no circuit."""
    values = judge.candidates[number] or ()
    leaf = judge.circuitry.places.get(number) if isinstance(judge.circuitry, Circuitry) else None
    if leaf is None or not isinstance(judge.circuitry, Circuitry):
        return values
    return tuple(values[group[0]] for group in alike(judge.circuitry.circuit, leaf, values))


def distance(slot: Slot, value: Value) -> int:
    """How far a value is from the one given, in steps or elements."""
    held = slot.value
    if isinstance(held, frozenset) and isinstance(value, frozenset):
        return len(held ^ value)
    if slot.field.kind.ordered and isinstance(held, int) and isinstance(value, int):
        return abs(value - held)
    return int(held != value)
