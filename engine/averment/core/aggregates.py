"""The aggregates of the language: what each is of, what it gives, and which way it goes.

What one comes to over the facts of a case is in ``law.aggregates``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from averment.core.program import NUMBER, Field, Kind
from averment.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Aggregation:
    """An aggregate that *adds* comes to what all facts that match add, and to 0 where none does; any other is the value
    of one of them, and where none matches it is none. ``rises`` is 1 where a fact more never lowers it, -1 where it
    never raises it, 0 where that is as the value of the fact is.
    """

    name: str
    adds: bool
    rises: int = 0
    of_facts: bool = False  # and not of a field
    parts: tuple[str, ...] = ()  # the aggregates that it is the quotient of: a program has these

    @property
    def may_leave(self) -> bool:
        """Whether it may leave 64 bits where no value does."""
        return self.adds and not self.of_facts

    def admits(self, field: Field) -> bool:
        """Whether it has a meaning of a field."""
        if self.parts:
            return field.kind in (Kind.INTEGER, Kind.DECIMAL)
        return field.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DURATION) or (not self.adds and field.kind.ordered)

    def result(self, field: Field | None) -> Field:
        """The field that it is shown as."""
        if field is None:
            return Field(self.name, NUMBER.kind, minimum=0)
        if self.parts:
            return replace(field, kind=Kind.DECIMAL, minimum=None, maximum=None, quotient=True)
        return replace(field, minimum=None, maximum=None) if self.adds else field

    def ends(self, low: float, high: float, many: float) -> tuple[float, float]:
        """The least and the greatest that it may come to, of at most so ``many`` values between these."""
        if not self.adds:
            return low, high
        low, high = min(low, 0), max(high, 0)
        return low and low * many, high and high * many


AGGREGATES: Mapping[str, Aggregation] = {
    each.name: each
    for each in (
        Aggregation("count", adds=True, rises=1, of_facts=True),
        Aggregation("sum", adds=True),
        Aggregation("min", adds=False, rises=-1),
        Aggregation("max", adds=False, rises=1),
        Aggregation("average", adds=False, parts=("sum", "count")),
    )
}


def part_names(average: str) -> tuple[str, str]:
    """The variables of what an average is the quotient of, which no author can have written."""
    return f"_{average}.sum", f"_{average}.count"
