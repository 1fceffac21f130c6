"""A circuit as Z3 formulas (de Moura and Bjørner 2008): which values of its loose fields give which claim.

A truth is a pair of formulas, *true* and *possible* (not false); a column is whether it is known, and the least and
greatest value it may have. So a model of the formulas is an assignment under which the law's three-valued claim is
what was asked for. Where the circuit does not have the law's answer (its checks), an assignment counts as a model too:
what is found is always decided again by the caller, what is not found is proved not to be. (Z3 has no types.)
"""

# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.terms import (
    Beyond,
    Column,
    Formula,
    Members,
    Truths,
    between,
    bounded,
    calculated,
    guess,
)
from averment.core.program import Cell, Field, Kind, Ranges, Value
from averment.core.text_tests import made_of
from averment.core.values import ends, limits
from averment.law import network as net
from averment.law.aggregates import aggregated
from averment.law.tick import Tick
from averment.law.truth import Interval, Quantity

MOST_EFFORT = 20_000_000  # of one check: Z3's own measure of work, the same on every machine


@dataclass(frozen=True, slots=True)
class Loose:
    """A field that may take other values: those it may (all within its bounds, where ``None``), what is given, its
    cost.
    """

    field: Field
    given: Value | None
    values: tuple[Value, ...] | None


class Written:
    """The formulas of a circuit where some fields (by place) are loose; all others hold what the case gives."""

    def __init__(self, circuit: Circuit, loose: Mapping[int, Loose], most_effort: int, tick: Tick) -> None:
        self._start(circuit, loose, most_effort, tick)
        self.variables = {place: self._variable(place, each) for place, each in loose.items()}
        self.changed = {
            place: z3.Not(self._is(place, each.given)) for place, each in loose.items() if each.given is not None
        }
        self._encode()

    def _start(self, circuit: Circuit, loose: Mapping[int, Loose], most_effort: int, tick: Tick) -> None:
        self._tick = tick
        circuit.hold({})
        self._circuit, self._loose = circuit, loose
        self._mark = ""
        self._ids: dict[Value, int] = {}
        self._columns: dict[int, Column] = {}
        self._truths: dict[int, Truths] = {}
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("rlimit", most_effort)

    def claim_is(self, word: str) -> Formula:
        """The formula that the claim is this word: a declared value, ``open``, ``gap`` or ``conflict``."""
        if word == "open":
            return z3.Not(z3.Or([self.claim_is(other) for other in (*self._circuit.words, "gap", "conflict")]))
        claims = [(self._columns[slot.value], *self._truths[slot.truth]) for slot in self._circuit.claim_slots]
        if word == "gap":
            return z3.And([z3.Not(possible) for _, _, possible in claims])
        if word == "conflict":
            pairs = [
                z3.And(one[1], other[1], one[0].low != other[0].low)
                for place, one in enumerate(claims)
                for other in claims[:place]
            ]
            return z3.Or(pairs)
        wanted = self._id(word)
        some = z3.Or([z3.And(true, column.low == wanted) for column, true, _ in claims])
        only = z3.And(
            [z3.Implies(possible, z3.And(column.known, column.low == wanted)) for column, _, possible in claims]
        )
        return z3.And(some, only)

    # --- variables ------------------------------------------------------------------------------------------------

    @cached_property
    def _texts(self) -> list[str]:
        """The texts that a value may be."""
        nodes = self._circuit.network.nodes
        loose = (value for each in self._loose.values() for value in each.values or ())
        held = (node.value for node in nodes if isinstance(node, net.Constant))
        return list(dict.fromkeys(value for value in (*loose, *held) if isinstance(value, str)))

    def _variable(self, place: int, loose: Loose) -> Any:
        self._tick()
        field = loose.field
        if field.kind is Kind.SET:
            elements = {value: z3.Bool(f"{place}.{value}") for value in field.values}
            if loose.values is not None and len(loose.values) < 2 ** len(field.values):
                self._solver.add(z3.Or([self._all_of(elements, value) for value in loose.values]))
            return elements
        variable = z3.Int(f"{place}")
        if loose.values is not None:
            self._solver.add(z3.Or([variable == self._id(value) for value in loose.values]))
        else:
            low, high = ends(field)
            self._solver.add(variable >= low, variable <= high)
        return variable

    @staticmethod
    def _all_of(elements: Mapping[str, Formula], value: Any) -> Formula:
        return z3.And([bit if name in value else z3.Not(bit) for name, bit in elements.items()])

    def _is(self, place: int, value: Value | None) -> Formula:
        self._tick()
        if isinstance(value, frozenset):
            return self._all_of(self.variables[place], value)
        assert value is not None
        return self.variables[place] == self._id(value)

    def _value(self, place: int, model: Any) -> Value:
        loose, variable = self._loose[place], self.variables[place]
        if loose.field.kind is Kind.SET:
            return frozenset(
                name for name, bit in variable.items() if z3.is_true(model.eval(bit, model_completion=True))
            )
        number = model.eval(variable, model_completion=True).as_long()
        if loose.values is None or loose.field.kind.ordered:
            return int(number)
        return next(value for value in loose.values if self._id(value) == number)

    def _cost(self, place: int, loose: Loose) -> Formula:
        variable, given, weight = self.variables[place], loose.given, loose.field.cost
        if isinstance(given, frozenset):
            return (
                z3.Sum([z3.If(bit, int(name not in given), int(name in given)) for name, bit in variable.items()])
                * weight
            )
        if loose.field.kind.ordered and isinstance(given, int):
            return z3.If(variable >= given, variable - given, given - variable) * weight
        return z3.If(self.changed[place], weight, 0)

    def _id(self, value: Value) -> int:
        """A value as a number: numbers as they are, texts and names by the order in which they were met."""
        if isinstance(value, int):
            return int(value)
        return self._ids.setdefault(value, len(self._ids))

    # --- nodes ----------------------------------------------------------------------------------------------------

    def _encode(self) -> None:
        nodes, cone = self._circuit.network.nodes, self._circuit.cone(self._loose)
        if any(loop.start <= place < loop.end for loop in self._circuit.network.loops for place in cone):
            raise Beyond("a rule that depends on itself reads what may change")
        for place, node in enumerate(nodes):
            self._tick()
            if place in self._loose:
                self._columns[place] = self._leaf(place)
            elif place not in cone:
                self._fixed(place, node)
        self._write(sorted(cone - self._loose.keys()))

    def _write(self, places: list[int]) -> None:
        """Write out nodes that depend on what is loose, in order, and then where the circuit is not sure."""
        for place in places:
            self._write_node(place)
        self._unsure = z3.Or([self._fires(check) for check in self._circuit.network.checks])

    def _write_node(self, place: int) -> None:
        self._tick()
        node = self._circuit.network.nodes[place]
        if isinstance(node, net.Column):
            self._columns[place] = self._shared(place, node, self._column(node))
        else:
            self._truths[place] = self._named(place, self._truth(node))

    def _shared(self, place: int, node: net.Node, column: Column) -> Column:
        """A count or sum under a name of its own, so that all comparisons with it speak of one number."""
        if not isinstance(node, net.Counted | net.Summed):
            return column
        low = z3.Int(f"l{place}{self._mark}")
        self._solver.add(low == column.low)
        if column.low is column.high:
            return Column(column.known, low, low)
        high = z3.Int(f"h{place}{self._mark}")
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
        literal = z3.Bool(name + self._mark)
        self._solver.add(literal == formula)
        return literal

    def _fixed(self, place: int, node: net.Node) -> None:
        held = self._circuit.held(place)
        if isinstance(node, net.Column):
            self._columns[place] = self._constant(held)
        else:
            true = z3.BoolVal(held == 2)
            self._truths[place] = true, z3.BoolVal(True) if held == 1 else true

    def _constant(self, held: Quantity) -> Column:
        if held is None:
            return Column(z3.BoolVal(False), z3.IntVal(0), z3.IntVal(0))
        if isinstance(held, Interval):
            return Column(z3.BoolVal(True), held.low, held.high)
        if isinstance(held, frozenset):
            return Column(z3.BoolVal(True), elements={name: z3.BoolVal(True) for name in held})
        number = z3.IntVal(self._id(held))
        return Column(z3.BoolVal(True), number, number)

    def _leaf(self, place: int) -> Column:
        variable = self.variables[place]
        if isinstance(variable, dict):
            return Column(z3.BoolVal(True), elements=variable)
        return Column(z3.BoolVal(True), variable, variable)

    def _column(self, node: net.Node) -> Column:
        columns = self._columns
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
                return _aggregated("count", [(self._truths[member], 1, 1) for member in members])
            case net.Summed(members, field):
                return _aggregated("sum", self._members(members, field))
            case net.Extreme(function, members, field):
                return _aggregated(function, self._members(members, field))
            case _:
                raise AssertionError(node)

    def _members(self, members: Sequence[tuple[int, int]], field: Field) -> list[tuple[Truths, Any, Any]]:
        return [(self._truths[truth], *self._spread(value, field)) for truth, value in members]

    def _spread(self, place: int, field: Field) -> tuple[Any, Any]:
        """The bounds of a member: of an unknown one those of its field."""
        column = self._columns[place]
        if z3.is_true(column.known):
            return bounded(column)
        least, greatest = limits(field)
        if least is None or greatest is None:
            raise Beyond(f"`{field.name}` is unknown and without bounds where it is summed")
        return z3.If(column.known, column.low, least), z3.If(column.known, column.high, greatest)

    def _truth(self, node: net.Node) -> Truths:
        match node:
            case net.Passes(column, cell):
                return guess(self._columns[column].known, self._passes(cell, self._columns[column]))
            case net.Same(left, right):
                return self._compared("=", self._columns[left], self._columns[right])
            case net.Given(column):
                return self._columns[column].known, z3.BoolVal(True)
            case net.IsKnown(column):
                return (self._columns[column].known,) * 2
            case net.Definite(column):
                held = self._columns[column]
                return z3.And(held.known, held.low == held.high), z3.BoolVal(True)
            case net.Compared(operator, left, right):
                return self._compared(operator, self._columns[left], self._columns[right])
            case net.All(parts) | net.AnyOf(parts):
                join = z3.And if isinstance(node, net.All) else z3.Or
                pairs = [self._truths[part] for part in parts]
                true = join([pair[0] for pair in pairs])
                return (
                    (true, true)
                    if all(one is other for one, other in pairs)
                    else (true, join([pair[1] for pair in pairs]))
                )
            case net.Negated(part):
                true, possible = self._truths[part]
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
            made = [text for text in self._texts if made_of(text, cell.parts)] if cell.parts else []
            inside = z3.Or([column.low == self._id(value) for value in (*cell.values, *made)])
        return z3.Not(inside) if cell.negated else inside

    def _compared(self, operator: str, left: Column, right: Column) -> Truths:
        known = z3.And(left.known, right.known)
        if left.elements is not None or right.elements is not None:
            names = {*(left.elements or {}), *(right.elements or {})}
            no = z3.BoolVal(False)
            same = z3.And(
                [(left.elements or {}).get(name, no) == (right.elements or {}).get(name, no) for name in names]
            )
            return guess(known, same if operator == "=" else z3.Not(same))
        (low, high), (floor, ceiling) = bounded(left), bounded(right)
        if operator in ("=", "!="):
            true, possible = z3.And(low == high, floor == ceiling, low == floor), z3.And(low <= ceiling, floor <= high)
            if low is high and floor is ceiling:
                true = possible = low == floor
            if operator == "!=":
                true, possible = z3.Not(possible), z3.Not(true)
        else:
            if operator in (">", "<="):
                (low, high), (floor, ceiling) = (floor, ceiling), (low, high)
            true, possible = high < floor, low < ceiling
            if operator in (">=", "<="):
                true, possible = z3.Not(possible), z3.Not(true)
        if z3.is_true(z3.simplify(known)) and low is high and floor is ceiling:
            return true, true
        return z3.And(known, true), z3.Or(z3.Not(known), possible)

    def _fires(self, check: net.OutOfRange | net.Coincide | net.Unbounded) -> Formula:
        """The formula that a check fails: see ``circuit.fails``."""
        match check:
            case net.OutOfRange(truth, column, field):
                low, high = bounded(self._columns[column])
                outside = [low < field.minimum] if field.minimum is not None else []
                outside += [high > field.maximum] if field.maximum is not None else []
                return z3.And(self._truths[truth][1], self._columns[column].known, z3.Or(outside))
            case net.Coincide(left, right):
                pairs = [self._truths[left.truth], self._truths[right.truth]]
                pairs += [
                    self._compared("=", self._columns[one], self._columns[other])
                    for one, other in zip(left.values, right.values, strict=True)
                ]
                certain = z3.And([true for true, _ in pairs])
                return z3.And([*(possible for _, possible in pairs), z3.Not(certain)])
            case net.Unbounded(truth, columns):
                unknown = z3.Or([z3.Not(self._columns[column].known) for column in columns])
                return z3.And(self._truths[truth][1], unknown)


def _aggregated(function: str, members: list[tuple[Truths, Any, Any]]) -> Column:
    return Column(z3.BoolVal(True), *aggregated(function, Members(members)))
