"""The blocks of a circuit (``blocks``) as Z3 formulas in which is only counted how many of a class are in which way.

One block of a class may stand apart as the *focus*, so that it can be asked what would be without one of its changes.
(Z3 has no types.)
"""

# pyright: basic, reportMissingTypeStubs=false, reportOperatorIssue=false
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any, NamedTuple

import z3

from averment.backends.symbolic.blocks import Blocks
from averment.backends.symbolic.circuit import Circuit
from averment.backends.symbolic.terms import Beyond, Column, Formula
from averment.backends.symbolic.written import Written
from averment.law import network as net
from averment.law.tick import Tick

Changed = frozenset[int]
"""The places in a block of the leaves that change."""
Sizes = Mapping[tuple[int, Changed], int]
"""By class and what changes in a block how many blocks there are of which that changes."""
Counts = dict[tuple[int, int], int]
"""By class and way how many blocks there are."""


class Found(NamedTuple):
    """How many blocks are in which way, and in which the focus is."""

    counts: Counts
    focus: int = -1


class Counted(Written):
    """What is required of how many blocks are in which way, and what is found of it."""

    def __init__(self, circuit: Circuit, blocks: Blocks, most_effort: int, tick: Tick) -> None:
        self._start(circuit, {}, most_effort, tick)
        self._blocks = blocks
        self._focus: list[Any] = []
        self.many = {
            (number, way): z3.Int(f"n{number}.{way}")
            for number, each in enumerate(blocks.classes)
            for way in range(len(each.ways))
        }
        self._solver.add([count >= 0 for count in self.many.values()])
        for place in {used for upper in blocks.upper for used in net.reach_of(circuit.network.nodes[upper])}:
            self._fixed(place, circuit.network.nodes[place])
        for slot in circuit.claim_slots:
            for place in (slot.value, slot.truth):
                self._fixed(place, circuit.network.nodes[place])

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is required within is forgotten afterwards."""
        self._solver.push()
        try:
            yield
        finally:
            self._solver.pop()
            self._focus = []

    def turns(self, word: str) -> None:
        """The claim is another than this word."""
        self._solver.add(z3.Not(self.claim_is(word)))

    def keeps(self, word: str) -> None:
        """The claim is this word."""
        self._solver.add(self.claim_is(word))

    def without(self, sizes: Sizes) -> None:
        """No changes that hold these sizes, whichever blocks they are (Hall 1935)."""
        self._solver.add(z3.Not(self._holding(sizes)))

    def all_blocks(self) -> None:
        """Each class has as many blocks as it has."""
        for number, each in enumerate(self._blocks.classes):
            self._solver.add(z3.Sum([self.many[number, way] for way in range(len(each.ways))]) == len(each.blocks))

    def within(self, sizes: Sizes) -> None:
        """At most this changes: in so many blocks of a class no more than these leaves."""
        for number, each in enumerate(self._blocks.classes):
            some = {changed: size for (other, changed), size in sizes.items() if other == number and size}
            rest = len(each.blocks) - sum(some.values())
            some[frozenset()] = some.get(frozenset(), 0) + rest
            taken: dict[int, list[Any]] = {way: [] for way in range(len(each.ways))}
            for place, (changed, size) in enumerate(some.items()):
                flows: list[Any] = []
                for way, held in enumerate(each.ways):
                    if changed_in(held) <= changed:
                        flow = z3.Int(f"f{number}.{place}.{way}")
                        self._solver.add(flow >= 0)
                        taken[way].append(flow)
                        flows.append(flow)
                self._solver.add(z3.Sum(flows) == size)
            for way, flows in taken.items():
                self._solver.add(self.many[number, way] == z3.Sum([z3.IntVal(0), *flows]))

    def focused(self, number: int, changed: int) -> tuple[Counted, Counted]:
        """The formulas in which one block of a class changes this leaf, and the same without that change of it."""
        ways = self._blocks.classes[number].ways
        focus = self._focus = [z3.Int(f"m{way}") for way in range(len(ways))]
        self._solver.add([one >= 0 for one in focus])
        self._solver.add(z3.Sum(focus) == 1, *(focus[way] <= self.many[number, way] for way in range(len(ways))))
        self._solver.add(z3.Sum([one for one, way in zip(focus, ways, strict=True) if way[changed]]) == 1)
        other = copy(self)
        other.many = dict(self.many)
        for way, held in enumerate(ways):
            if held[changed]:
                back = ways.index((*held[:changed], 0, *held[changed + 1 :]))
                other.many[number, way] = other.many[number, way] - focus[way]
                other.many[number, back] = other.many[number, back] + focus[way]
        self.write("'")
        other.write('"')
        return self, other

    def write(self, mark: str) -> None:
        """Write out what the pools come to, and all that is above them."""
        self._mark = mark
        self._columns, self._truths = dict(self._columns), dict(self._truths)
        for number, each in enumerate(self._blocks.classes):
            for place in each.seen[0]:
                self._see(number, place)
        for place in self._blocks.upper:
            if place in self._blocks.pools:
                self._pool(place)
            else:
                self._write_node(place)

    def _holding(self, sizes: Sizes) -> Formula:
        found: list[Formula] = []
        for number, each in enumerate(self._blocks.classes):
            some = {changed: size for (other, changed), size in sizes.items() if other == number and size and changed}
            for kinds in _subsets(list(some)):
                above = [
                    self.many[number, way]
                    for way, held in enumerate(each.ways)
                    if any(kind <= changed_in(held) for kind in kinds)
                ]
                wanted = sum(size for changed, size in some.items() if any(kind <= changed for kind in kinds))
                found.append(z3.Sum(above) >= wanted)
        return z3.And(found)

    def find(self, seconds: float) -> Found | None:
        """Some model; none where there is none. Raises: Beyond where the solver gives up."""
        self._solver.set("timeout", max(1, int(min(seconds, 1e6) * 1000)))
        answer = self._solver.check()
        if answer == z3.unknown:
            raise Beyond("the solver gave up")
        if answer == z3.unsat:
            return None
        model: Any = self._solver.model()
        held = [model.eval(count, model_completion=True).as_long() for count in (*self.many.values(), *self._focus)]
        counts = dict(zip(self.many, held, strict=False))
        return Found(counts, next((way for way, one in enumerate(held[len(counts) :]) if one), -1))

    def _see(self, number: int, place: int) -> None:
        """What a node of the only block of its class holds."""
        each = self._blocks.classes[number]
        ways = [(self.many[number, way], held[place]) for way, held in enumerate(each.seen)]
        if isinstance(self._circuit.network.nodes[place], net.Column):
            if any(isinstance(held, frozenset) for _, held in ways):
                raise Beyond("a set is looked at")
            value = z3.Sum([count * self._id(held) for count, held in ways])  # type: ignore[arg-type]
            self._columns[place] = Column(z3.BoolVal(True), value, value)
        else:
            true = z3.Sum([z3.IntVal(0), *(count for count, held in ways if held == 2)]) >= 1
            self._truths[place] = true, true

    def _pool(self, place: int) -> None:
        node, upper = self._circuit.network.nodes[place], {*self._blocks.upper}
        terms: list[Any] = [z3.IntVal(self._blocks.pools[place])]
        for number, each in enumerate(self._blocks.classes):
            terms += [self.many[number, way] * added[place] for way, added in enumerate(each.added) if added.get(place)]
        if isinstance(node, net.Summed):
            for truth, value in node.members:
                if truth in upper:
                    held = self._circuit.held(value)
                    if not isinstance(held, int):
                        raise Beyond("a sum over what is not known")
                    terms.append(z3.If(self._definite(truth), held, 0))
                elif value in upper:
                    raise Beyond("a sum of what is reckoned")
        else:
            members = [self._definite(member) for member in net.reach_of(node) if member in upper]
            wanted = not isinstance(node, net.All)
            terms += [z3.If(true, int(wanted), int(not wanted)) for true in members]
        whole = z3.Sum(terms)
        if isinstance(node, net.AnyOf):
            self._truths[place] = self._named(place, _both(whole >= 1))
        elif isinstance(node, net.All):
            self._truths[place] = self._named(place, _both(whole == 0))
        else:
            self._columns[place] = self._shared(place, node, Column(z3.BoolVal(True), whole, whole))

    def _definite(self, place: int) -> Formula:
        true, possible = self._truths[place]
        if true is not possible:
            raise Beyond("what is taken together may be unknown")
        return true


def changed_in(way: Iterable[int]) -> Changed:
    """The places of the leaves that a way changes."""
    return frozenset(place for place, value in enumerate(way) if value)


def _both(formula: Formula) -> tuple[Formula, Formula]:
    return formula, formula


def _subsets(kinds: list[Changed]) -> Iterator[list[Changed]]:
    for mask in range(1, 1 << len(kinds)):
        yield [kind for place, kind in enumerate(kinds) if mask >> place & 1]
