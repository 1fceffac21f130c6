"""Which guards of a rule may be asked while its patterns are still matched, without anybody being able to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from averment.core.program import Compare, Guard, Match, Variable


def early_guards(matches: Iterable[Match], guards: Sequence[Guard]) -> tuple[Compare, ...]:
    """The comparisons by = and != of two variables that patterns bind: a match that one is false of is none, whatever
    the other guards come to.
    """
    bound = {name for match in matches for _, name in match.binds}
    return tuple(
        guard
        for guard in guards
        if isinstance(guard, Compare) and guard.operator in ("=", "!=") and _both_in(guard, bound)
    )


def _both_in(guard: Compare, bound: set[str]) -> bool:
    return all(isinstance(side, Variable) and side.name in bound for side in (guard.left, guard.right))


def partners(name: str, early: Iterable[Compare]) -> list[str]:
    """The variables that are to be equal to one."""
    pairs = [(guard.left, guard.right) for guard in early if guard.operator == "="]
    sides = [*pairs, *((right, left) for left, right in pairs)]
    return [other.name for one, other in sides if one == Variable(name) and isinstance(other, Variable)]
