"""The budget of the law: how many firings a case may have, and how often its rules may be tried.

It counts firings, true and undecided, and tries: ways to satisfy the patterns of a rule of which no early guard is
false, each times the weight of the rule. Stratum by stratum, the true phase before the possible one, round by round, in
a round rule by rule in the order of their ids: rounds are sets, so the rule at which a case passes its budget hangs on
no other order.
"""

from __future__ import annotations

from averment.ir.program import Rule
from averment.law.truth import CaseError

FIRINGS = 200_000  # of a case, where nobody says otherwise
TRIES = 3  # for each firing


class BudgetSpent(CaseError):
    """A case that has more firings, or more ways to try its rules, than its budget allows."""


class Budget:
    """What a case has left: ``firings``, and ``tries`` of the patterns of a rule."""

    def __init__(self, firings: int = FIRINGS, tries: int | None = None) -> None:
        self._most = firings
        self.firings = firings
        self.tries = TRIES * firings if tries is None else tries

    def fire(self, rule: Rule) -> None:
        """One more firing. Raises: BudgetSpent."""
        self.firings -= 1
        if self.firings < 0:
            plural = "s" * (self._most != 1)
            raise BudgetSpent("AV503", f"rule `{rule.id}` takes it past {self._most:,} firing{plural}", rule.id)

    def allow(self, rule: Rule, times: int) -> None:
        """Whether so many ways to satisfy the patterns of a rule are in the budget; it stays as it is.

        Raises: BudgetSpent.
        """
        if rule.weight * times > TRIES * self._most:
            self.attempt(rule, rule.weight * times)

    def attempt(self, rule: Rule, times: int) -> None:
        """More ways to satisfy the patterns of a rule, each times its weight. Raises: BudgetSpent."""
        self.tries -= times
        if self.tries < 0:
            raise BudgetSpent(
                "AV503", f"rule `{rule.id}` takes it past {TRIES * self._most:,} tries of its rules", rule.id
            )
