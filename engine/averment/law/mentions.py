"""What rules and expressions mention."""

from __future__ import annotations

from collections.abc import Iterator

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
