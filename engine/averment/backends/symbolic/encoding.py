"""The nodes of a circuit as Z3 formulas over the variables of its loose fields.

A truth is a pair of formulas, *true* and *possible* (not false); a column is whether it is known, and the least and
greatest value it may have.
"""

# Z3 has no types, so what it gives back cannot be checked.
# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false

from __future__ import annotations

from typing import Any

import z3

from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.terms import (
    Beyond,
    Column,
    Formula,
    Truths,
    between,
    bounded,
    calculated,
    compared,
    extreme,
    guess,
    total,
)
from averment.backends.symbolic.variables import Variables
from averment.ir.program import Cell, Field, Ranges
from averment.ir.values import limits
from averment.law import network as net
from averment.law.building import Tick
from averment.law.truth import Interval, Quantity


class Encoding:
    """The formulas of all nodes, by their places: ``columns`` and ``truths``. Raises: Beyond."""

    def __init__(self, circuit: Circuit, variables: Variables, solver: Any, tick: Tick) -> None:
        self._circuit, self._variables, self._solver = circuit, variables, solver
        self.columns: dict[int, Column] = {}
        self.truths: dict[int, Truths] = {}
        self._encode(tick)

    def fires(self, check: net.OutOfRange | net.Coincide | net.Unbounded) -> Formula:
        """The formula that a check fails: see ``circuit.fails``."""
        match check:
            case net.OutOfRange(truth, column, field):
                low, high = bounded(self.columns[column])
                outside = [low < field.minimum] if field.minimum is not None else []
                outside += [high > field.maximum] if field.maximum is not None else []
                return z3.And(self.truths[truth][1], self.columns[column].known, z3.Or(outside))
            case net.Coincide(left, right):
                pairs = [self.truths[left.truth], self.truths[right.truth]]
                pairs += [
                    compared("=", self.columns[one], self.columns[other])
                    for one, other in zip(left.values, right.values, strict=True)
                ]
                certain = z3.And([true for true, _ in pairs])
                return z3.And([*(possible for _, possible in pairs), z3.Not(certain)])
            case net.Unbounded(truth, columns):
                unknown = z3.Or([z3.Not(self.columns[column].known) for column in columns])
                return z3.And(self.truths[truth][1], unknown)

    def _encode(self, tick: Tick) -> None:
        nodes, cone = self._circuit.network.nodes, self._circuit.cone(self._variables.loose)
        if any(loop.start <= place < loop.end for loop in self._circuit.network.loops for place in cone):
            raise Beyond("a rule that depends on itself reads what may change")
        for place, node in enumerate(nodes):
            tick()
            if place in self._variables.loose:
                self.columns[place] = self._leaf(place)
            elif place not in cone:
                self._fixed(place, node)
            elif isinstance(node, net.Column):
                self.columns[place] = self._shared(place, node, self._column(node))
            else:
                self.truths[place] = self._named(place, self._truth(node))

    def _shared(self, place: int, node: net.Node, column: Column) -> Column:
        """A count or sum under a name of its own, so that all comparisons with it speak of one number."""
        if not isinstance(node, net.Counted | net.Summed):
            return column
        low = z3.Int(f"l{place}")
        self._solver.add(low == column.low)
        if column.low is column.high:
            return Column(column.known, low, low)
        high = z3.Int(f"h{place}")
        self._solver.add(high == column.high)
        return Column(column.known, low, high)

    def _named(self, place: int, truths: Truths) -> Truths:
        """The truths under names of their own, so that what many share is one literal."""
        true, possible = truths
        same = true is possible
        first = self._name(f"t{place}", true)
        return (first, first) if same else (first, self._name(f"p{place}", possible))

    def _name(self, name: str, formula: Formula) -> Formula:
        if isinstance(formula, bool) or z3.is_const(formula):
            return formula
        literal = z3.Bool(name)
        self._solver.add(literal == formula)
        return literal

    def _fixed(self, place: int, node: net.Node) -> None:
        held = self._circuit.held(place)
        if isinstance(node, net.Column):
            self.columns[place] = self._constant(held)
        else:
            self.truths[place] = z3.BoolVal(held == 2), z3.BoolVal(held != 0)

    def _constant(self, held: Quantity) -> Column:
        if held is None:
            return Column(z3.BoolVal(False), z3.IntVal(0), z3.IntVal(0))
        if isinstance(held, Interval):
            return Column(z3.BoolVal(True), held.low, held.high)
        if isinstance(held, frozenset):
            return Column(z3.BoolVal(True), elements={name: z3.BoolVal(True) for name in held})
        number = z3.IntVal(self._variables.id(held))
        return Column(z3.BoolVal(True), number, number)

    def _leaf(self, place: int) -> Column:
        variable = self._variables.terms[place]
        if isinstance(variable, dict):
            return Column(z3.BoolVal(True), elements=variable)
        return Column(z3.BoolVal(True), variable, variable)

    def _column(self, node: net.Node) -> Column:
        columns = self.columns
        match node:
            case net.Stored(column, _):
                held = columns[column]
                if held.elements is not None or held.low is held.high:
                    return held
                low, high = bounded(held)
                return Column(z3.And(held.known, low == high), low, low)
            case net.Coalesce(first, second):
                one, other = columns[first], columns[second]
                if one.elements is not None or other.elements is not None:
                    raise Beyond("two sets are joined")
                return Column(
                    z3.Or(one.known, other.known),
                    z3.If(one.known, one.low, other.low),
                    z3.If(one.known, one.high, other.high),
                )
            case net.SizeOf(column):
                held = columns[column]
                size = z3.Sum([z3.IntVal(0), *(z3.If(bit, 1, 0) for bit in (held.elements or {}).values())])
                return Column(held.known, size, size)
            case net.Calculated(operator, left, right):
                return calculated(operator, columns[left], columns[right])
            case net.Counted(members):
                return total([(self.truths[member], 1, 1) for member in members])
            case net.Summed(members, field):
                return total([(self.truths[truth], *self._spread(value, field)) for truth, value in members])
            case net.Extreme(function, members, field):
                ends = [(self.truths[truth], *self._spread(value, field)) for truth, value in members]
                return extreme(function, ends)
            case _:
                raise AssertionError(node)

    def _spread(self, place: int, field: Field) -> tuple[Any, Any]:
        """The bounds of a member: of an unknown one those of its field."""
        column = self.columns[place]
        if z3.is_true(column.known):
            return bounded(column)
        least, greatest = limits(field)
        if least is None or greatest is None:
            raise Beyond(f"`{field.name}` is unknown and without bounds where it is summed")
        return z3.If(column.known, column.low, least), z3.If(column.known, column.high, greatest)

    def _truth(self, node: net.Node) -> Truths:
        match node:
            case net.Passes(column, cell):
                return guess(self.columns[column].known, self._passes(cell, self.columns[column]))
            case net.Same(left, right):
                return compared("=", self.columns[left], self.columns[right])
            case net.Given(column):
                return self.columns[column].known, z3.BoolVal(True)
            case net.IsKnown(column):
                return (self.columns[column].known,) * 2
            case net.Definite(column):
                held = self.columns[column]
                return z3.And(held.known, held.low == held.high), z3.BoolVal(True)
            case net.Compared(operator, left, right):
                return compared(operator, self.columns[left], self.columns[right])
            case net.All(parts) | net.AnyOf(parts):
                join = z3.And if isinstance(node, net.All) else z3.Or
                pairs = [self.truths[part] for part in parts]
                true = join([pair[0] for pair in pairs])
                return (
                    (true, true)
                    if all(one is other for one, other in pairs)
                    else (true, join([pair[1] for pair in pairs]))
                )
            case net.Negated(part):
                true, possible = self.truths[part]
                none = z3.Not(possible)
                return (none, none) if true is possible else (none, z3.Not(true))
            case _:
                raise AssertionError(node)

    def _passes(self, cell: Cell, column: Column) -> Formula:
        if isinstance(cell, Ranges):
            return z3.Or([between(column.low, low, high) for low, high in cell.ranges])
        if column.elements is not None:
            inside = z3.Or([bit for name, bit in column.elements.items() if name in cell.values])
        else:
            inside = z3.Or([column.low == self._variables.id(value) for value in cell.values])
        return z3.Not(inside) if cell.negated else inside
