"""The smallest flips by exact search over candidate values: branch and bound, the law's unknowns as the bound.

Sets of slots are taken by size. With every slot of a branch unknown, the law says which claims are possible at all;
where none of those wanted is, the branch holds no flip (soundness of three-valued evaluation). The first size at
which a set flips is the least.
"""

from __future__ import annotations

from averment.ir.program import Value
from averment.questions.flip import MOST_DECISIONS, distance
from averment.questions.judge import Judge


def search(
    judge: Judge, free: list[int], targets: frozenset[str], most: int
) -> tuple[list[dict[int, Value]], bool] | str:
    """Up to ``most`` smallest changes of slots in ``free`` to a claim in ``targets``, and whether there are more.

    A text instead says why the search cannot tell. Raises: TooMuch.
    """
    beyond = judge.beyond(free)
    if beyond:
        return f"`{beyond[0]}` has too many values to try, and the rules reckon with it"
    judge.allow(MOST_DECISIONS)
    try:
        return _Search(judge, free, targets, most).run()
    finally:
        judge.allow(None)


class _Search:
    def __init__(self, judge: Judge, free: list[int], targets: frozenset[str], most: int) -> None:
        self._judge, self._free, self._targets, self._most = judge, free, targets, most
        self._least: int | None = None
        self._found: list[dict[int, Value]] = []

    def run(self) -> tuple[list[dict[int, Value]], bool]:
        if self._possible({}, self._free):
            for size in range(1, len(self._free) + 1):
                self._choose({}, 0, size, 0)
                if self._found:
                    break
        found = sorted(self._found, key=lambda changes: sorted(changes))
        return found[: self._most], len(found) > self._most

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
            for value in self._judge.candidates[number] or ():
                further = cost + slot.field.cost * distance(slot, value)
                if value == slot.value or (self._least is not None and further + size - 1 > self._least):
                    continue
                if size == 1 or self._possible({**changes, number: value}, rest):
                    self._choose({**changes, number: value}, place + 1, size - 1, further)
