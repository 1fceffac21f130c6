"""The network of a program over a batch: each node once, three-valued truth as two planes.

A truth is a plane of where it is true and one of where it is possible (not false); where nothing it rests on is unknown
both are one array, so a batch without unknowns pays for one.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import ClassVar

import numpy as np

from averment.backends.columnar.aggregates import counted, extreme, summed
from averment.backends.columnar.columns import (
    Column,
    Plane,
    coalesce,
    compare,
    either,
    of_codes,
)
from averment.backends.columnar.intervals import calculated, unsafe
from averment.backends.columnar.values import Values
from averment.backends.columnar.vocabulary import Symbols, Vocabulary, in_ranges
from averment.core.program import Among, Cell, Field, Kind, Program, Ranges
from averment.law import network as net
from averment.law.truth import TRUE

_SYMBOLS = Field("", Kind.TEXT)  # what choices of different values are told in, once they are one column


class Repeated:
    """A loop: its facts (``held``), its other ``nodes``, and what a change is told to.

    By place the nodes that look at it (``users``), and the facts whose body it is (``facts``); ``outside`` are bodies
    that lie before the loop.
    """

    def __init__(self, loop: net.Loop, nodes: list[net.Node]) -> None:
        self.end, self.held = loop.end, loop.held
        places, held = range(loop.start, loop.end), set(loop.held)
        self.nodes = [place for place in places if place not in held]
        self.users: dict[int, list[int]] = {}
        for place in self.nodes:
            for used in net.reach_of(nodes[place]):
                if used in places:
                    self.users.setdefault(used, []).append(place)
        self.facts: dict[int, list[int]] = {}
        for place, body in zip(loop.held, loop.bodies, strict=True):
            self.facts.setdefault(body, []).append(place)
        self.outside = [body for body in self.facts if body not in places]


class Evaluator:
    """A network ready to be evaluated over batches."""

    def __init__(self, program: Program, network: net.Network, vocabulary: Vocabulary) -> None:
        self._network, self._vocabulary, self._program = network, vocabulary, program
        self._loops = {loop.start: Repeated(loop, network.nodes) for loop in network.loops}

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

    def _repeat(self, loop: Repeated, values: Values) -> None:
        """A loop to its least fixpoint: both planes only ever grow. A node is evaluated again where something that it
        rests on has changed, and what comes first goes first.
        """
        nothing = np.zeros(values.rows, np.bool_)
        for place in loop.held:
            values.true[place] = values.possible[place] = nothing
        waiting = [*loop.nodes]  # a heap
        queued = set(waiting)
        changed = [*loop.outside]
        while changed or waiting:
            if not changed:
                changed.append(heappop(waiting))
                queued.remove(changed[0])
                self._evaluate(changed[0], values)
            place = changed.pop()
            for user in loop.users.get(place, ()):
                if user not in queued:
                    queued.add(user)
                    heappush(waiting, user)
            changed += [fact for fact in loop.facts.get(place, ()) if _grow(fact, place, values)]

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
        return compare("=", *self.comparable(node.left, node.right, values))

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
        values.hard = either(values.hard, unsafe(left, right))
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
        return values.joined[node.rule]

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
        column, astray = calculated(node.operator, values.columns[node.left], values.columns[node.right])
        values.hard = either(values.hard, astray)
        return column

    def _counted(self, node: net.Counted, values: Values) -> Column:
        return counted(node, values)

    def _summed(self, node: net.Summed, values: Values) -> Column:
        return summed(node, values)

    def _extreme(self, node: net.Extreme, values: Values) -> Column:
        return extreme(node, values)

    def _stored(self, node: net.Stored, values: Values) -> Column:
        """Unknown where it is an interval; choices and texts in the code of the field that holds them."""
        column = values.columns[node.column]
        source = self._field(node.column)
        if source is not None and source.kind in (Kind.CHOICE, Kind.TEXT):
            if source.kind is Kind.TEXT and node.field.kind is Kind.CHOICE:
                held = self._vocabulary.among(
                    column.low, Among(frozenset(node.field.values), False), source, values.symbols
                )
                values.hard = either(values.hard, ~held if column.unknown is None else ~held & ~column.unknown)
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


def _grow(fact: int, body: int, values: Values) -> bool:
    """Let a fact of a loop be what its body is; whether that is more than it was."""
    true, possible = values.true[body], values.possible[body]
    if np.array_equal(true, values.true[fact]) and np.array_equal(possible, values.possible[fact]):
        return False
    values.true[fact], values.possible[fact] = true, possible
    return True


def field_of(program: Program, network: net.Network, place: int) -> Field | None:
    """The field whose code a column is in; none for numbers that are calculated."""
    node = network.nodes[place]
    match node:
        case net.FieldOf(type, index):
            return program.types[type].fields[index]
        case net.Stored(_, field):
            return field
        case net.Coalesce(first, second):
            one, other = field_of(program, network, first), field_of(program, network, second)
            if one is None or other is None or one.values == other.values:
                return one
            return _SYMBOLS
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
