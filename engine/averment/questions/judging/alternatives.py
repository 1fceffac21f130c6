"""The changes of one slot, those that are alike as one: of values that nothing tells apart only the cheapest count.

What is told apart is seen in the circuit: the conditions that look at this slot alone come out alike, so everything
does. A slot none of whose values is told from the one given has no alternatives.
"""

from __future__ import annotations

from averment.backends.symbolic.many import alike
from averment.core.program import Value
from averment.dataclass import dataclass
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import Circuitry
from averment.questions.judging.situation import Slot


@dataclass(frozen=True, slots=True)
class Alternative:
    """Values of a slot that do alike at the same ``cost``, the least: its declared cost times how far they are.

    Of fresh texts (``fresh``) that do alike only the first is among them.
    """

    values: tuple[Value, ...]
    cost: int


def alternatives(judge: Judge, number: int) -> tuple[Alternative, ...]:
    """What a slot that holds a value may be changed to, in the order of its candidate values."""
    slot = judge.situation.slots[number]
    found: list[Alternative] = []
    for together in kinds(judge, number):
        if slot.value in together:
            continue
        costs = [slot.field.cost * distance(slot, value) for value in together]
        least = min(costs)
        cheapest = tuple(value for value, cost in zip(together, costs, strict=True) if cost == least)
        found.append(Alternative(tuple(judge.fresh.once(number, cheapest)), least))
    return tuple(found)


def representatives(judge: Judge, number: int) -> tuple[Value, ...]:
    """One candidate value of a slot of each kind that anything tells apart."""
    return tuple(together[0] for together in kinds(judge, number))


def kinds(judge: Judge, number: int) -> list[list[Value]]:
    """The candidate values of a slot, those together that do alike; each by itself where no circuit can tell."""
    judge.budget.check()
    values, circuitry = judge.candidates[number] or (), judge.circuitry
    if not isinstance(circuitry, Circuitry):
        return [[value] for value in values]
    leaf = circuitry.places.get(number)
    if leaf is None:  # no rule that bears on the claim looks at it
        return [list(values)] if values else []
    return [[values[place] for place in group] for group in alike(circuitry.circuit, leaf, values)]


def distance(slot: Slot, value: Value) -> int:
    """How far a value is from the one given, in steps or elements."""
    held = slot.value
    if isinstance(held, frozenset) and isinstance(value, frozenset):
        return len(held ^ value)
    if slot.field.kind.ordered and isinstance(held, int) and isinstance(value, int):
        return abs(value - held)
    return int(held != value)
