"""Which way a circuit's nodes go when one leaf takes another value, whatever the others hold (unateness, Quine 1953).

Truths are ordered false, unknown, true; numbers as they are, intervals by both their ends. A node goes *up* where it
never falls, *down* where it never rises, *neither* where it stays, and *either way* where nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from averment.backends.symbolic import gates
from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.many import States
from averment.backends.symbolic.planes import Plane
from averment.core.operators import OPERATORS
from averment.core.program import Ranges
from averment.core.values import limits
from averment.dataclass import dataclass
from averment.law import network as net
from averment.law.expressions import compare
from averment.law.tick import Tick, on_and_on
from averment.law.truth import Interval, Quantity, bounds

NEITHER, UP, DOWN, EITHER = 0, 1, 2, 3
Ways = dict[int, int]
Values = Sequence[Quantity]

MOST_PAIRS = 4_096  # of values that are compared


class Directions:
    """Which ways a circuit goes, whatever the ``loose`` leaves hold: of the values said of each, or anything.

    ``reach`` is what each node may hold then.
    """

    def __init__(self, circuit: Circuit, loose: Mapping[int, Values | None], tick: Tick = on_and_on) -> None:
        """Raises: Unsure; what ``tick`` raises."""
        self._circuit, self._tick = circuit, tick
        circuit.hold(dict.fromkeys(loose))
        self.reach = [circuit.held(place) for place in range(len(circuit.network.nodes))]
        circuit.hold({})
        self._values: dict[int, frozenset[Quantity]] = {}
        self._narrow({leaf: values for leaf, values in loose.items() if values is not None})

    def keep(self, leaf: int, before: Quantity, after: Values, word: str, alone: bool = False) -> bool:
        """Whether a claim that is ``word``, a value or ``gap``, stays so when a loose leaf goes from the value
        ``before`` to any of those ``after``. Where it is not seen to, the answer is no. ``alone``: no other leaf ever
        holds the value before.

        Raises: Unsure.
        """
        self._tick()
        circuit = self._circuit
        ways = self._ways(_Move(leaf, before, after, alone))
        if any(ways[place] for place in ways.keys() & circuit.checked):
            return False
        for slot in circuit.claim_slots:
            claimed = circuit.network.nodes[slot.value]
            wanted = UP if isinstance(claimed, net.Constant) and claimed.value == word else DOWN
            if ways.get(slot.value) or ways.get(slot.truth, NEITHER) not in (NEITHER, wanted):
                return False
            if ways.get(slot.truth) and not isinstance(claimed, net.Constant):
                return False
        return True

    def decided(self, place: int) -> bool:
        """Whether a node holds the same whatever the loose leaves hold."""
        held = self.reach[place]
        if isinstance(self._circuit.network.nodes[place], net.Column):
            return held is not None and not isinstance(held, Interval)
        return held != 1

    def _narrow(self, loose: Mapping[int, Values]) -> None:
        """Note what nodes may hold where leaves hold one of these values."""
        circuit, nodes = self._circuit, self._circuit.network.nodes
        for leaf, values in loose.items():
            self._tick()
            own, _ = circuit.own(leaf)
            states = _states_of(circuit, leaf, values, own)
            self._values[leaf] = frozenset(values)
            for place in own:
                if states.unsure:
                    break
                self._note(place, frozenset(states.in_turn(place)))
        for place in sorted(circuit.cone(loose)):
            node = nodes[place]
            gate = circuit.gate(place)
            if gate is None or place in self._values or self.decided(place) or circuit.loop_of(place):
                continue
            if isinstance(node, net.Same | net.Compared):
                left, right = self._held(node.left), self._held(node.right)
                if left is not None and right is not None and len(left) * len(right) <= MOST_PAIRS:
                    self._note(place, frozenset(int(_truth_of(node, one, other)) for one in left for other in right))
                    continue
            self.reach[place] = gate(self.reach)

    def _note(self, place: int, held: frozenset[Quantity]) -> None:
        self._values[place] = held
        if len(held) == 1:
            self.reach[place] = next(iter(held))

    def _held(self, place: int) -> frozenset[Quantity] | None:
        """What a column may hold, where that is a few values."""
        return frozenset((self.reach[place],)) if self.decided(place) else self._values.get(place)

    def _ways(self, move: _Move) -> Ways:
        circuit = self._circuit
        own, seen = circuit.own(move.leaf)
        states = _states_of(circuit, move.leaf, (move.before, *move.after), own)
        ways: Ways = {}
        for place in seen:
            before, *after = states.in_turn(place)
            ways[place] = EITHER if states.unsure else _any_of(_between(before, value) for value in after)
        inside = {move.leaf, *own}
        for place in sorted(circuit.cone([move.leaf])):
            node = circuit.network.nodes[place]
            if place not in inside and not self.decided(place):
                way = self._compared(node, move) if isinstance(node, net.Same | net.Compared) else None
                if way is None:
                    way = EITHER if circuit.loop_of(place) else _way(circuit, place, ways, self.reach)
                ways[place] = way
        return ways

    def _compared(self, node: net.Same | net.Compared, move: _Move) -> int | None:
        """The way of a comparison of the leaf itself with what holds one of a few values; none of others."""
        if node.left == move.leaf and node.right != move.leaf:
            others, turned = self._held(node.right), False
        elif node.right == move.leaf and node.left != move.leaf:
            others, turned = self._held(node.left), True
        else:
            return None
        if others is None or len(others) * len(move.after) > MOST_PAIRS:
            return None

        met = others - {move.before} if move.alone else others
        if isinstance(node, net.Same) or node.operator in ("=", "!="):
            up = UP if any(value in met and value != move.before for value in move.after) else NEITHER
            down = DOWN if move.before in met and any(value != move.before for value in move.after) else NEITHER
            way = up | down if None not in met and None not in move.after else EITHER
            return way if isinstance(node, net.Same) or node.operator == "=" else _opposite(way)

        def truth(value: Quantity, other: Quantity) -> int:
            return _truth_of(node, other, value) if turned else _truth_of(node, value, other)

        return _any_of(_between(truth(move.before, each), truth(value, each)) for value in move.after for each in met)


@dataclass(frozen=True, slots=True)
class _Move:
    """A leaf goes from the value ``before``, which no other leaf holds where it is ``alone``, to one ``after``."""

    leaf: int
    before: Quantity
    after: Values
    alone: bool


def _states_of(circuit: Circuit, leaf: int, values: Values, only: Sequence[int]) -> States:
    """The nodes that depend on a leaf only, in a state for each of its values."""
    parts: dict[Quantity, Plane] = {}
    for state, value in enumerate(values):
        parts[value] = parts.get(value, 0) | 1 << state
    return States(circuit, len(values), {leaf: parts}, only)


def _truth_of(node: net.Same | net.Compared, left: Quantity, right: Quantity) -> int:
    """The truth of a comparison of these."""
    return gates.same(left, right) if isinstance(node, net.Same) else int(compare(node.operator, left, right))


def _between(before: Quantity, after: Quantity) -> int:
    if before == after:
        return NEITHER
    if type(before) is int and type(after) is int:
        return UP if before < after else DOWN
    return EITHER


def _opposite(way: int) -> int:
    return (NEITHER, DOWN, UP, EITHER)[way]


def _way(circuit: Circuit, place: int, ways: Ways, reach: Sequence[Quantity]) -> int:
    """The way of a node by those of the nodes it looks at, and by what those may hold at all."""
    node = circuit.network.nodes[place]
    if isinstance(node, net.All | net.AnyOf | net.Counted):
        return _any_of(way for other, way in ways.items() if way and place in circuit.users(other))
    used = [ways.get(place, NEITHER) for place in net.reach_of(node)]
    if not any(used):
        return NEITHER
    if isinstance(node, net.Compared) and node.operator in ("=", "!="):
        node = _one_sided(node, reach)
    match node:
        case net.Negated():
            return _opposite(used[0])
        case net.Passes(_, Ranges(ranges=((low, None),))) if low is not None:
            return used[0]
        case net.Passes(_, Ranges(ranges=((None, high),))) if high is not None:
            return _opposite(used[0])
        case net.Compared(">" | ">="):
            return used[0] | _opposite(used[1])
        case net.Compared("<" | "<="):
            return _opposite(used[0]) | used[1]
        case net.Calculated(operator):
            return _any_of(
                NEITHER if not way else EITHER if not rises else way if rises > 0 else _opposite(way)
                for way, rises in zip(used, OPERATORS[operator].rises, strict=True)
            )
        case net.Summed(members, field):
            least = limits(field)[0]
            found = NEITHER
            for truth, value in members:
                held = circuit.network.nodes[value]
                floor: Quantity = held.value if isinstance(held, net.Constant) else least
                way = ways.get(truth, NEITHER)
                if isinstance(held, net.Constant) and isinstance(floor, int) and floor < 0:
                    way = _opposite(way)
                elif way and (not isinstance(floor, int) or floor < 0):
                    way = EITHER
                found |= way | ways.get(value, NEITHER)
            return found
        case _:
            return EITHER


def _one_sided(node: net.Compared, reach: Sequence[Quantity]) -> net.Compared:
    """An equality as the inequality that it comes to where one side is never less, or never more, than the other."""
    left, right = reach[node.left], reach[node.right]
    if not isinstance(left, int | Interval) or not isinstance(right, int | Interval):
        return node
    (low, high), (floor, ceiling) = bounds(left), bounds(right)
    if low is not None and ceiling is not None and low >= ceiling:
        return replace(node, operator="<=" if node.operator == "=" else ">")
    if high is not None and floor is not None and high <= floor:
        return replace(node, operator=">=" if node.operator == "=" else "<")
    return node


def _any_of(ways: Iterable[int]) -> int:
    found = NEITHER
    for way in ways:
        found |= way
        if found == EITHER:
            break
    return found
