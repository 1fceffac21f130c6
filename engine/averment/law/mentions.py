"""What rules and expressions mention."""

from __future__ import annotations

from collections.abc import Iterator

from averment.ir.program import Arithmetic, Compare, Expression, Literal, Rule


def reads(rule: Rule) -> Iterator[str]:
    """The fact types that a rule's conditions look at."""
    for match in rule.matches:
        yield match.type
    for guard in rule.guards:
        if not isinstance(guard, Compare):
            yield guard.match.type


def variables(expression: Expression) -> Iterator[str]:
    """The variables an expression mentions."""
    match expression:
        case Literal():
            return
        case Arithmetic(_, left, right):
            yield from variables(left)
            yield from variables(right)
        case _:
            yield expression.name
