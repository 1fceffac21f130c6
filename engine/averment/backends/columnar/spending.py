"""What the cases of a batch have spent of the budget of the law, at most.

A case with no more ways (``law.budget``) than it may have firings is within both bounds of the law. One that may have
more is decided alone, by an engine that counts as the law does. Where there are few facts, what there are at most of a
type in a case is as good as counting.
"""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Array, Plane


class Spending:
    """What rules that join take, in ways, of which each of so many cases may have ``most``."""

    def __init__(self, cases: int, most: int) -> None:
        self._cases, self._most = cases, most
        self._any = 0  # of any case, at most
        self._each = np.zeros(0)  # beside these of each case, once they are counted

    def allows(self, ways: int) -> bool:
        """Whether no case can be past its budget with so many more, and then they are spent."""
        greatest = int(self._each.max()) if len(self._each) else 0
        if self._any + greatest + ways > self._most:
            return False
        self._any += ways
        return True

    def within(self, case: Array, ways: Array) -> Plane | None:
        """Which of these are of cases that would be within their budget with all of them; None: all are."""
        spent = self._with(case, ways)
        past: Plane = spent > self._most
        return ~past[case] if past.any() else None

    def spend(self, ways: Array) -> None:
        """So many more ways of each case."""
        self._each = self._each + ways if len(self._each) else ways

    @property
    def past(self) -> Plane:
        """The cases that are past their budget."""
        found: Plane = self._each + self._any > self._most
        return found

    def _with(self, case: Array, ways: Array) -> Array:
        spent: Array = np.bincount(case, ways, self._cases) + self._any  # in floats, which never wrap
        return spent + self._each if len(self._each) else spent
