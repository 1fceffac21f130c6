"""A case as a circuit: the program grounded over its records, and evaluated anew only where a changed field leads.

A field may hold a value, be unknown, or (of an ordered kind) be *somewhere in* an interval: known, but not which value.
What is then true or false is so for every value in it (interval arithmetic, Moore 1966; three-valued logic).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace

from averment.backends.symbolic import gates
from averment.backends.symbolic.gates import Gate, Quantities, Unsure, gate_of
from averment.core.program import Fact, Program, Rule, Value
from averment.dataclass import dataclass
from averment.law import network as net
from averment.law.grounding import ground
from averment.law.tick import Tick, on_and_on
from averment.law.truth import Quantity

Leaf = tuple[int, int]
"""A field of a record of the case, by their numbers."""


@dataclass(frozen=True, slots=True)
class ClaimSlot:
    """A claim fact that may be derived: the places of its value and of its truth."""

    value: int
    truth: int


SEVERAL = -1  # leaves
SMALL = 0.3  # of what an undecided condition counts against one of a sum: tried on the example cases of pm_tpm


class Circuit:
    """A program over the records of a case. Not for two threads at once: it keeps the state it was last in."""

    def __init__(
        self,
        network: net.Network,
        program: Program,
        leaves: Mapping[Leaf, int],
        values: Quantities,
        tick: Tick = on_and_on,
    ) -> None:
        self.network, self.leaves = network, leaves
        self.words = program.claim.values
        self._gates: list[Gate | None] = [gate_of(node) for node in network.nodes]
        self._loops = {place: loop for loop in network.loops for place in range(loop.start, loop.end)}
        self._users = self._used(tick)
        self._owners = self._owned(tick)
        self._cones: dict[int, set[int]] = {}  # of the leaves asked for
        self.claim_slots = [
            ClaimSlot(slot.values[program.claim.field], slot.truth)
            for slot in network.slots.get(program.claim.type, [])
        ]
        self.summing, self.counting = _places(network, net.Summed), _places(network, net.Counted)
        self.conditions = _places(network, net.All, net.AnyOf, net.Passes, net.Compared)
        self._shown = {place for slot in self.claim_slots for place in (slot.value, slot.truth)}
        self.checked = frozenset(place for check in network.checks for place in looked_at(check))
        self._shown |= self.checked
        self._values = values
        self._held: dict[int, Quantity] = {place: values[place] for place in leaves.values()}
        self._moved: set[int] = set()  # the leaves that may hold something else than the case gives
        self._stale: set[int] = set()  # what was left to evaluate when a gate was not sure
        tick()
        self._run([place for place in range(len(network.nodes)) if place not in self._held])
        tick()

    def claims(self, fields: Mapping[int, Quantity]) -> list[tuple[Quantity, int]]:
        """The claims with their truths where leaves (by place) hold other quantities.

        Raises: Unsure where the circuit does not have the law's answer.
        """
        self.hold(fields)
        for check in self.network.checks:
            if fails(check, self._values):
                raise Unsure
        return [(self._values[slot.value], int(self._values[slot.truth])) for slot in self.claim_slots]  # type: ignore[arg-type]

    def hold(self, fields: Mapping[int, Quantity]) -> None:
        """Let the leaves hold these quantities, the others what the case gives. Raises: Unsure."""
        dirty, self._stale = self._stale, set()
        moved, self._moved = self._moved | fields.keys(), set(fields)
        changed: list[int] = []
        for place in moved:
            wanted = fields[place] if place in fields else self._held[place]
            held = self._values[place]
            if held is not wanted and (held != wanted or type(held) is not type(wanted)):
                self._values[place] = wanted
                changed.append(place)
        dirty |= self.cone(changed)
        if dirty:
            try:
                self._run(sorted(dirty))
            except Unsure:
                self._stale = dirty
                raise

    def after(self, fields: Mapping[int, Quantity]) -> Circuit:
        """The circuit of the same records where leaves (by place) hold other quantities: the case after some answers.

        Raises: Unsure where it does not have the law's answer.
        """
        other = copy(self)
        other._values, other._held, other._stale = list(self._values), dict(self._held), set(self._stale)
        other._held.update(fields)
        other._moved = self._moved | fields.keys()
        other.hold({})
        return other

    def doubt(self) -> float:
        """How much is undecided: the width of sums that have bounds, and in small part counts and single conditions."""
        wide, narrow = sum(map(self._width, self.summing)), sum(map(self._width, self.counting))
        return wide + SMALL * (narrow + sum(self._values[truth] == 1 for truth in self.conditions))

    def _width(self, place: int) -> int:
        """How wide an interval is that has bounds."""
        return gates.width(self._values[place])

    def held(self, place: int) -> Quantity:
        """What a node holds in the state the circuit is in."""
        return self._values[place]

    def gate(self, place: int) -> Gate | None:
        """The function of a node; none of a leaf."""
        return self._gates[place]

    def users(self, place: int) -> Collection[int]:
        """The nodes that look at a node."""
        return self._users.get(place, ())

    def loop_of(self, place: int) -> net.Loop | None:
        """The loop that a node is in."""
        return self._loops.get(place)

    def cone(self, leaves: Iterable[int]) -> set[int]:
        """The places that the values of these leaves may change."""
        pending = [*leaves]
        alone = pending[0] if len(pending) == 1 else None
        if alone in self._cones:
            return self._cones[alone]
        found: set[int] = set()
        while pending:
            for user in self._users.get(pending.pop(), ()):
                if user not in found:
                    found.add(user)
                    pending.append(user)
        if alone is not None:
            self._cones[alone] = found
        return found

    def own(self, leaf: int) -> tuple[list[int], list[int]]:
        """The nodes that depend on this leaf and no other, and those nodes of them (the leaf too) that others look at.

        A loop is left out, so that what it looks at counts as looked at by others.
        """
        own = [place for place in sorted(self.cone([leaf])) if self._owners[place] == leaf and place not in self._loops]
        inside = {leaf, *own}
        seen = [place for place in (leaf, *own) if place in self._shown or self._users.get(place, set()) - inside]
        return own, seen

    def _run(self, places: Sequence[int]) -> None:
        values, gates = self._values, self._gates
        done = -1
        for place in places:
            if place < done:
                continue
            loop = self.loop_of(place)
            if loop is not None:
                self._repeat(loop)
                done = loop.end
                continue
            gate = gates[place]
            assert gate is not None
            values[place] = gate(values)

    def _repeat(self, loop: net.Loop) -> None:
        """A loop to its least fixpoint."""
        values = self._values
        for place in loop.held:
            values[place] = 0
        held = set(loop.held)
        while True:
            for place in range(loop.start, loop.end):
                gate = self._gates[place]
                if place not in held and gate is not None:
                    values[place] = gate(values)
            found = [values[body] for body in loop.bodies]
            if found == [values[place] for place in loop.held]:
                return
            for place, truth in zip(loop.held, found, strict=True):
                values[place] = truth

    def _used(self, tick: Tick) -> dict[int, set[int]]:
        """By node those that look at it."""
        users: dict[int, set[int]] = {}
        for place, node in enumerate(self.network.nodes):
            tick()
            for used in net.reach_of(node):
                users.setdefault(used, set()).add(place)
        for loop in self.network.loops:
            for body, held in zip(loop.bodies, loop.held, strict=True):
                users.setdefault(body, set()).add(held)
        return users

    def _owned(self, tick: Tick) -> dict[int, int]:
        """By node the leaf that it depends on, where that is one only; else ``SEVERAL``."""
        owners = {leaf: leaf for leaf in self.leaves.values()}
        place, nodes = 0, self.network.nodes
        while place < len(nodes):
            tick()
            loop = self._loops.get(place)
            within = range(place, loop.end if loop else place + 1)
            met = {owners[used] for inner in within for used in net.reach_of(nodes[inner]) if used in owners}
            met |= {
                owners[body] for body in (loop.bodies if loop else ()) if body in owners
            }  # some come before the loop
            if met:
                owner = met.pop() if len(met) == 1 else SEVERAL
                owners |= {inner: owner for inner in within if inner not in owners}
            place = within.stop
        return owners


def _places(network: net.Network, *kinds: type[net.Node]) -> tuple[int, ...]:
    return tuple(place for place, node in enumerate(network.nodes) if isinstance(node, kinds))


def looked_at(check: net.OutOfRange | net.Coincide | net.Unbounded) -> Iterator[int]:
    """The nodes that a check looks at."""
    match check:
        case net.OutOfRange(truth, column, _):
            yield from (truth, column)
        case net.Coincide(left, right):
            yield from (left.truth, right.truth, *left.values, *right.values)
        case net.Unbounded(truth, columns):
            yield from (truth, *columns)


def fails(check: net.OutOfRange | net.Coincide | net.Unbounded, values: Quantities) -> bool:
    """Whether the law needs the case by itself."""
    match check:
        case net.OutOfRange(truth, column, field):
            return bool(values[truth]) and gates.leaves(field, values[column])
        case net.Coincide(left, right):
            pairs = zip(left.values, right.values, strict=True)
            same = min(gates.may_equal(values[one], values[other]) for one, other in pairs)
            truths = values[left.truth], values[right.truth]
            return bool(same and all(truths) and (same, *truths) != (2, 2, 2))
        case net.Unbounded(truth, columns):
            return bool(values[truth]) and any(values[column] is None for column in columns)


def circuit_of(
    program: Program,
    rules: Sequence[Rule],
    records: Sequence[Fact],
    unspoken: Sequence[str],
    loose: set[Leaf],
    frozen: Mapping[str, Sequence[Fact]],
    tick: Tick = on_and_on,
) -> Circuit | None:
    """The circuit of some rules over the records of a case; none where they are too many or meet without end, or layers
    go by the values of a choice.

    ``loose`` are the fields that may change (unknown ones always may); all others are constants. ``frozen`` are the
    facts of derived types that stay whatever changes.
    """
    if unspoken or program.parts:
        return None
    kept = frozenset(rule for rule in rules if not all(head.type in frozen for head in rule.heads))
    strata = tuple(tuple(rule for rule in stratum if rule in kept) for stratum in program.strata)
    sliced = replace(program, strata=strata)
    given: dict[str, list[tuple[net.Constant | net.FieldOf, ...]]] = {
        name: [] for name, type in program.types.items() if not type.derived and not type.one
    }
    names: dict[str, int] = {}
    for number, fact in enumerate(records):
        one = program.types[fact.type].one
        name = fact.type if one else f"{fact.type}#{number}"
        names[name] = number
        if not one:
            given[fact.type].append(
                tuple(_column(name, number, index, value, loose) for index, value in enumerate(fact.values))
            )
    for name, facts in frozen.items():
        given[name] = [tuple(map(net.Constant, fact.values)) for fact in facts]  # type: ignore[arg-type]
    network = ground(sliced, given, tick)
    if network.joins or network.tables:
        return None
    leaves: dict[Leaf, int] = {}
    values: Quantities = [None] * len(network.nodes)
    for place, node in enumerate(network.nodes):
        if isinstance(node, net.FieldOf):
            leaf = names[node.type], node.field
            leaves[leaf] = place
            values[place] = records[leaf[0]].values[leaf[1]]
    try:
        return Circuit(network, program, leaves, values, tick)
    except Unsure:
        return None


def _column(name: str, record: int, index: int, value: Value | None, loose: set[Leaf]) -> net.Constant | net.FieldOf:
    return net.FieldOf(name, index) if value is None or (record, index) in loose else net.Constant(value)
