"""``any`` expanded: a rule becomes one conjunction for each choice among its alternatives, in the author's order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from averment.diagnostics.diagnostic import Report
from averment.model.model import AnyOf, Condition, ModelRule

MOST_ALTERNATIVES = 64


def expanded(rule: ModelRule, report: Report, each: int = 1) -> list[tuple[Condition, ...]]:
    """The conjunctions that together are the rule's conditions; none after reporting that they are too many, being so
    many ``each``.
    """
    count = _count(rule.when) * each
    if count > MOST_ALTERNATIVES:
        message = f"the alternatives of `{rule.id}` multiply to {count}"
        help = "derive one fact from each group of alternatives, and ask for those facts here"
        report.error("AV332", message, rule.span, f"more than {MOST_ALTERNATIVES}", help)
        return []
    return _conjunctions(rule.when)


def _count(conditions: Sequence[Condition]) -> int:
    total = 1
    for condition in conditions:
        if isinstance(condition, AnyOf):
            total *= sum(_count(alternative) for alternative in condition.alternatives)
    return total


def _conjunctions(conditions: Sequence[Condition]) -> list[tuple[Condition, ...]]:
    choices: list[list[tuple[Condition, ...]]] = []
    for condition in conditions:
        if isinstance(condition, AnyOf):
            choices.append([inner for alternative in condition.alternatives for inner in _conjunctions(alternative)])
        else:
            choices.append([(condition,)])
    return [tuple(condition for part in chosen for condition in part) for chosen in product(*choices)]
