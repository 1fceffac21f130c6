"""Which guards of a rule may be asked while its patterns are still matched, without anybody being able to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from averment.core.aggregates import AGGREGATES
from averment.core.program import Aggregate, Arithmetic, Compare, Guard, Match, Variable


def early_guards(matches: Iterable[Match], guards: Sequence[Guard]) -> tuple[Compare, ...]:
    """The comparisons by = and != of two variables that patterns bind, up to the first guard that may go wrong.

    What may go wrong is an error of the case only where all before it is true, so whatever comes later must wait.
    """
    bound = {name for match in matches for _, name in match.binds}
    found: list[Compare] = []
    for guard in guards:
        match guard:
            case Compare("=" | "!=", Variable(left), Variable(right)):
                if left in bound and right in bound:
                    found.append(guard)
            case Compare(_, Arithmetic(), _) | Compare(_, _, Arithmetic()):
                break
            case Aggregate(function) if AGGREGATES[function].may_leave:
                break
            case _:
                pass
    return tuple(found)


def partners(name: str, early: Iterable[Compare]) -> list[str]:
    """The variables that are to be equal to one."""
    pairs = [(guard.left, guard.right) for guard in early if guard.operator == "="]
    sides = [*pairs, *((right, left) for left, right in pairs)]
    return [other.name for one, other in sides if one == Variable(name) and isinstance(other, Variable)]
