"""Building a network: each node once, with what is certain before any case decided at once."""

from __future__ import annotations

from dataclasses import replace

from averment.core.program import Cell, Field, Value
from averment.law import network as net
from averment.law.cells import passes
from averment.law.expressions import calculate, compare
from averment.law.tick import Tick, on_and_on
from averment.law.truth import FALSE, INT64_MAX, INT64_MIN, TRUE, CaseError, Truth

_FEW = 8  # parts that are taken over one by one; more are left together, or a chain of such would grow as its square
_COMPUTED = (net.Counted, net.Summed, net.Extreme, net.Calculated)


class Builder:
    """A network under construction. Methods take and give places of nodes. ``tick`` is called at each new node."""

    def __init__(self, tick: Tick = on_and_on) -> None:
        self._tick = tick
        self.network = net.Network()
        self._places: dict[net.Node, int] = {}
        self._constants: dict[tuple[type, Value], int] = {}
        self._fixed: dict[Truth, int] = {}
        self._passing: dict[tuple[int, int], int] = {}  # by the identities of cells, which the program holds
        self._gathered: dict[tuple[type[net.Node], tuple[int, ...]], int] = {}

    def node(self, node: net.Node) -> int:
        new = len(self.network.nodes)
        place = self._places.setdefault(node, new)  # a node is hashed once: that takes a good part of building
        if place == new:
            self._tick()
            self.network.nodes.append(node)
        return place

    def junction(self, doubts: list[net.Doubt]) -> int:
        self.network.junctions.append(doubts)
        return len(self.network.junctions) - 1

    # --- truths ---------------------------------------------------------------------------------------------------

    def fixed(self, truth: Truth) -> int:
        place = self._fixed.get(truth)
        if place is None:
            place = self._fixed[truth] = self.node(net.Fixed(truth))
        return place

    def is_fixed(self, place: int, truth: Truth) -> bool:
        return self._fixed.get(truth) == place

    def all_of(self, parts: tuple[int, ...]) -> int:
        return self._gather(parts, net.All, TRUE, FALSE)

    def any_of(self, parts: tuple[int, ...]) -> int:
        return self._gather(parts, net.AnyOf, FALSE, TRUE)

    def _gather(self, parts: tuple[int, ...], kind: type[net.All] | type[net.AnyOf], unit: Truth, zero: Truth) -> int:
        key = kind, parts
        found = self._gathered.get(key)
        if found is None:
            found = self._gathered[key] = self._gather_new(parts, kind, unit, zero)
        return found

    def _gather_new(
        self, parts: tuple[int, ...], kind: type[net.All] | type[net.AnyOf], unit: Truth, zero: Truth
    ) -> int:
        flat: list[int] = []
        for part in parts:
            node = self.network.nodes[part]
            flat += node.parts if isinstance(node, kind) and len(node.parts) <= _FEW else (part,)
        kept = tuple(part for part in dict.fromkeys(flat) if not self.is_fixed(part, unit))
        if any(self.is_fixed(part, zero) for part in kept):
            return self.fixed(zero)
        if not kept:
            return self.fixed(unit)
        return kept[0] if len(kept) == 1 else self.node(kind(kept))

    def negated(self, part: int) -> int:
        node = self.network.nodes[part]
        return self.fixed(~node.truth) if isinstance(node, net.Fixed) else self.node(net.Negated(part))

    def passes(self, column: int, cell: Cell) -> int:
        key = column, id(cell)
        place = self._passing.get(key)
        if place is None:
            node = self.network.nodes[column]
            place = self._passing[key] = (
                self.fixed(passes(cell, node.value))
                if isinstance(node, net.Constant)
                else self.node(net.Passes(column, cell))
            )
        return place

    def given(self, column: int) -> int:
        return self.fixed(TRUE) if self.is_constant(column) else self.node(net.Given(column))

    def is_known(self, column: int) -> int:
        return self.fixed(TRUE) if self.is_constant(column) else self.node(net.IsKnown(column))

    def same(self, left: int, right: int) -> int:
        one, other = self.network.nodes[left], self.network.nodes[right]
        if isinstance(one, net.Constant) and isinstance(other, net.Constant):
            return self.fixed(TRUE if one.value == other.value else FALSE)
        if left == right:
            return self.given(left)
        return self.node(net.Same(left, right))

    def compared(self, operator: str, left: int, right: int) -> int:
        one, other = self.network.nodes[left], self.network.nodes[right]
        if isinstance(one, net.Constant) and isinstance(other, net.Constant):
            return self.fixed(compare(operator, one.value, other.value))
        return self.node(net.Compared(operator, left, right))

    def first_of(self, overlaps: list[tuple[net.Derivable, net.Derivable]]) -> dict[net.Derivable, net.Derivable]:
        """The later of facts that may be one, made to hold only where none before it is true of the same values."""
        before: dict[net.Derivable, list[int]] = {}
        for one, slot in overlaps:
            same = (self.same(left, right) for left, right in zip(one.values, slot.values, strict=True))
            before.setdefault(slot, []).append(self.all_of((one.truth, *same)))
        return {
            slot: replace(slot, truth=self.all_of((slot.truth, self.negated(self.any_of(tuple(found))))))
            for slot, found in before.items()
        }

    # --- columns --------------------------------------------------------------------------------------------------

    def constant(self, value: Value) -> int:
        """A constant; ``True`` and ``1`` are two."""
        place = self._constants.get((type(value), value))
        if place is None:
            place = self._constants[type(value), value] = len(self.network.nodes)
            self.network.nodes.append(net.Constant(value))
        return place

    def is_constant(self, column: int) -> bool:
        return isinstance(self.network.nodes[column], net.Constant)

    def coalesce(self, first: int, second: int) -> int:
        if first == second or self.is_constant(first):
            return first
        return second if self.is_constant(second) else self.node(net.Coalesce(first, second))

    def size_of(self, column: int) -> int:
        node = self.network.nodes[column]
        if isinstance(node, net.Constant) and isinstance(node.value, frozenset):
            return self.constant(len(node.value))
        return self.node(net.SizeOf(column))

    def calculated(self, operator: str, left: int, right: int) -> int:
        one, other = self.network.nodes[left], self.network.nodes[right]
        if isinstance(one, net.Constant) and isinstance(other, net.Constant):
            try:
                value = calculate(operator, one.value, other.value)
            except CaseError:
                return self.node(net.Calculated(operator, left, right))
            assert isinstance(value, int)
            return self.constant(value)
        return self.node(net.Calculated(operator, left, right))

    def counted(self, truths: tuple[int, ...], loose: tuple[tuple[int, ...], ...]) -> int:
        if all(self.is_fixed(truth, TRUE) for truth in truths):
            return self.constant(len(truths))
        return self.node(net.Counted(truths, loose))

    def summed(self, members: tuple[tuple[int, int], ...], field: Field, loose: tuple[tuple[int, ...], ...]) -> int:
        return self.node(net.Summed(members, field, loose)) if members else self.constant(0)

    def extreme(self, function: str, members: tuple[tuple[int, int], ...], field: Field) -> int:
        return self.node(net.Extreme(function, members, field))

    def may_be_interval(self, column: int) -> bool:
        """Whether a column may stand for more than one value that is not unknown."""
        return isinstance(self.network.nodes[column], _COMPUTED)

    def stored(self, column: int, field: Field) -> int:
        """The column as a field of a derived fact holds it."""
        node = self.network.nodes[column]
        if isinstance(node, net.Constant) or (isinstance(node, net.Stored) and node.field == field):
            return column
        return self.node(net.Stored(column, field))

    def may_leave(self, column: int, field: Field) -> bool:
        """Whether a column may have a value outside the range of a field."""
        node = self.network.nodes[column]
        if not field.kind.ordered or (field.minimum is None and field.maximum is None):
            return False
        if isinstance(node, net.Constant):
            assert isinstance(node.value, int)
            return not (_least(field) <= node.value <= _greatest(field))
        return True


def _least(field: Field) -> int:
    return INT64_MIN if field.minimum is None else field.minimum


def _greatest(field: Field) -> int:
    return INT64_MAX if field.maximum is None else field.maximum
