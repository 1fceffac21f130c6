"""How many steps a rule takes, which its budget is counted in."""

from __future__ import annotations

from averment.core.program import Arithmetic, Compare, Expression, Guard, Rule


def asks(rule: Rule) -> int:
    """How many steps it takes to ask the guards of a match, and to conclude: one for each comparison and each operator
    in it, four for any other guard, one for each fact beyond the first that is derived and each operator in one, and
    one for each four patterns beyond the first four, whose facts a match keeps.
    """
    derived = sum(1 + sum(_size(value) - 1 for value in head.values) for head in rule.heads)
    kept = max(0, len(rule.matches) - 4) // 4
    return sum(_asked(guard) for guard in rule.guards) + max(0, derived - 1) + kept


def weight(rule: Rule) -> int:
    """How many times four steps it takes at most to meet a match of a rule, from its first pattern on."""
    return max(1, -(-(len(rule.matches) + asks(rule)) // 4))


def _size(expression: Expression) -> int:
    """How many variables and literals an expression has, each as often as it stands there."""
    return _size(expression.left) + _size(expression.right) if isinstance(expression, Arithmetic) else 1


def _asked(guard: Guard) -> int:
    return _size(guard.left) + _size(guard.right) - 1 if isinstance(guard, Compare) else 4
