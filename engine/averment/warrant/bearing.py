"""What a counted fact does to the rule that counts it: whether it speaks for what the rule concludes or against it,
and how much. It is read from the rule's formula (``slopes``), never from what things are called.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import NamedTuple

from averment.core.aggregates import AGGREGATES
from averment.core.program import Aggregate, Fact, FactType, Literal, Match, Program
from averment.core.values import limits
from averment.law.memory import Memory
from averment.law.patterns import match
from averment.warrant.slopes import Slope, slopes

_EXACT = Context(prec=200)


class Bearing(NamedTuple):
    """``sign``: 1 for, -1 against, 0 neither. ``weight``: how much, beside what else is counted; ``None`` where the
    formula does not tell.
    """

    sign: int = 0
    weight: Decimal | None = None

    @property
    def word(self) -> str:
        return ("", "for", "against")[self.sign]


NEUTRAL = Bearing()


def bearing(guard: Aggregate, fact: Fact, type: FactType, slope: Slope) -> Bearing:
    """What one fact that an aggregate met does to its rule, in which the aggregate has this slope."""
    factor = Decimal(slope.factor) if slope.factor else None
    if not slope.sign:
        return NEUTRAL
    if guard.field is None:
        return Bearing(slope.sign, factor)
    if not AGGREGATES[guard.function].adds:  # a fact moves these, and also makes that there is a least or greatest
        return Bearing(int(slope.sign == AGGREGATES[guard.function].rises))
    field, value = type.fields[guard.field], fact.values[guard.field]
    low, high = (value, value) if isinstance(value, int) else limits(field)
    least = 0 if low is None else low
    sign = slope.sign * (1 if low is not None and least >= 0 else -1 if high is not None and high <= 0 else 0)
    if value == 0 or not sign or not isinstance(value, int) or factor is None:
        return Bearing(0 if value == 0 else sign)
    return Bearing(sign, _EXACT.multiply(factor, Decimal(abs(value)).scaleb(-field.places)))


def total(weights: list[Decimal]) -> Decimal:
    """The exact sum of weights."""
    whole = Decimal(0)
    for weight in weights:
        whole = _EXACT.add(whole, weight)
    return whole


def claims_of(program: Program, fact: Fact, memory: Memory) -> tuple[str, ...]:
    """The claims that a fact speaks for: those of rules that are the likelier the more there is of its like."""

    def helps(guard: Aggregate, slope: Slope) -> bool:
        if guard.match.type != fact.type or match(guard.match, fact, memory, {}) is None:
            return False
        return bearing(guard, fact, memory.types[fact.type], slope).sign > 0

    return _claims(program, helps)


def claims_from(program: Program, pattern: Match) -> tuple[str, ...]:
    """The claims that everything a pattern meets speaks for, whichever it is."""
    return _claims(
        program,
        lambda guard, slope: (
            slope.sign > 0
            and AGGREGATES[guard.function].adds
            and (guard.match.type, guard.match.cells) == (pattern.type, pattern.cells)
        ),
    )


def _claims(program: Program, helps: Callable[[Aggregate, Slope], bool]) -> tuple[str, ...]:
    claim, found = program.claim, set[object]()
    for rule in program.rules:
        made = [head.values[claim.field] for head in rule.heads if head.type == claim.type]
        values = {value.value for value in made if isinstance(value, Literal)}
        if values - found:
            found_slopes = slopes(rule, program.types, {})
            aggregates = [guard for guard in rule.guards if isinstance(guard, Aggregate)]
            if any(helps(guard, found_slopes[guard.variable]) for guard in aggregates):
                found |= values
    return tuple(value for value in claim.values if value in found)
