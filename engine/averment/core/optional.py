"""What an optional field holds that has no value: it is known to have none, which is not to be unknown."""

from __future__ import annotations

from averment.core.numbers import MAX_INTEGER
from averment.core.program import Field, Kind, Value
from averment.core.times import SCALES

_LEAST = -MAX_INTEGER - 1  # that 64 bits hold
NONE = "none"
"""What is written of it, at every door."""


def nothing(field: Field) -> Value:
    """What encodes that an optional field has no value: of one with an order an integer beside its values, just above
    those of a level and just below all others; else a word.
    """
    if field.kind is Kind.LEVEL:
        return len(field.values) - 1
    if not field.kind.ordered:
        return NONE
    scale = SCALES.get(field.kind)
    least = field.minimum if field.minimum is not None else scale.least if scale else None
    return _LEAST if least is None else least - 1
