"""A circuit in many states of which one leaf after another changes, judged anew only as far as its claim goes.

As ``States``, but sums, counts and their differences are held digit by digit (``digits``), and what no claim depends on
is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.many import States
from averment.backends.symbolic.planes import Parts, Plane
from averment.core.program import Field
from averment.core.values import limits
from averment.law import network as net
from averment.law.tick import Tick, on_and_on
from averment.law.truth import Interval, Quantity, bounds
from averment.questions.ask.digits import Number, compared, minus, plus, total

Span = tuple[Number, Number]
"""The least and the greatest that a number may be."""
_MOST = 1 << 53  # in size: beyond that a sum is left to the gates, which mind the 64 bits


class Sampled(States):
    """``leaves`` are told again and again, the other fields hold what they are given at first."""

    def __init__(self, circuit: Circuit, many: int, fields: Mapping[int, Parts], tick: Tick = on_and_on) -> None:
        self._spans: dict[int, Span] = {}
        self._bearing = _bearing(circuit)
        super().__init__(circuit, many, fields, tick=tick)
        self._cones = {leaf: sorted(circuit.cone([leaf]) & self._bearing) for leaf in fields}

    def tell(self, leaf: int, parts: Parts) -> None:
        """Let a leaf hold something else."""
        for place in self._cones[leaf]:
            self._columns.pop(place, None)
            self._spans.pop(place, None)
        self._columns[leaf] = parts
        self._run(self._cones[leaf])
        for check in self._circuit.network.checks:
            self.unsure |= self._failing(check)

    def settled(self) -> Plane:
        """The states in which the claim is definite: no claim is only possible, or two are certain."""
        certain: dict[Quantity, Plane] = {}
        reached: dict[Quantity, Plane] = {}
        for parts, (true, possible) in self.claims():
            for value, plane in parts.items():
                certain[value] = certain.get(value, 0) | true & plane
                reached[value] = reached.get(value, 0) | possible & plane
        undecided = once = twice = 0
        for value, plane in certain.items():
            undecided |= reached[value] & ~plane
            twice |= once & plane
            once |= plane
        return self.every & ~self.unsure & (twice | ~undecided)

    def alike(self) -> bool:
        """Whether no two states have claims that differ, as far as they have one for certain."""
        certain: dict[Quantity, Plane] = {}
        for parts, (true, _) in self.claims():
            for value, plane in parts.items():
                certain[value] = certain.get(value, 0) | true & plane
        claimed = 0
        for plane in certain.values():
            claimed |= plane
        none = self.settled() & ~claimed
        return sum(1 for plane in (*certain.values(), none) if plane) <= 1

    # --- numbers --------------------------------------------------------------------------------------------------

    def _evaluate(self, place: int) -> None:
        self._tick()
        node = self._circuit.network.nodes[place]
        if place not in self._bearing:
            return
        span = self._span_of(node)
        if span is not None:
            self._spans[place] = span
            return
        if isinstance(node, net.Compared):
            left, right = self._span(node.left), self._span(node.right)
            if left is not None and right is not None:
                self._truths[place] = compared(node.operator, left, right, self.every)
                return
        super()._evaluate(place)

    def _column(self, place: int) -> Parts:
        """Where something else than a comparison looks at a number, by its values."""
        if place in self._spans:
            self._columns[place] = self._column_of(self._circuit.network.nodes[place])  # type: ignore[arg-type]
            del self._spans[place]
        return super()._column(place)

    def _span_of(self, node: net.Node) -> Span | None:
        match node:
            case net.Counted(members):
                truths = [self._truth(member) for member in members]
                low = total(([(1, true)] for true, _ in truths), self.every)
                return low, total(([(1, possible)] for _, possible in truths), self.every)
            case net.Summed(members, field):
                return self._sum(members, field)
            case net.Calculated(operator, left, right) if operator in ("+", "-"):
                one, other = self._span(left), self._span(right)
                if one is None or other is None:
                    return None
                if operator == "-":
                    other = minus(other[1], self.every), minus(other[0], self.every)
                return plus(one[0], other[0]), plus(one[1], other[1])
            case _:
                return None

    def _span(self, place: int) -> Span | None:
        """The number a column holds; none where it is not one in every state, or too large."""
        if place in self._spans:
            return self._spans[place]
        lows: list[tuple[int, Plane]] = []
        highs: list[tuple[int, Plane]] = []
        for held, plane in self._column(place).items():
            ends = _ends(held, (None, None))
            if ends is None:
                return None
            lows.append((ends[0], plane))
            highs.append((ends[1], plane))
        return total([lows], self.every), total([highs], self.every)

    def _sum(self, members: Sequence[tuple[int, int]], field: Field) -> Span | None:
        spread = limits(field)
        lows: list[list[tuple[int, Plane]]] = []
        highs: list[list[tuple[int, Plane]]] = []
        for truth, value in members:
            true, possible = self._truth(truth)
            low: list[tuple[int, Plane]] = []
            high: list[tuple[int, Plane]] = []
            for held, plane in self._column(value).items():
                ends = _ends(held, spread)
                if ends is None:
                    return None
                maybe = plane & possible & ~true
                low += [(ends[0], plane & true), (min(ends[0], 0), maybe)]
                high += [(ends[1], plane & true), (max(ends[1], 0), maybe)]
            lows.append(low)
            highs.append(high)
        return total(lows, self.every), total(highs, self.every)


def _ends(held: Quantity, spread: tuple[int | None, int | None]) -> tuple[int, int] | None:
    """The bounds of a quantity where it is a number that has them, not too large."""
    if held is None:
        low, high = spread
    elif isinstance(held, int | Interval) and not isinstance(held, bool):
        low, high = bounds(held)
    else:
        return None
    if low is None or high is None or low < -_MOST or high > _MOST:
        return None
    return low, high


def _bearing(circuit: Circuit) -> set[int]:
    """The places that a claim, or a check, depends on."""
    nodes = circuit.network.nodes
    pending = [place for slot in circuit.claim_slots for place in (slot.value, slot.truth)]
    for check in circuit.network.checks:
        match check:
            case net.OutOfRange(truth, column, _):
                pending += [truth, column]
            case net.Coincide(left, right):
                pending += [left.truth, right.truth, *left.values, *right.values]
            case net.Unbounded(truth, columns):
                pending += [truth, *columns]
    found: set[int] = set()
    while pending:
        place = pending.pop()
        if place not in found:
            found.add(place)
            pending += net.reach_of(nodes[place])
            loop = circuit.loop_of(place)
            if loop is not None:
                pending += (*range(loop.start, loop.end), *loop.bodies)  # a body may lie before its loop
    return found
