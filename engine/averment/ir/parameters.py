"""The parameters of a program, and those that a rule refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from averment.core.program import Field, Value
from averment.dataclass import dataclass
from averment.model.model import (
    AnyOf,
    Computed,
    Condition,
    Day,
    Model,
    ModelRule,
    NotAll,
    Operand,
    Pattern,
    Period,
    Reference,
    Rounding,
    Term,
    Test,
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The field of each parameter, and the value that it has in this program; of those that have several, one after the
    other, also the ``periods``. ``day`` is that to decide for.
    """

    fields: Mapping[str, Field]
    values: Mapping[str, Value]
    periods: Mapping[str, tuple[Period, ...]] = field(default_factory=dict[str, tuple[Period, ...]])
    day: Day | None = None

    def field(self, name: str) -> Field:
        return self.fields[name]

    def value(self, name: str) -> Value:
        return self.values[name]

    def held(self, name: str) -> Value | tuple[Period, ...]:
        """The value, or all of them with their periods."""
        return self.periods.get(name) or self.values[name]

    def overridden(self, values: Mapping[str, Value]) -> Parameters:
        """The same with other values, for ever, of some of them."""
        periods = {name: periods for name, periods in self.periods.items() if name not in values}
        return Parameters(self.fields, {**self.values, **values}, periods, self.day)


def own_parameters(model: Model) -> Parameters:
    """The parameters with the values that the pack itself gives them."""
    return Parameters(
        {name: parameter.field for name, parameter in model.parameters.items()},
        {name: parameter.value for name, parameter in model.parameters.items()},
        {name: parameter.periods for name, parameter in model.parameters.items() if parameter.periods},
        model.day,
    )


def referred(rule: ModelRule) -> Iterator[str]:
    """The parameters that a rule, or what it says, refers to, each as often as it does."""
    yield from rule.parameters.values()
    for condition in rule.when:
        yield from _of_condition(condition)
    for conclusion in rule.then:
        for term in conclusion.values:
            yield from _of_term(term)


def _of_condition(condition: Condition) -> Iterator[str]:
    match condition:
        case Pattern():
            for cell in condition.cells:
                for test in cell.tests:
                    yield from _of_term(test.low)
                    yield from _of_term(test.high)
        case Test():
            yield from _of_term(condition.left)
            yield from _of_term(condition.right)
        case NotAll():
            for inner in condition.conditions:
                yield from _of_condition(inner)
        case AnyOf():
            for alternative in condition.alternatives:
                for inner in alternative:
                    yield from _of_condition(inner)
        case _:
            yield from _of_condition(condition.pattern)


def _of_term(term: Term | Operand | Rounding | None) -> Iterator[str]:
    match term:
        case Reference():
            yield term.name
        case Rounding():
            yield from _of_term(term.term)
        case Computed():
            yield from _of_term(term.left)
            yield from _of_term(term.right)
        case _:
            return
