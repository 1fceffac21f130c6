"""What is checked: a pack understood, its program, its example cases, and texts of the sources that it cites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from averment.core.program import Cell, FactType, Field, Program
from averment.dataclass import dataclass
from averment.ir.lower_cell import lower_cell
from averment.ir.parameters import own_parameters
from averment.model.case import Case
from averment.model.model import (
    AggregateOf,
    AnyOf,
    CellOn,
    Condition,
    KnownOf,
    Model,
    ModelRule,
    NoneOf,
    NotAll,
    Pattern,
    Source,
)
from averment.outcome.outcome import Outcome


class Held(NamedTuple):
    """A text that somebody holds as that of a source, and the file that it is from."""

    source: Source
    file: str
    text: str


class Seen(NamedTuple):
    """A cell, the field that it is on, and the values that pass it under the pack's own parameters."""

    type: FactType
    field: Field
    cell: CellOn
    passing: Cell


@dataclass(frozen=True)
class Subject:
    """``cases`` are the example cases in which nothing is wrong; ``decide`` raises Refused where one has no outcome."""

    model: Model
    program: Program
    cases: tuple[Case, ...] = ()
    decide: Callable[[Case], Outcome] | None = None
    held: tuple[Held, ...] = ()

    @cached_property
    def conditions(self) -> tuple[tuple[ModelRule, Condition], ...]:
        """Every condition of every rule, those of alternatives too, each once however the alternatives multiply."""
        return tuple((rule, condition) for rule in self.model.own_rules for condition in every(rule.when))

    @cached_property
    def patterns(self) -> tuple[tuple[ModelRule, Pattern], ...]:
        """Every pattern of every rule, also within ``not``, aggregates and ``known``."""
        return tuple(
            (rule, pattern) for rule, condition in self.conditions for pattern in (pattern_in(condition),) if pattern
        )

    @cached_property
    def cells(self) -> tuple[Seen, ...]:
        """Every cell of every rule."""
        parameters = own_parameters(self.model)
        return tuple(
            Seen(pattern.type, field, cell, lower_cell(cell, field, parameters))
            for _, pattern in self.patterns
            for cell in pattern.cells
            for field in (pattern.type.fields[cell.field],)
        )


def every(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    """The conditions, and in place of each ``any`` or list under ``not`` those that stand in it."""
    for condition in conditions:
        if isinstance(condition, AnyOf):
            for alternative in condition.alternatives:
                yield from every(alternative)
        elif isinstance(condition, NotAll):
            yield from every(condition.conditions)
        else:
            yield condition


def pattern_in(condition: Condition) -> Pattern | None:
    """The pattern that a condition is, or has."""
    match condition:
        case Pattern():
            return condition
        case NoneOf() | AggregateOf() | KnownOf():
            return condition.pattern
        case _:
            return None
