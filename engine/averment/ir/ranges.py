"""Between which numbers the variables of a rule lie, and what of a rule may have no lawful value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from averment.core.aggregates import AGGREGATES
from averment.core.operators import INTEGERS, OPERATORS
from averment.core.program import (
    Aggregate,
    Arithmetic,
    Compare,
    Expression,
    FactType,
    Field,
    Guard,
    Literal,
    Match,
    Rule,
    Size,
    Variable,
)
from averment.core.values import INT64_MAX, INT64_MIN, ends

MOST = 2**31  # of anything that a case has, in any memory there is
BEYOND = INT64_MAX + 1
"""An end of what may have no lawful value."""


_TURNED = str.maketrans("<>", "><")


class Range(NamedTuple):
    """All integers from ``low`` to ``high``."""

    low: int = INT64_MIN
    high: int = INT64_MAX

    @property
    def fits(self) -> bool:
        """Whether each is a 64-bit integer."""
        return self.low >= INT64_MIN and self.high <= INT64_MAX

    @property
    def lawful(self) -> Range:
        """Those that are."""
        return Range(max(self.low, INT64_MIN), min(self.high, INT64_MAX))


Ranges = Mapping[str, Range]
"""By variable of a rule."""


def admitted(declared: Field) -> Range:
    """The encoded values that a field admits, as far as it is an ordered one."""
    return Range(*ends(declared)) if declared.kind.ordered else Range()


def calculated(operator: str, left: Range, right: Range) -> Range:
    """What an operator comes to, up to ``BEYOND`` where it may have no lawful value."""
    found = OPERATORS[operator]
    low, high = found.ends(INTEGERS, *left, *right)
    return Range(low, high if found.lawful(*left, *right) else max(high, BEYOND))


def ranges(matches: Iterable[Match], guards: Iterable[Guard], types: Mapping[str, FactType]) -> dict[str, Range]:
    """The ranges of all variables that patterns bind and aggregates give."""
    found: dict[str, Range] = {}
    for match in matches:
        for index, name in match.binds:
            found.setdefault(name, admitted(types[match.type].fields[index]))
    for guard in guards:
        if isinstance(guard, Aggregate):
            found[guard.variable] = _aggregated(guard, types)
    return found


def may_fail(guard: Guard, variables: Ranges, types: Mapping[str, FactType]) -> bool:
    """Whether a guard may calculate what is not a 64-bit integer, or has no lawful value."""
    if isinstance(guard, Compare):
        return not (_range(guard.left, variables)[1] and _range(guard.right, variables)[1])
    return isinstance(guard, Aggregate) and not _aggregated(guard, types).fits


def may_leave(rule: Rule, variables: Ranges, types: Mapping[str, FactType]) -> bool:
    """Whether a conclusion may have a value outside 64 bits or the range of its field."""
    for head in rule.heads:
        for value, declared in zip(head.values, types[head.type].fields, strict=True):
            (low, high), fits = _range(value, variables)
            least, greatest = admitted(declared)
            if not fits or low < least or high > greatest:
                return True
    return False


def range_of(expression: Expression, variables: Ranges) -> Range:
    """The range of an expression, as far as it has a lawful value."""
    return _range(expression, variables)[0]


def positive(found: Ranges, asked: Iterable[tuple[str, Expression, Expression] | None]) -> Ranges:
    """These ranges, where a variable is asked to be more than zero: operators and both their sides."""
    within = dict(found)
    for operator, left, right in filter(None, asked):
        if isinstance(left, Literal):
            operator, left, right = operator.translate(_TURNED), right, left
        if isinstance(left, Variable) and isinstance(right, Literal) and isinstance(right.value, int):
            if left.name not in within:  # of a part of a rule that is without it
                continue
            low = within[left.name].low
            least = {">": right.value + 1, ">=": right.value, "!=": 1 if low == right.value == 0 else low}
            if least.get(operator, low) > max(low, 0):
                within[left.name] = within[left.name]._replace(low=least[operator])
    return within


def _aggregated(guard: Aggregate, types: Mapping[str, FactType]) -> Range:
    value = (1, 1) if guard.field is None else admitted(types[guard.match.type].fields[guard.field])
    low, high = AGGREGATES[guard.function].ends(*value, MOST)
    return Range(int(low), int(high))


def _range(expression: Expression, variables: Ranges) -> tuple[Range, bool]:
    """The range of an expression, and whether all that it calculates surely has a lawful value."""
    match expression:
        case Literal(value):
            whole = isinstance(value, int) and not isinstance(value, bool)
            return (Range(value, value) if whole else Range()), True  # type: ignore[arg-type]
        case Arithmetic(operator, left, right):
            (one, first), (other, second) = _range(left, variables), _range(right, variables)
            found = calculated(operator, one, other)
            return found.lawful, first and second and found.fits
        case Size():
            return Range(0, MOST), True
        case _:
            return variables[expression.name].lawful, True
