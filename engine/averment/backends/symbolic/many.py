"""A circuit in many states at once: to ask thousands of changes of a case costs little more than to ask one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from averment.backends.symbolic import gates, planes
from averment.backends.symbolic.circuit import SMALL, Circuit
from averment.backends.symbolic.planes import Parts, Plane, Truths
from averment.core.program import Field
from averment.core.values import limits
from averment.law import network as net
from averment.law.aggregates import aggregated
from averment.law.expressions import compare
from averment.law.tick import Tick, on_and_on
from averment.law.truth import Quantity

FEW = 16  # pairs of values that are gone through one by one
ClaimFact = tuple[Parts, Truths]
"""A claim fact that may be derived: its value and its truth, by planes."""


class States:
    """A circuit in ``many`` states. ``fields`` are the leaves (by place) that do not hold what the case gives in all.
    ``only`` these nodes are evaluated, where they are said; ``truths`` are those of nodes that are told as leaves are.
    ``tick`` is called at each.

    A leaf holds what the case gives in the states that its parts leave out. ``unsure`` are the states in which the
    circuit does not have the law's answer: what is said of them means nothing.
    """

    def __init__(
        self,
        circuit: Circuit,
        many: int,
        fields: Mapping[int, Parts],
        only: Sequence[int] | None = None,
        tick: Tick = on_and_on,
        truths: Mapping[int, Truths] | None = None,
    ) -> None:
        circuit.hold({})
        self._tick = tick
        self.many, self.every = many, (1 << many) - 1
        self.unsure: Plane = 0
        self._circuit = circuit
        self._columns: dict[int, Parts] = {}
        self._truths: dict[int, Truths] = dict(truths or {})
        self._told = self._truths.keys() | fields.keys()
        for place, parts in fields.items():
            left = self.every
            for plane in parts.values():
                left &= ~plane
            given = circuit.held(place)
            self._columns[place] = {**parts, given: parts.get(given, 0) | left} if left else parts
        self._run(sorted(circuit.cone(self._told)) if only is None else only)
        for check in circuit.network.checks if only is None else ():
            tick()
            self.unsure |= self._failing(check)

    def claims(self) -> list[ClaimFact]:
        """The claim facts that may be derived."""
        return [(self._column(slot.value), self._truth(slot.truth)) for slot in self._circuit.claim_slots]

    def apart(self, place: int) -> list[Plane]:
        """The states in groups by what a node holds in them."""
        if isinstance(self._circuit.network.nodes[place], net.Column):
            return list(self._column(place).values())
        true, possible = self._truth(place)
        return [plane for plane in (true, possible & ~true, self.every & ~possible) if plane]

    def in_turn(self, place: int) -> list[Quantity]:
        """What a node holds in each state; a truth as 0, 1 or 2."""
        if isinstance(self._circuit.network.nodes[place], net.Column):
            held = {state: held for held, plane in self._column(place).items() for state in planes.states_of(plane)}
            return [held[state] for state in range(self.many)]
        true, possible = self._truth(place)
        return [(true >> state & 1) + (possible >> state & 1) for state in range(self.many)]

    def doubts(self) -> list[float]:
        """How much is undecided in each state, as ``Circuit.doubt`` has it."""
        circuit = self._circuit
        wide = planes.added([self._widths(place) for place in circuit.summing], self.every)
        maybe = [true ^ possible for true, possible in map(self._truth, circuit.conditions)]
        counts = [self._widths(place) for place in circuit.counting]
        narrow = planes.added([*counts, *([(1, plane)] for plane in maybe)], self.every)
        found = [0.0] * self.many
        for sums, weight in ((wide, 1.0), (narrow, SMALL)):
            for number, plane in sums.items():
                for state in planes.states_of(plane):
                    found[state] += weight * number
        return found

    def _widths(self, place: int) -> list[tuple[int, Plane]]:
        return [(width, plane) for held, plane in self._column(place).items() if (width := gates.width(held))]

    # --- nodes ----------------------------------------------------------------------------------------------------

    def _column(self, place: int) -> Parts:
        found = self._columns.get(place)
        return {self._circuit.held(place): self.every} if found is None else found

    def _truth(self, place: int) -> Truths:
        found = self._truths.get(place)
        if found is not None:
            return found
        held = self._circuit.held(place)
        return self.every if held == 2 else 0, self.every if held else 0

    def _run(self, places: Sequence[int]) -> None:
        done = -1
        for place in places:
            if place < done or place in self._told:
                continue
            loop = self._circuit.loop_of(place)
            if loop is None:
                self._evaluate(place)
            else:
                self._repeat(loop)
                done = loop.end

    def _repeat(self, loop: net.Loop) -> None:
        """A loop to its least fixpoint: planes only grow."""
        for place in loop.held:
            self._truths[place] = (0, 0)
        held = set(loop.held)
        while True:
            for place in range(loop.start, loop.end):
                if place not in held:
                    self._evaluate(place)
            found = [self._truth(body) for body in loop.bodies]
            if found == [self._truths[place] for place in loop.held]:
                return
            self._truths.update(zip(loop.held, found, strict=True))

    def _evaluate(self, place: int) -> None:
        self._tick()
        node = self._circuit.network.nodes[place]
        if isinstance(node, net.Column):
            self._columns[place] = self._column_of(node)
        else:
            self._truths[place] = self._truth_of(node)

    def _column_of(self, node: net.Column) -> Parts:
        match node:
            case net.Constant(value):
                return {value: self.every}
            case net.Coalesce(first, second):
                one = self._column(first)
                unknown = one.get(None, 0)
                found: dict[Quantity, Plane] = {held: plane for held, plane in one.items() if held is not None}
                for held, plane in self._column(second).items() if unknown else ():
                    if both := plane & unknown:
                        found[held] = found.get(held, 0) | both
                return found
            case net.SizeOf(column):
                return planes.mapped(self._column(column), gates.size)
            case net.Calculated(operator, left, right):
                return self._calculated(operator, self._column(left), self._column(right))
            case net.Counted(members):
                return planes.counted([self._truth(member) for member in members], self.every)
            case net.Summed(members, field):
                return self._aggregated("sum", members, field)
            case net.Extreme(function, members, field):
                return self._aggregated(function, members, field)
            case net.Stored(column, _):
                return planes.mapped(self._column(column), gates.stored)
            case _:
                raise AssertionError(node)

    def _calculated(self, operator: str, left: Parts, right: Parts) -> Parts:
        if operator in ("+", "-") and len(left) * len(right) > FEW:
            sums = planes.added_up(operator, left, right, self.every)
            if sums is not None:
                return sums
        found: dict[Quantity, Plane] = {}
        for one, other, plane in planes.paired(left, right):
            try:
                result = gates.calculated(operator, one, other)
            except gates.Unsure:
                self.unsure |= plane
                result = None
            found[result] = found.get(result, 0) | plane
        return found

    def _aggregated(self, function: str, members: Sequence[tuple[int, int]], field: Field) -> Parts:
        spread = limits(field)
        told = [
            (self._truth(truth), [(*gates.ends(held, spread), plane) for held, plane in self._column(value).items()])
            for truth, value in members
        ]
        low, high = aggregated(function, planes.Members(told, self.every))
        self.unsure |= planes.outside(low) | planes.outside(high)
        return planes.between(low, high)

    def _truth_of(self, node: net.Node) -> Truths:
        match node:
            case net.Fixed(fixed):
                return self.every if fixed == 2 else 0, self.every if fixed else 0
            case net.All(parts):
                true = possible = self.every
                for part in parts:
                    one, other = self._truth(part)
                    true, possible = true & one, possible & other
                return true, possible
            case net.AnyOf(parts):
                true = possible = 0
                for part in parts:
                    one, other = self._truth(part)
                    true, possible = true | one, possible | other
                return true, possible
            case net.Negated(part):
                true, possible = self._truth(part)
                return self.every & ~possible, self.every & ~true
            case net.Same(left, right):
                return self._compared("=", left, right)
            case net.Compared(operator, left, right):
                return self._compared(operator, left, right)
            case net.Passes(column, cell):
                return self._judged(column, lambda held: gates.passing(cell, held))
            case net.Given(column):
                return self._judged(column, gates.given)
            case net.IsKnown(column):
                return self._judged(column, gates.is_known)
            case net.Definite(column):
                return self._judged(column, gates.definite)
            case _:
                raise AssertionError(node)

    def _judged(self, column: int, gate: gates.Judging) -> Truths:
        return planes.judged((gate(held), plane) for held, plane in self._column(column).items())

    def _compared(self, operator: str, left: int, right: int) -> Truths:
        one, other = self._column(left), self._column(right)
        if len(one) * len(other) > FEW and planes.numeric(one) and planes.numeric(other):
            return planes.compared(operator, one, other)
        return self._paired(left, right, lambda held, beside: int(compare(operator, held, beside)))

    def _paired(self, left: int, right: int, gate: gates.Comparing) -> Truths:
        pairs = planes.paired(self._column(left), self._column(right))
        return planes.judged((gate(one, other), plane) for one, other, plane in pairs)

    # --- checks ---------------------------------------------------------------------------------------------------

    def _failing(self, check: net.OutOfRange | net.Coincide | net.Unbounded) -> Plane:
        """The states in which a check fails: see ``circuit.fails``."""
        match check:
            case net.OutOfRange(truth, column, field):
                outside = 0
                for held, plane in self._column(column).items():
                    if gates.leaves(field, held):
                        outside |= plane
                return self._truth(truth)[1] & outside
            case net.Coincide(left, right):
                (true, possible), (also, maybe) = self._truth(left.truth), self._truth(right.truth)
                true, possible = true & also, possible & maybe
                for one, other in zip(left.values, right.values, strict=True):
                    if possible:
                        also, maybe = self._paired(one, other, gates.may_equal)
                        true, possible = true & also, possible & maybe
                return possible & ~true
            case net.Unbounded(truth, columns):
                unknown = 0
                for column in columns:
                    unknown |= self._column(column).get(None, 0)
                return self._truth(truth)[1] & unknown


def alike(circuit: Circuit, leaf: int, values: Sequence[Quantity]) -> list[list[int]]:
    """Values of a leaf (by index) in groups that nothing tells apart, whatever the other leaves hold.

    What depends on this leaf alone is evaluated for each value; two are alike where all that others see of it is the
    same.
    """
    own, seen = circuit.own(leaf)
    if leaf in seen:
        return [[number] for number in range(len(values))]
    parts: dict[Quantity, Plane] = {}
    for number, value in enumerate(values):
        parts[value] = parts.get(value, 0) | 1 << number
    states = States(circuit, len(values), {leaf: parts}, own)
    groups = [plane for plane in (states.every & ~states.unsure,) if plane]
    for place in seen:
        groups = [both for group in groups for plane in states.apart(place) if (both := group & plane)]
    groups += [1 << number for number in planes.states_of(states.unsure)]
    return [list(planes.states_of(group)) for group in sorted(groups, key=lambda group: group & -group)]
