"""The changes of one slot that has too many values to try: the nearest value that flips, either way.

Its range is halved (``halving``), so that a change of one among thousands of records is found where the rules count,
sum or compare them.
"""

from __future__ import annotations

from averment.core.values import ends
from averment.questions.flip.answers import Way
from averment.questions.judging.alternatives import distance
from averment.questions.judging.budget import GaveUp
from averment.questions.judging.halving import Region, halved
from averment.questions.judging.judge import Judge
from averment.questions.judging.situation import Slot


def nearest(judge: Judge, wide: list[int], targets: frozenset[str], most: int | None) -> list[tuple[int, Way]]:
    """The cheapest changes of each of these slots alone to a claim in ``targets``, with their cost: at ``most`` this.

    Raises: GaveUp where a slot cannot be halved, or has too many parts; Spent.
    """
    slots = judge.situation.slots
    ranges: dict[int, tuple[int, int]] = {}
    for number in wide:
        if slots[number].field.kind.ordered:
            ranges[number] = _range(slots[number], most)
        elif not targets.isdisjoint(judge.verdict({number: None}).possible):
            raise GaveUp(f"`{slots[number].path}` has too many values to try")
    found: dict[int, list[Region]] = {}
    halved(judge, ranges, found, targets)
    ways: list[tuple[int, Way]] = []
    for number, regions in found.items():
        ways += _ways(judge, number, regions, targets)
    return ways


def _range(slot: Slot, most: int | None) -> tuple[int, int]:
    low, high = ends(slot.field)
    if most is None or not slot.field.cost:
        return low, high
    assert isinstance(slot.value, int)
    steps = most // slot.field.cost
    return min(max(low, slot.value - steps), high), max(min(high, slot.value + steps), low)


def _ways(judge: Judge, number: int, regions: list[Region], targets: frozenset[str]) -> list[tuple[int, Way]]:
    slot = judge.situation.slots[number]
    held = slot.value
    assert isinstance(held, int)
    costs: dict[int, int] = {}
    for region in regions:
        if not region.claim:
            raise GaveUp(f"`{slot.path}` has too many values to try")
        if region.claim in targets:
            value = min(max(held, region.low), region.high)
            costs[value] = slot.field.cost * distance(slot, value)
    least = min(costs.values(), default=0)
    return [(least, {number: tuple(value for value in sorted(costs) if costs[value] == least)})] if costs else []
