"""Which way a circuit's nodes go when one leaf takes another value, whatever the others hold (unateness, Quine 1953).

Truths are ordered false, unknown, true; numbers as they are, intervals by both their ends. A node goes *up* where it
never falls, *down* where it never rises, *neither* where it stays, and *either way* where nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.many import States
from averment.ir.program import Ranges
from averment.ir.values import limits
from averment.law import network as net
from averment.law.truth import Interval, Quantity, bounds

NEITHER, UP, DOWN, EITHER = 0, 1, 2, 3
Ways = dict[int, int]


class Directions:
    """Which ways a circuit goes, whatever the ``loose`` leaves hold."""

    def __init__(self, circuit: Circuit, loose: Iterable[int]) -> None:
        """Raises: Unsure."""
        self._circuit = circuit
        circuit.hold(dict.fromkeys(loose))
        self._reach = [circuit.held(place) for place in range(len(circuit.network.nodes))]
        circuit.hold({})

    def keep(self, leaf: int, value: Quantity, word: str) -> bool:
        """Whether a claim that is ``word``, a value or ``gap``, stays so when a loose leaf goes from what is given to
        ``value``. Where it is not seen to, the answer is no.

        Raises: Unsure.
        """
        circuit = self._circuit
        ways = _ways(circuit, leaf, value, self._reach)
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


def _decided(node: net.Node, held: Quantity) -> bool:
    if isinstance(node, net.Column):
        return held is not None and not isinstance(held, Interval)
    return held != 1


def _ways(circuit: Circuit, leaf: int, value: Quantity, reach: Sequence[Quantity]) -> Ways:
    own, seen = circuit.own(leaf)
    states = States(circuit, 2, {leaf: {circuit.held(leaf): 1, value: 2}}, own)
    ways: Ways = {place: _between(*states.in_turn(place)) for place in seen}
    inside = {leaf, *own}
    for place in sorted(circuit.cone([leaf])):
        node = circuit.network.nodes[place]
        if place not in inside and not _decided(node, reach[place]):
            ways[place] = EITHER if circuit.loop_of(place) else _way(circuit, node, ways, reach)
    return ways


def _between(before: Quantity, after: Quantity) -> int:
    if before == after:
        return NEITHER
    if type(before) is int and type(after) is int:
        return UP if before < after else DOWN
    return EITHER


def _opposite(way: int) -> int:
    return (NEITHER, DOWN, UP, EITHER)[way]


def _way(circuit: Circuit, node: net.Node, ways: Ways, reach: Sequence[Quantity]) -> int:
    """The way of a node by those of the nodes it looks at, and by what those may hold at all."""
    used = [ways.get(place, NEITHER) for place in net.reach_of(node)]
    if not any(used):
        return NEITHER
    if isinstance(node, net.Compared) and node.operator in ("=", "!="):
        node = _one_sided(node, reach)
    match node:
        case net.All() | net.AnyOf() | net.Counted():
            return _any_of(used)
        case net.Negated():
            return _opposite(used[0])
        case net.Passes(_, Ranges(ranges=((low, None),))) if low is not None:
            return used[0]
        case net.Passes(_, Ranges(ranges=((None, high),))) if high is not None:
            return _opposite(used[0])
        case net.Compared(">" | ">=") | net.Calculated("-"):
            return used[0] | _opposite(used[1])
        case net.Compared("<" | "<="):
            return _opposite(used[0]) | used[1]
        case net.Calculated("+"):
            return used[0] | used[1]
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
    return found
