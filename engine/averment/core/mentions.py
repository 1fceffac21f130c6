"""What rules and expressions mention."""

from __future__ import annotations

from collections.abc import Iterator

from averment.core import written
from averment.core.operators import OPERATORS
from averment.core.program import Aggregate, Arithmetic, Compare, Expression, Guard, Literal, Match, Rule


def patterns(rule: Rule) -> Iterator[Match]:
    """Every pattern of a rule: those that it matches, then those of its guards."""
    yield from rule.matches
    for guard in rule.guards:
        if not isinstance(guard, Compare):
            yield guard.match


def reads(rule: Rule) -> Iterator[str]:
    """The fact types that a rule's conditions look at, each as often as they do."""
    for pattern in patterns(rule):
        yield pattern.type


def aggregated(rule: Rule) -> Iterator[str]:
    """The fact types that a rule counts, sums or takes the least or greatest of."""
    for guard in rule.guards:
        if isinstance(guard, Aggregate):
            yield guard.match.type


def asks(guard: Guard) -> Iterator[str]:
    """The variables that a guard compares, or that its pattern has."""
    if isinstance(guard, Compare):
        yield from variables(guard.left)
        yield from variables(guard.right)
    else:
        yield from (name for _, name in guard.match.binds)


def lawless(expression: Expression) -> bool:
    """Whether an expression may have no lawful value though all that it calculates is small."""
    if not isinstance(expression, Arithmetic):
        return False
    return OPERATORS[expression.operator].lawless is not None or lawless(expression.left) or lawless(expression.right)


def variables(expression: Expression) -> Iterator[str]:
    """The variables an expression mentions, each as often as it does."""
    match expression:
        case Literal():
            return
        case Arithmetic(_, left, right):
            yield from variables(left)
            yield from variables(right)
        case _:
            yield expression.name


def has_variable(tree: written.Written | written.Cell | written.Test | written.Expression) -> bool:
    """Whether a variable stands anywhere in a tree."""
    match tree:
        case written.Pattern():
            return any(has_variable(cell) for _, cell in tree.cells)
        case written.Absent() | written.Known():
            return has_variable(tree.pattern)
        case written.Aggregate() | written.FieldComparison() | written.Dollar() | written.SizeOf():
            return True
        case written.AnyOf():
            return any(has_variable(each) for conditions in tree.alternatives for each in conditions)
        case written.NotAll():
            return any(map(has_variable, tree.conditions))
        case written.Comparison() | written.Operation():
            return has_variable(tree.left) or has_variable(tree.right)
        case written.Period():
            return has_variable(tree.amount)
        case written.Call():
            return any(map(has_variable, tree.arguments))
        case written.Cell():
            return any(map(has_variable, tree.tests))
        case written.Equal() | written.Bound() | written.Made():
            return has_variable(tree.atom)
        case written.Between():
            return has_variable(tree.low) or has_variable(tree.high)
        case _:
            return False
