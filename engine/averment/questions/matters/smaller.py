"""Changes that turn the claim made smaller, as long as they still do: many of them together.

In an order of its fields, the beginnings of a change first keep the claim and somewhere turn it. The field with which
that happens is needed by the fields before it, so it is kept, and what comes after it is left out; then the same again
with the rest, until what is kept turns the claim by itself (QuickXplain, Junker 2004). Where it happens is found by
halving.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from averment.core.program import Value
from averment.questions.judging.judge import Judge
from averment.questions.judging.together import verdicts

Change = dict[int, Value]


def made_smaller(judge: Judge, turning: Mapping[int, Change], claim: str, random: Random) -> dict[int, Change]:
    """By a field of each: changes that turn the ``claim``, without those of their fields that they do not need.

    The field that a change stands under is left out last. Raises: Spent.
    """
    some = {number: _Shrinking(number, change, random) for number, change in turning.items()}
    while tried := [each for each in some.values() if not each.done]:
        told = verdicts(judge, [each.tried for each in tried])
        for each, verdict in zip(tried, told, strict=True):
            each.learn(verdict.claim != claim)
    return {number: each.kept for number, each in some.items()}


class _Shrinking:
    """A change whose first ``_high`` fields, with those kept, turn the claim; fewer than ``_low`` do not."""

    def __init__(self, number: int, change: Change, random: Random) -> None:
        rest = [other for other in change if other != number]
        random.shuffle(rest)
        self._change, self._rest = change, [number, *rest]
        self.kept: Change = {}
        self._low, self._high = 0, len(self._rest)

    @property
    def done(self) -> bool:
        return self._high == 0

    @property
    def _middle(self) -> int:
        return (self._low + self._high) // 2

    @property
    def tried(self) -> Change:
        """The change to be judged."""
        return self.kept | {number: self._change[number] for number in self._rest[: self._middle]}

    def learn(self, turns: bool) -> None:
        """Whether the change that was tried turns the claim."""
        if turns:
            self._high = self._middle
        else:
            self._low = self._middle + 1
        if self._low == self._high and self._high:
            needed = self._rest[self._high - 1]
            self.kept[needed] = self._change[needed]
            self._low, self._high = 0, self._high - 1
