"""What the cases of a batch have spent of the budget of the law, at most.

A case with no more ways to satisfy the patterns of its rules than it may have firings is within both bounds of the law
(``law.budget``): no way fires twice, and each is tried at most once in each of the two phases. One that may have more
is decided alone, by an engine that counts as the law does. Where there are few facts, what there are at most of a type
in a case is as good as counting.
"""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Array, Plane


class Spending:
    """Ways to satisfy the patterns of rules that join, of which each of so many cases may have ``most``."""

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

    def spend(self, case: Array, ways: Array) -> None:
        """So many more ways of these cases."""
        self._each = self._with(case, ways) - self._any

    def _with(self, case: Array, ways: Array) -> Array:
        spent: Array = np.bincount(case, ways, self._cases) + self._any  # in floats, which never wrap
        return spent + self._each if len(self._each) else spent
