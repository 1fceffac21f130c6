"""The budget of the law: how many firings a case may have, and how many steps its rules may take.

A *step* is a fact that matches, or may match, one more pattern of a rule, beside facts that match those before it in
the order in which the rule joins (``law.joining``); what it takes to ask the guards of a whole match; a
fact that a guard meets, once for the same values of what it joins with, and once more for each firing of whose warrant
it will be a part. Two *looks* are a step: a look is a fact held against the cells of a pattern, or put in an index,
which is done once. All are counted over sets, stratum by stratum, the true phase before the possible one, rule by rule
in the order of what they rest on and of their ids, so the rule at which a case passes its budget hangs on no other
order.
"""

from __future__ import annotations

from averment.law.truth import CaseError

FIRINGS = 200_000  # of a case, where nobody says otherwise
STEPS = 12  # for each firing
LOOKS = 2  # for each step

# An engine that does not count as the law does may decide what the law would: where a case has no more *ways* than it
# may have firings. A way is a match of the first patterns of a rule, as many as there are of the number of them that
# match the most, times the weight of the rule: it takes no more than eight steps, in two phases.
FACTS = 4  # that a guard meets, or a pattern looks at, are a way too


class BudgetSpent(CaseError):
    """A case that has more firings, or takes more steps, than its budget allows."""


class Budget:
    """What a case has left, while it is the turn of the rule of the id ``rule``."""

    def __init__(self, firings: int = FIRINGS) -> None:
        self._most = self._firings = firings
        self._looks = LOOKS * STEPS * firings
        self.rule = ""

    def fire(self) -> None:
        """One more firing. Raises: BudgetSpent."""
        self._firings -= 1
        if self._firings < 0:
            raise self._spent()

    def look(self, times: int) -> None:
        """So many more looks. Raises: BudgetSpent."""
        self._looks -= times
        if self._looks < 0:
            raise self._spent()

    def _spent(self) -> BudgetSpent:
        plural = "s" * (self._most != 1)
        past = f"{self._most:,} firing{plural} or {STEPS * self._most:,} steps"
        return BudgetSpent("AV503", f"rule `{self.rule}` takes it past {past}", self.rule)
