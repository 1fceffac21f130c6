"""The loose fields of a circuit as Z3 variables: what each may be, whether it is changed, and what that costs."""

# Z3 has no types, so what it gives back cannot be checked.
# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from averment.backends.symbolic.terms import Formula
from averment.ir.program import Field, Kind, Value
from averment.ir.values import INT64_MAX, INT64_MIN, limits


@dataclass(frozen=True, slots=True)
class Loose:
    """A field that may take other values: those it may (all within its bounds, where ``None``), what is given, its
    cost.
    """

    field: Field
    given: Value | None
    values: tuple[Value, ...] | None


class Variables:
    """A variable for each loose field, by its place: an integer, or of a set a Boolean for each element.

    ``changed`` are the formulas that a given field is other than given.
    """

    def __init__(self, loose: Mapping[int, Loose], solver: Any) -> None:
        self.loose, self._solver = loose, solver
        self._ids: dict[Value, int] = {}
        self.terms = {place: self._variable(place, each) for place, each in loose.items()}
        self.changed = {
            place: z3.Not(self.holds(place, each.given)) for place, each in loose.items() if each.given is not None
        }

    def holds(self, place: int, value: Value | None) -> Formula:
        """The formula that a field has this value."""
        if isinstance(value, frozenset):
            return self._all_of(self.terms[place], value)
        assert value is not None
        return self.terms[place] == self.id(value)

    def value(self, place: int, model: Any) -> Value:
        """What a field is in a model."""
        loose, variable = self.loose[place], self.terms[place]
        if loose.field.kind is Kind.SET:
            return frozenset(
                name for name, bit in variable.items() if z3.is_true(model.eval(bit, model_completion=True))
            )
        number = model.eval(variable, model_completion=True).as_long()
        if loose.values is None or loose.field.kind.ordered:
            return int(number)
        return next(value for value in loose.values if self.id(value) == number)

    def cost(self) -> Formula:
        """The sum of what the changes cost: declared cost times distance."""
        return z3.Sum([z3.IntVal(0), *(self._cost(place, each) for place, each in self.loose.items())])

    def id(self, value: Value) -> int:
        """A value as a number: numbers as they are, texts and names by the order in which they were met."""
        if isinstance(value, int):
            return int(value)
        return self._ids.setdefault(value, len(self._ids))

    def _variable(self, place: int, loose: Loose) -> Any:
        field = loose.field
        if field.kind is Kind.SET:
            elements = {value: z3.Bool(f"{place}.{value}") for value in field.values}
            if loose.values is not None and len(loose.values) < 2 ** len(field.values):
                self._solver.add(z3.Or([self._all_of(elements, value) for value in loose.values]))
            return elements
        variable = z3.Int(f"{place}")
        if loose.values is not None:
            self._solver.add(z3.Or([variable == self.id(value) for value in loose.values]))
        else:
            low, high = limits(field)
            self._solver.add(variable >= (INT64_MIN if low is None else low))
            self._solver.add(variable <= (INT64_MAX if high is None else high))
        return variable

    @staticmethod
    def _all_of(elements: Mapping[str, Formula], value: Any) -> Formula:
        return z3.And([bit if name in value else z3.Not(bit) for name, bit in elements.items()])

    def _cost(self, place: int, loose: Loose) -> Formula:
        variable, given, weight = self.terms[place], loose.given, loose.field.cost
        if isinstance(given, frozenset):
            return (
                z3.Sum([z3.If(bit, int(name not in given), int(name in given)) for name, bit in variable.items()])
                * weight
            )
        if loose.field.kind.ordered and isinstance(given, int):
            return z3.If(variable >= given, variable - given, given - variable) * weight
        return z3.If(self.changed[place], weight, 0)
