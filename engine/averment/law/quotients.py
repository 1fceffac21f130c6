"""What a quotient comes to: a fraction, the two ends of one that is not yet certain, or nothing known."""

from __future__ import annotations

from fractions import Fraction

from averment.core.program import Ratio
from averment.law.expressions import evaluate
from averment.law.patterns import Bindings
from averment.law.truth import CaseError, Interval, bounds

Ends = tuple[Fraction | None, Fraction | None]


def quotient(ratio: Ratio, bindings: Bindings) -> Fraction | Ends | None:
    """The quotient; nothing where it is not known, or has no lawful value."""
    try:
        over, under = evaluate(ratio.numerator, bindings), evaluate(ratio.denominator, bindings)
    except CaseError:
        return None
    if not isinstance(over, int | Interval) or not isinstance(under, int | Interval):
        return None
    (low, high), (floor, ceiling), scale = bounds(over), bounds(under), 10**ratio.places
    if floor is None or floor <= 0:
        return None
    if low is not None and low == high and floor == ceiling:
        return Fraction(low, floor * scale)
    return _end(low, floor, ceiling, scale, up=False), _end(high, floor, ceiling, scale, up=True)


def _end(end: int | None, floor: int, ceiling: int | None, scale: int, *, up: bool) -> Fraction | None:
    """How far an end of the numerator takes the quotient: away from zero over the least denominator."""
    if end is None:
        return None
    if (end > 0) is up:
        return Fraction(end, floor * scale)
    return Fraction(0) if ceiling is None else Fraction(end, ceiling * scale)
