"""A circuit in blocks that meet only where much is counted, summed or taken together, and blocks of a kind in classes.

A *pool* is a count, a sum, or what is true where any or all of many are. What the nodes below the pools hold depends on
a few leaves each: these make a *block*, and all that the rest of the circuit sees of a block is what it adds to the
pools. Blocks that add the same in the same ways are of one *class*, and nothing tells which of them is in which way,
only how many are: to exchange two of them is an automorphism of the circuit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from averment.backends.symbolic.circuit import Circuit, fails, looked_at
from averment.backends.symbolic.directions import Directions
from averment.backends.symbolic.many import States
from averment.backends.symbolic.planes import Plane
from averment.dataclass import dataclass
from averment.law import network as net
from averment.law.tick import Tick
from averment.law.truth import Interval, Quantity

MOST_INSIDE = 8  # nodes that are taken together and are no pool
MOST_WAYS = 64  # of a block

Way = tuple[int, ...]
"""By leaf of a block the place of its value among those it may hold; 0 is the one given."""
Pool = net.Counted | net.Summed | net.AnyOf | net.All


class NoBlocks(Exception):
    """The circuit does not come apart so that its blocks can be counted."""


@dataclass(frozen=True)
class BlockClass:
    """``blocks`` by their leaves, in the same order in each. ``added`` is by way what one adds to each pool: of ``all``
    how many are false. ``seen`` is by way what nodes hold that others than pools look at: only of a class of one block.
    """

    blocks: tuple[tuple[int, ...], ...]
    ways: tuple[Way, ...]
    added: tuple[Mapping[int, int], ...]
    seen: tuple[Mapping[int, Quantity], ...]


@dataclass(frozen=True)
class Blocks:
    """The classes of a circuit. ``upper`` are the nodes that are no part of any block, in order; ``pools`` those of
    them that are pools, with what they hold of what does not change.
    """

    classes: tuple[BlockClass, ...]
    upper: tuple[int, ...]
    pools: Mapping[int, int]


def blocks_of(circuit: Circuit, values: Mapping[int, Sequence[Quantity]], tick: Tick) -> Blocks:
    """The blocks of a circuit in which each leaf may hold one of some values, the first of them the one given.

    Raises: NoBlocks; Unsure; what ``tick`` raises.
    """
    return _Parting(circuit, values, tick).blocks()


class _Parting:
    def __init__(self, circuit: Circuit, values: Mapping[int, Sequence[Quantity]], tick: Tick) -> None:
        self._circuit, self._values, self._tick = circuit, values, tick
        self._directions = Directions(circuit, values, tick)
        cone = circuit.cone(values)
        self._live = [place for place in sorted(cone) if not self._directions.decided(place)]
        self._moving = {*values, *self._live}
        self._vague = self._not_known(sorted(cone))
        if any(circuit.loop_of(place) for place in self._live) or any(map(self._may_fail, circuit.network.checks)):
            raise NoBlocks
        self._upper: list[int] = []
        self._pools: dict[int, int] = {}
        self._root = {leaf: leaf for leaf in values}  # by place in a block one on the way to the leaf that names it
        self._part()

    def blocks(self) -> Blocks:
        inside: dict[int, list[int]] = {}
        for place in self._root:
            inside.setdefault(self._find(place), []).append(place)
        leaves = {root: self._in_order(places) for root, places in inside.items()}
        ways = {root: self._ways(block) for root, block in leaves.items()}
        states = self._states(leaves, ways)
        many = {root: len(each) for root, each in ways.items()}
        added, seen = self._added(states, many), self._seen(states, many)
        classes: dict[object, list[int]] = {}
        for root, block in leaves.items():
            self._tick()
            effects = tuple(tuple(sorted((pool, each) for pool, each in way.items() if each)) for way in added[root])
            alone = root if any(seen[root]) else -1
            kinds = tuple(self._kind(leaf) for leaf in block)
            classes.setdefault((alone, ways[root], kinds, effects), []).append(root)
        found = [
            BlockClass(tuple(leaves[root] for root in roots), ways[first], tuple(added[first]), tuple(seen[first]))
            for roots in classes.values()
            for first in roots[:1]
        ]
        return Blocks(tuple(found), tuple(self._upper), self._pools)

    # --- what belongs together ------------------------------------------------------------------------------------

    def _part(self) -> None:
        """Sort the live nodes: those above the pools, and those of one block."""
        upper: set[int] = set()
        for place in self._live:
            self._tick()
            node = self._circuit.network.nodes[place]
            used = [other for other in net.reach_of(node) if other in self._moving]
            if not used:  # nothing that moves reaches it: what it holds is only not known
                self._moving.discard(place)
                continue
            if isinstance(node, Pool) and len(used) > MOST_INSIDE:
                self._pools[place] = self._fixed(node)
                for one, other in node.members if isinstance(node, net.Summed) else ():
                    if one in self._moving and other in self._moving:
                        if one in upper or other in upper:
                            raise NoBlocks
                        self._unite(one, other)
            elif isinstance(node, net.Extreme) and len(used) > MOST_INSIDE:
                raise NoBlocks
            elif not any(other in upper for other in used):
                self._root[place] = used[0]
                for other in used[1:]:
                    self._unite(place, other)
                continue
            upper.add(place)
            self._upper.append(place)

    def _fixed(self, node: Pool) -> int:
        """What a pool holds of members that do not change."""
        held = self._circuit.held
        if isinstance(node, net.Summed):
            pairs = [pair for pair in node.members if not self._moving.intersection(pair)]
            values = [held(value) for truth, value in pairs if self._certain(truth)]
            if not all(type(value) is int for value in values):
                raise NoBlocks
            return sum(values)  # type: ignore[arg-type]
        still = [member for member in net.reach_of(node) if member not in self._moving]
        true = sum(map(self._certain, still))
        return len(still) - true if isinstance(node, net.All) else true

    def _certain(self, place: int) -> bool:
        """Whether a node that does not change is true. Raises: NoBlocks where that is not known."""
        held = self._circuit.held(place)
        if held not in (0, 2):
            raise NoBlocks
        return held == 2

    def _may_fail(self, check: net.OutOfRange | net.Coincide | net.Unbounded) -> bool:
        places, reach = {*looked_at(check)}, self._directions.reach
        if self._moving.isdisjoint(places):
            return False
        if isinstance(check, net.OutOfRange) and check.column in self._moving and reach[check.column] is None:
            return True
        if not isinstance(check, net.OutOfRange) and self._vague.isdisjoint(places):
            return False  # the others fail only where something is not known
        return fails(check, reach)

    def _not_known(self, cone: Iterable[int]) -> set[int]:
        """The nodes that may hold nothing definite even where every leaf that moves does."""
        found: set[int] = set()
        for place, node in enumerate(self._circuit.network.nodes):
            held = self._circuit.held(place)
            if held is None or isinstance(held, Interval) or (held == 1 and not isinstance(node, net.Column)):
                found.add(place)
        for place in cone:
            node = self._circuit.network.nodes[place]
            if isinstance(node, net.Extreme) or any(used in found for used in net.reach_of(node)):
                found.add(place)
        return found

    def _find(self, place: int) -> int:
        root = self._root
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    def _unite(self, one: int, other: int) -> None:
        self._root[self._find(one)] = self._find(other)

    # --- what a block does ----------------------------------------------------------------------------------------

    def _kind(self, leaf: int) -> tuple[str, int]:
        """The type of a leaf's record and its field."""
        node = self._circuit.network.nodes[leaf]
        assert isinstance(node, net.FieldOf)
        return node.type.partition("#")[0], node.field

    def _in_order(self, places: Iterable[int]) -> tuple[int, ...]:
        leaves = (place for place in places if place in self._values)
        return tuple(sorted(leaves, key=lambda leaf: (self._kind(leaf), leaf)))

    def _ways(self, leaves: Sequence[int]) -> tuple[Way, ...]:
        many = 1
        for leaf in leaves:
            many *= len(self._values[leaf])
            if many > MOST_WAYS:
                raise NoBlocks
        return tuple(product(*(range(len(self._values[leaf])) for leaf in leaves)))

    def _states(self, blocks: Mapping[int, tuple[int, ...]], ways: Mapping[int, tuple[Way, ...]]) -> States:
        """All blocks in all of their ways, a state for each."""
        parts: dict[int, dict[Quantity, Plane]] = {}
        for root, leaves in blocks.items():
            for position, leaf in enumerate(leaves):
                planes = parts.setdefault(leaf, {})
                for state, way in enumerate(ways[root]):
                    value = self._values[leaf][way[position]]
                    planes[value] = planes.get(value, 0) | 1 << state
        inner = sorted(place for place in self._root if place not in self._values)
        states = States(self._circuit, max(map(len, ways.values())), parts, inner, self._tick)
        if states.unsure:
            raise NoBlocks
        return states

    def _added(self, states: States, ways: Mapping[int, int]) -> dict[int, list[dict[int, int]]]:
        """By block and way what it adds to the pools."""
        found: dict[int, list[dict[int, int]]] = {root: [{} for _ in range(many)] for root, many in ways.items()}
        for pool in self._pools:
            self._tick()
            node = self._circuit.network.nodes[pool]
            for place, adds in self._members(node, states):
                for added, more in zip(found[self._find(place)], adds, strict=False):
                    added[pool] = added.get(pool, 0) + more
        return found

    def _members(self, node: net.Node, states: States) -> Iterator[tuple[int, list[int]]]:
        """The members of a pool in the blocks, each with what it adds in each state."""
        if isinstance(node, net.Summed):
            for truth, value in node.members:
                place = truth if truth in self._root else value
                if place in self._root:
                    truths, values = self._truths(states, truth), self._numbers(states, value)
                    yield place, [number if true else 0 for true, number in zip(truths, values, strict=True)]
            return
        for member in net.reach_of(node):
            if member in self._root:
                truths = self._truths(states, member)
                yield member, [int(true != isinstance(node, net.All)) for true in truths]

    def _seen(self, states: States, ways: Mapping[int, int]) -> dict[int, list[dict[int, Quantity]]]:
        """By block and way what nodes hold that others than pools look at."""
        nodes = self._circuit.network.nodes
        shown = {
            member
            for place in self._upper
            if place not in self._pools
            for member in net.reach_of(nodes[place])
            if member in self._root
        }
        slots = [place for slot in self._circuit.claim_slots for place in (slot.value, slot.truth)]
        found: dict[int, list[dict[int, Quantity]]] = {root: [{} for _ in range(many)] for root, many in ways.items()}
        for place in sorted(shown.union(place for place in slots if place in self._root)):
            column = isinstance(nodes[place], net.Column)
            held = states.in_turn(place) if column else [2 * true for true in self._truths(states, place)]
            if any(each is None or isinstance(each, Interval) for each in held):
                raise NoBlocks
            for seen, each in zip(found[self._find(place)], held, strict=False):
                seen[place] = each
        return found

    def _truths(self, states: States, place: int) -> list[bool]:
        """Whether a node is true in each state. Raises: NoBlocks where that is not known."""
        held = states.in_turn(place)
        if any(each not in (0, 2) for each in held):
            raise NoBlocks
        return [each == 2 for each in held]

    @staticmethod
    def _numbers(states: States, place: int) -> list[int]:
        held = states.in_turn(place)
        numbers = [each for each in held if type(each) is int]
        if len(numbers) < len(held):
            raise NoBlocks
        return numbers
