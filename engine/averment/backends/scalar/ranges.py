"""Between which numbers the variables of a rule lie, and what of a rule may have no lawful value."""

from __future__ import annotations

from collections.abc import Mapping

from averment.backends.scalar.terms import MOST, Term, calculated, ends, of_field
from averment.core.aggregates import AGGREGATES
from averment.core.program import (
    Aggregate,
    Arithmetic,
    Compare,
    Expression,
    FactType,
    Guard,
    Literal,
    Rule,
    Size,
)
from averment.law.truth import INT64_MAX, INT64_MIN

Ranges = Mapping[str, Term]
"""The variables of a rule as terms without a text."""


def ranges(rule: Rule, types: Mapping[str, FactType]) -> Ranges:
    """The ranges of all variables that patterns bind and aggregates give."""
    found: dict[str, Term] = {}
    for match in rule.matches:
        for index, name in match.binds:
            found.setdefault(name, of_field("", types[match.type].fields[index]))
    for guard in rule.guards:
        if isinstance(guard, Aggregate):
            found[guard.variable] = _aggregated(guard, types)
    return found


def may_fail(guard: Guard, variables: Ranges, types: Mapping[str, FactType]) -> bool:
    """Whether a guard may calculate what is not a 64-bit integer."""
    if isinstance(guard, Compare):
        return not (_range(guard.left, variables)[1] and _range(guard.right, variables)[1])
    return isinstance(guard, Aggregate) and not _aggregated(guard, types).fits


def may_leave(rule: Rule, variables: Ranges, types: Mapping[str, FactType]) -> bool:
    """Whether a conclusion may have a value outside 64 bits or the range of its field."""
    for head in rule.heads:
        for value, declared in zip(head.values, types[head.type].fields, strict=True):
            (_, low, high), fits = _range(value, variables)
            least, greatest = ends(declared)
            if not fits or low < least or high > greatest:
                return True
    return False


def _aggregated(guard: Aggregate, types: Mapping[str, FactType]) -> Term:
    value = (1, 1) if guard.field is None else ends(types[guard.match.type].fields[guard.field])
    low, high = AGGREGATES[guard.function].ends(*value, MOST)
    return Term("", int(low), int(high))


def _range(expression: Expression, variables: Ranges) -> tuple[Term, bool]:
    """The range of an expression, and whether all that it calculates surely is within 64 bits."""
    match expression:
        case Literal(value):
            whole = isinstance(value, int) and not isinstance(value, bool)
            return (Term("", int(value), int(value)) if whole else Term("")), True  # type: ignore[arg-type]
        case Arithmetic(operator, left, right):
            (one, first), (other, second) = _range(left, variables), _range(right, variables)
            found = calculated(operator, one, other)
            within = found._replace(low=max(found.low, INT64_MIN), high=min(found.high, INT64_MAX))
            return within, first and second and found.fits
        case Size():
            return Term("", 0, MOST), True
        case _:
            found = variables[expression.name]
            return found._replace(low=max(found.low, INT64_MIN), high=min(found.high, INT64_MAX)), True
