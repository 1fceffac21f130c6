"""The smallest flips one by one, where a case has no circuit: branch and bound, the law's unknowns as the bound.

Sets of slots are taken by size. With every slot of a branch unknown, the law says which claims are possible at all;
where none of those wanted is, the branch holds no flip. The first size at which a set flips is the least.
"""

from __future__ import annotations

from averment.core.program import Value
from averment.questions.flip.answers import Way
from averment.questions.judging.alternatives import distance
from averment.questions.judging.budget import GaveUp, Spent
from averment.questions.judging.judge import Judge


class Branching:
    """All smallest changes of slots in ``free`` to a claim in ``targets``."""

    def __init__(self, judge: Judge, free: list[int], targets: frozenset[str]) -> None:
        self._judge, self._free, self._targets = judge, free, targets
        self._least: int | None = None
        self._found: list[dict[int, Value]] = []

    def run(self) -> list[Way]:
        """The changes, in the order of the slots; none where there are none. Raises: GaveUp."""
        size = 1
        try:
            if self._possible({}, self._free):
                for size in range(1, len(self._free) + 1):
                    self._choose({}, 0, size, 0)
                    if self._found:
                        break
        except Spent:
            raise GaveUp(f"not all changes of {size} fields were tried in time", max(size - 1, 0)) from None
        return [{number: (value,) for number, value in changes.items()} for changes in self._found]

    def _possible(self, changes: dict[int, Value], unknown: list[int]) -> bool:
        verdict = self._judge.verdict(changes | dict.fromkeys(unknown))
        return not self._targets.isdisjoint(verdict.possible)

    def _choose(self, changes: dict[int, Value], start: int, size: int, cost: int) -> None:
        """Change ``size`` more of the free slots from ``start`` on."""
        if size == 0:
            if self._judge.verdict(changes).claim in self._targets:
                if self._least is None or cost < self._least:
                    self._least, self._found = cost, []
                self._found.append(dict(changes))
            return
        for place in range(start, len(self._free) - size + 1):
            number = self._free[place]
            rest = self._free[place + 1 :] if size > 1 else []
            if not self._possible(changes, [number, *rest]):
                continue
            slot = self._judge.situation.slots[number]
            fresh = self._judge.fresh
            for value in self._judge.candidates[number] or ():
                if fresh.rank(number, value) > fresh.most(number, changes.items()):
                    continue
                further = cost + slot.field.cost * distance(slot, value)
                if value == slot.value or (self._least is not None and further + size - 1 > self._least):
                    continue
                if size == 1 or self._possible({**changes, number: value}, rest):
                    self._choose({**changes, number: value}, place + 1, size - 1, further)
