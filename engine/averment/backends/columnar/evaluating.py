"""The network of a program over a batch: each node once, three-valued truth as two planes.

A truth is a plane of where it is true and one of where it is possible (not false); where nothing it rests on is unknown
both are one array, so a batch without unknowns pays for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from averment.backends.columnar.columns import (
    Array,
    Column,
    Plane,
    calculate,
    coalesce,
    compare,
    either,
    integer_type,
    of_codes,
)
from averment.backends.columnar.vocabulary import Symbols, Vocabulary, in_ranges
from averment.ir.program import Cell, Field, Kind, Program, Ranges
from averment.ir.values import limits
from averment.law import network as net
from averment.law.truth import INT64_MAX, INT64_MIN, TRUE


@dataclass
class Values:
    """What the nodes of a network stand for in the rows of a batch.

    ``hard`` are the rows that the set-at-a-time law does not cover: they are decided by themselves.
    """

    rows: int
    symbols: Symbols
    given: Mapping[tuple[str, int], Column]
    columns: dict[int, Column] = field(default_factory=dict[int, Column])
    true: dict[int, Plane] = field(default_factory=dict[int, Plane])
    possible: dict[int, Plane] = field(default_factory=dict[int, Plane])
    joined: dict[tuple[int, int], tuple[Plane, Plane]] = field(
        default_factory=dict[tuple[int, int], tuple[Plane, Plane]]
    )
    hard: Plane | None = None

    def unknown(self, truth: int) -> Plane | None:
        """Where a truth is unknown; nothing where it is nowhere."""
        true, possible = self.true[truth], self.possible[truth]
        return None if true is possible else possible & ~true

    def harden(self, rows: Array) -> None:
        """Leave these rows to be decided by themselves."""
        if len(rows):
            hard = np.zeros(self.rows, np.bool_)
            hard[rows] = True
            self.hard = either(self.hard, hard)


class Evaluator:
    """A network ready to be evaluated over batches."""

    def __init__(self, program: Program, network: net.Network, vocabulary: Vocabulary) -> None:
        self._network, self._vocabulary, self._program = network, vocabulary, program
        self._loops = {loop.start: loop for loop in network.loops}

    def run(self, values: Values, start: int, end: int) -> None:
        """Evaluate the nodes from ``start`` to before ``end``."""
        place = start
        while place < end:
            loop = self._loops.get(place)
            if loop is None:
                self._evaluate(place, values)
                place += 1
            else:
                self._repeat(loop, values)
                place = loop.end

    def _repeat(self, loop: net.Loop, values: Values) -> None:
        """A loop to its least fixpoint: both planes only ever grow."""
        nothing = np.zeros(values.rows, np.bool_)
        held = [(nothing, nothing)] * len(loop.held)
        while True:
            for place, (true, possible) in zip(loop.held, held, strict=True):
                values.true[place], values.possible[place] = true, possible
            for place in range(loop.start, loop.end):
                if place not in loop.held:
                    self._evaluate(place, values)
            found = [(values.true[body], values.possible[body]) for body in loop.bodies]
            if all(
                np.array_equal(one, other)
                for old, new in zip(held, found, strict=True)
                for one, other in zip(old, new, strict=True)
            ):
                return
            held = found

    def _evaluate(self, place: int, values: Values) -> None:
        node = self._network.nodes[place]
        evaluate = self._TRUTHS.get(type(node))
        if evaluate is not None:
            values.true[place], values.possible[place] = evaluate(self, node, values)
        else:
            values.columns[place] = self._COLUMNS[type(node)](self, node, values)

    # --- truths ---------------------------------------------------------------------------------------------------

    def _fixed(self, node: net.Fixed, values: Values) -> tuple[Plane, Plane]:
        true = np.full(values.rows, node.truth is TRUE)
        return (true, true) if node.truth in (TRUE, 0) else (true, ~true)

    def _passes(self, node: net.Passes, values: Values) -> tuple[Plane, Plane]:
        column, declared = values.columns[node.column], self._field(node.column)
        return passing(column, node.cell, declared, self._vocabulary, values.symbols)

    def _same(self, node: net.Same, values: Values) -> tuple[Plane, Plane]:
        left, right = self.comparable(node.left, node.right, values)
        for side in (left, right):
            if not side.definite:  # the law knows no join with an interval
                values.hard = either(values.hard, side.low != side.high)
        return compare("=", left, right)

    def _given(self, node: net.Given, values: Values) -> tuple[Plane, Plane]:
        everywhere = np.ones(values.rows, np.bool_)
        unknown = values.columns[node.column].unknown
        return (everywhere, everywhere) if unknown is None else (~unknown, everywhere)

    def _is_known(self, node: net.IsKnown, values: Values) -> tuple[Plane, Plane]:
        unknown = values.columns[node.column].unknown
        known = np.ones(values.rows, np.bool_) if unknown is None else ~unknown
        return known, known

    def _definite(self, node: net.Definite, values: Values) -> tuple[Plane, Plane]:
        column = values.columns[node.column]
        everywhere = np.ones(values.rows, np.bool_)
        if column.definite and column.unknown is None:
            return everywhere, everywhere
        single: Plane = column.low == column.high
        return (single if column.unknown is None else single & ~column.unknown), everywhere

    def _compared(self, node: net.Compared, values: Values) -> tuple[Plane, Plane]:
        left, right = self.comparable(node.left, node.right, values)
        true, possible = compare(node.operator, left, right)
        if len(true) != values.rows:  # two constants whose calculation left 64 bits
            true = possible = np.zeros(values.rows, np.bool_)
        return true, possible

    def _all(self, node: net.All, values: Values) -> tuple[Plane, Plane]:
        return _fold(np.logical_and, node.parts, values)

    def _any(self, node: net.AnyOf, values: Values) -> tuple[Plane, Plane]:
        return _fold(np.logical_or, node.parts, values)

    def _negated(self, node: net.Negated, values: Values) -> tuple[Plane, Plane]:
        true, possible = values.true[node.part], values.possible[node.part]
        none = ~possible
        return (none, none) if true is possible else (none, ~true)

    def _joined(self, node: net.Joined, values: Values) -> tuple[Plane, Plane]:
        return values.joined[node.rule, node.head]

    # --- columns --------------------------------------------------------------------------------------------------

    def _constant(self, node: net.Constant, values: Values) -> Column:
        """A constant is an array of one value, which NumPy spreads; texts and sets are encoded where they are met."""
        if isinstance(node.value, int):
            value = np.array([node.value])
            return Column(value, value, None, int(node.value), int(node.value))
        return of_codes(np.zeros(1, np.int8))

    def _field_of(self, node: net.FieldOf, values: Values) -> Column:
        return values.given[node.type, node.field]

    def _coalesce(self, node: net.Coalesce, values: Values) -> Column:
        return coalesce(*self.comparable(node.first, node.second, values))

    def _size_of(self, node: net.SizeOf, values: Values) -> Column:
        column = values.columns[node.column]
        size = np.bitwise_count(column.low)
        return Column(size, size, column.unknown, 0, 64)

    def _calculated(self, node: net.Calculated, values: Values) -> Column:
        column, astray = calculate(node.operator, values.columns[node.left], values.columns[node.right])
        if astray is not None:
            values.hard = either(values.hard, astray if column.unknown is None else astray & ~column.unknown)
        return column

    def _counted(self, node: net.Counted, values: Values) -> Column:
        size = integer_type(0, len(node.members))
        low = np.zeros(values.rows, size)
        high = low
        for member in node.members:
            true, possible = values.true[member], values.possible[member]
            if true is not possible and high is low:
                high = low.copy()
            np.add(low, true.view(np.int8), out=low)
            if high is not low:
                np.add(high, possible.view(np.int8), out=high)
        return Column(low, high, None, 0, len(node.members))

    def _summed(self, node: net.Summed, values: Values) -> Column:
        least = greatest = 0
        for _, value in node.members:
            held = values.columns[value]
            lowest, highest = _spread(held, node.field)
            least, greatest = least + min(0, lowest), greatest + max(0, highest)
        size = integer_type(least, greatest)
        low = np.zeros(values.rows, size)
        high = low
        risky = least < INT64_MIN or greatest > INT64_MAX
        total = np.zeros(values.rows) if risky else None
        for truth, value in node.members:
            true, possible = values.true[truth], values.possible[truth]
            floor, ceiling = self._bounds(value, truth, node.field, values)
            if high is low and (true is not possible or floor is not ceiling):
                high = low.copy()
            if true is possible:
                np.add(low, true.view(np.int8) * floor.astype(size), out=low)
                if high is not low:
                    np.add(high, true.view(np.int8) * ceiling.astype(size), out=high)
            else:
                np.add(low, _part(true, possible, floor, np.minimum, size), out=low)
                np.add(high, _part(true, possible, ceiling, np.maximum, size), out=high)
            if total is not None:
                largest = np.maximum(np.abs(floor.astype(np.float64)), np.abs(ceiling.astype(np.float64)))
                total += np.where(possible, largest, 0.0)
        if total is not None:
            values.hard = either(values.hard, total >= 2.0**63 - 2.0**20)
        return Column(low, high, None, max(least, INT64_MIN), min(greatest, INT64_MAX))

    def _extreme(self, node: net.Extreme, values: Values) -> Column:
        """Bounds of the least (or greatest) value: by all that may match, and by those that certainly do."""
        lowest = node.function == "min"
        nearest, widest = (np.minimum, np.maximum) if lowest else (np.maximum, np.minimum)
        far = INT64_MAX if lowest else INT64_MIN
        near = np.full(values.rows, far)  # the most extreme value that any matching may have
        certain = near.copy()  # no less extreme than this, by what certainly matches
        loose = np.full(
            values.rows, INT64_MIN if lowest else INT64_MAX
        )  # the same by what may match, where nothing does
        some, maybe = np.zeros(values.rows, np.bool_), np.zeros(values.rows, np.bool_)
        for truth, value in node.members:
            true, possible = values.true[truth], values.possible[truth]
            floor, ceiling = self._bounds(value, truth, node.field, values)
            first, last = (floor, ceiling) if lowest else (ceiling, floor)
            near = np.where(possible, nearest(near, first), near)
            certain = np.where(true, nearest(certain, last), certain)
            loose = np.where(possible, widest(loose, last), loose)
            some |= true
            maybe |= possible
        other = np.where(some, certain, loose)
        low, high = (near, other) if lowest else (other, near)
        nothing = None if maybe.all() else ~maybe
        return Column(low, low if np.array_equal(low, high) else high, nothing)

    def _bounds(self, value: int, truth: int, field: Field, values: Values) -> tuple[Array, Array]:
        """The least and greatest each value may be; rows with a possible and an unknown or unbounded value are hard."""
        column = values.columns[value]
        if column.unknown is None:
            return column.low, column.high
        floor, ceiling = limits(field)
        loose = column.unknown & values.possible[truth]
        certain_record = isinstance(self._network.nodes[value], net.FieldOf)
        if floor is None or ceiling is None or not certain_record:
            values.hard = either(values.hard, loose)
            return column.low, column.high
        wide = column.low.astype(integer_type(min(floor, column.least), max(ceiling, column.greatest)))
        return np.where(column.unknown, floor, wide), np.where(column.unknown, ceiling, wide)

    def _stored(self, node: net.Stored, values: Values) -> Column:
        """Unknown where it is an interval; choices and texts in the code of the field that holds them."""
        column = values.columns[node.column]
        source = self._field(node.column)
        if source is not None and source.kind in (Kind.CHOICE, Kind.TEXT):
            return self._vocabulary.recode(column, source, node.field, values.symbols)
        if column.definite:
            return column
        unknown = either(column.unknown, column.low != column.high)
        return Column(column.low, column.low, unknown, column.least, column.greatest)

    # --- domains --------------------------------------------------------------------------------------------------

    def _field(self, place: int) -> Field | None:
        return field_of(self._program, self._network, place)

    def comparable(self, left: int, right: int, values: Values) -> tuple[Column, Column]:
        """Two columns in one code: a constant in that of the other, choices and texts in symbols where codes differ."""
        return self._coded(left, right, values), self._coded(right, left, values)

    def _coded(self, place: int, other: int, values: Values) -> Column:
        node, declared, beside = self._network.nodes[place], self._field(place), self._field(other)
        if isinstance(node, net.Constant) and not isinstance(node.value, int) and beside is not None:
            return self._vocabulary.constant(node.value, beside, values.symbols)
        if declared is not None and beside is not None and declared.kind in (Kind.CHOICE, Kind.TEXT):
            return self._vocabulary.shared(values.columns[place], declared, beside, values.symbols)
        return values.columns[place]

    # --- which method a node has -------------------------------------------------------------------------------------

    _TRUTHS: ClassVar[dict[type, Callable[..., tuple[Plane, Plane]]]] = {
        net.Fixed: _fixed,
        net.Passes: _passes,
        net.Same: _same,
        net.Given: _given,
        net.IsKnown: _is_known,
        net.Definite: _definite,
        net.Compared: _compared,
        net.All: _all,
        net.AnyOf: _any,
        net.Negated: _negated,
        net.Joined: _joined,
    }
    _COLUMNS: ClassVar[dict[type, Callable[..., Column]]] = {
        net.Constant: _constant,
        net.FieldOf: _field_of,
        net.Coalesce: _coalesce,
        net.SizeOf: _size_of,
        net.Calculated: _calculated,
        net.Counted: _counted,
        net.Summed: _summed,
        net.Extreme: _extreme,
        net.Stored: _stored,
    }


def field_of(program: Program, network: net.Network, place: int) -> Field | None:
    """The field whose code a column is in; none for numbers that are calculated."""
    node = network.nodes[place]
    match node:
        case net.FieldOf(type, index):
            return program.types[type].fields[index]
        case net.Stored(_, field):
            return field
        case net.Coalesce(first, _):
            return field_of(program, network, first)
        case _:
            return None


def passing(
    column: Column, cell: Cell, declared: Field | None, vocabulary: Vocabulary, symbols: Symbols
) -> tuple[Plane, Plane]:
    """Where a column passes a cell, and where it may."""
    if isinstance(cell, Ranges):
        passed = in_ranges(column.low, cell)
    else:
        passed = vocabulary.among(column.low, cell, declared, symbols)
    if column.unknown is None:
        return passed, passed
    return passed & ~column.unknown, passed | column.unknown


def _fold(operation: np.ufunc, parts: tuple[int, ...], values: Values) -> tuple[Plane, Plane]:
    true, possible = values.true, values.possible
    first, second, *others = parts
    result: Plane = operation(true[first], true[second])
    for part in others:
        operation(result, true[part], out=result)
    if all(true[part] is possible[part] for part in parts):
        return result, result
    maybe: Plane = operation(possible[first], possible[second])
    for part in others:
        operation(maybe, possible[part], out=maybe)
    return result, maybe


def _spread(column: Column, field: Field) -> tuple[int, int]:
    least, greatest = column.least, column.greatest
    if column.unknown is not None:
        floor, ceiling = limits(field)
        least = min(least, floor if floor is not None else least)
        greatest = max(greatest, ceiling if ceiling is not None else greatest)
    return least, greatest


def _part(true: Plane, possible: Plane, bound: Array, extreme: np.ufunc, size: type[np.signedinteger[Any]]) -> Array:
    """What one member may add: its bound where it certainly matches, no more than nothing where it only may."""
    return np.where(true, bound, np.where(possible, extreme(bound, 0), 0)).astype(size)
