"""Grounding: which instances a program's rules can have where every record is of a ``one`` type.

A pattern over a ``one`` type meets its one record, one over a derived type each fact that may be derived, so a rule has
finitely many instances, known before any case is (Robinson's semi-naive instantiation, as in answer set programming).
Rules that read a ``many`` type, or would have too many instances, are left to be joined case by case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from averment.core.mentions import aggregated, reads
from averment.core.program import Literal, Program
from averment.graph import components
from averment.law import network as net
from averment.law.instances import Candidate, State, coinciding
from averment.law.instantiating import MOST_INSTANCES, MOST_OVER_RECORDS, Instances, Unground
from averment.law.recursion import Recursion
from averment.law.tabling import Tabling
from averment.law.tick import Tick, on_and_on
from averment.law.truth import FALSE, TRUE
from averment.source.collector import collector_paused

MOST_OVERLAPS = 64  # pairs of facts of a type that may coincide; beyond it the type is held by rows


Records = Mapping[str, Sequence[tuple[net.Constant | net.FieldOf, ...]]]
"""By given `many` types the records there are: what is known of each as constants, the rest as fields of it."""


def ground(program: Program, records: Records | None = None, tick: Tick = on_and_on) -> net.Network:
    """The network of a program: over any records of `many` types, or over just these (equal facts then count once)."""
    given = records or {}
    tables = {name for name, kind in program.types.items() if not kind.one and not kind.derived} - set(given)
    tabling = Tabling(program, tables)
    with collector_paused():
        while (network := _Grounding(program, tabling, given, records is not None, tick).run()) is None:
            pass
    return network


class _Grounding(Instances):
    def __init__(self, program: Program, tabling: Tabling, given: Records, once: bool, tick: Tick) -> None:
        super().__init__(program, tick)
        self.tabling, self.once = tabling, once
        self.most = MOST_OVER_RECORDS if once else MOST_INSTANCES
        self.network.rules = program.rules
        # where no firings are wanted, equal facts matter only where they are aggregated
        self.met = {name for rule in program.rules for name in aggregated(rule)} if once else set(program.types)
        self.found: dict[str, dict[tuple[int, ...], list[net.Doubt]]] = {}
        for name, kind in program.types.items():
            if kind.one:
                values = tuple(self.node(net.FieldOf(name, index)) for index in range(len(kind.fields)))
                self.meet(name, [Candidate(values, None)])
        for name, records in given.items():
            held = (Candidate(tuple(map(self._known, record)), None) for record in records)
            self.meet(name, held)
        self.present = frozenset(self.candidates)
        for name, data in program.data.items():
            for fact in data.facts if name not in self.present else ():
                values = tuple(self.constant(value) for value in fact.values if value is not None)
                self._contribute(name, values, self.fixed(TRUE), None)

    def _known(self, column: net.Constant | net.FieldOf) -> int:
        return self.constant(column.value) if isinstance(column, net.Constant) else self.node(column)

    def run(self) -> net.Network | None:
        """The network; None if some rule or type was found not to be groundable, which ``tabling`` then has."""
        derivers: dict[str, dict[int, None]] = {name: {} for name in self.program.types}
        for number, rule in enumerate(self.program.rules):
            for head in rule.heads:
                derivers[head.type][number] = None
        graph: dict[int | str, list[int | str]] = {name: [*numbers] for name, numbers in derivers.items()}
        for number, rule in enumerate(self.program.rules):
            graph[number] = list(dict.fromkeys(reads(rule)))
        whole = True
        for component in components(graph):
            while not self._grounded(component):
                whole = False  # what was built in vain is left out next time; go on, to find all that is not groundable
        self.network.tables = frozenset(self.tabling.tables)
        return self.network if whole else None

    # --- types and rules in order of dependence -------------------------------------------------------------------

    def _grounded(self, component: list[int | str]) -> bool:
        names = sorted(name for name in component if isinstance(name, str))
        numbers = sorted(number for number in component if isinstance(number, int))
        try:
            if len(component) > 1:
                self._recursive(names, numbers)
            elif numbers:
                self._rule(numbers[0])
            else:
                self._type(names[0])
        except Unground as found:
            self.tabling.add(found.types, found.rules)
            return False
        return True

    def _rule(self, number: int) -> None:
        if number in self.tabling.joined:
            self._join((number,))
            return
        self.network.fired[number] = []
        for state in self.states(number):
            self._conclude(number, state)

    def _conclude(self, number: int, state: State) -> None:
        truth, heads = self.firing(number, state)
        if self.is_fixed(truth, FALSE):
            return
        self.network.fired[number].append(truth)
        junction = self.junction(list(state.doubts))
        for type, values in heads:
            self._contribute(type, values, truth, junction)

    def _join(self, numbers: tuple[int, ...], recursive: tuple[str, ...] = ()) -> None:
        self.network.joins.append(net.JoinStep(len(self.network.nodes), numbers, recursive))
        for number in numbers:
            for index, head in enumerate(self.program.rules[number].heads):
                if head.type not in self.tabling.tables:
                    values = tuple(self.constant(value.value) for value in head.values if isinstance(value, Literal))
                    truth = self.node(net.Joined(number, index))
                    self._contribute(head.type, values, truth, None)

    def _contribute(self, type: str, values: tuple[int, ...], truth: int, junction: int | None) -> None:
        self.found.setdefault(type, {}).setdefault(values, []).append(net.Doubt((truth,), junction))

    def _type(self, name: str) -> None:
        """Every rule that derives the type is grounded: its facts are the disjunctions of their firings."""
        if name in self.present:
            return
        slots: list[net.Derivable] = []
        for values, doubts in self.found.get(name, {}).items():
            truth = self.any_of(tuple(doubt.gates[0] for doubt in doubts))
            slots.append(net.Derivable(values, truth, self.junction(doubts)))
        if name in self.tabling.tables:
            self.network.rows[name] = slots
            return
        self._settle(name, slots)

    def _settle(self, name: str, slots: list[net.Derivable]) -> None:
        overlaps = coinciding(slots, self.is_constant, MOST_OVERLAPS) if name in self.met else []
        if len(overlaps) > MOST_OVERLAPS:
            raise Unground([name], ())
        self.network.checks += [net.Coincide(left, right) for left, right in overlaps]
        self.network.slots[name] = slots
        met = self.first_of(overlaps) if self.once else {}  # `Coincide` is left for what is not certain
        self.meet(name, (Candidate(slot.values, met.get(slot, slot)) for slot in slots))

    def _recursive(self, names: list[str], numbers: list[int]) -> None:
        """A component that depends on itself: its facts stand as loop variables until no rule finds a new one."""
        if not self.tabling.joined.isdisjoint(numbers):
            if not (self.tabling.joined.issuperset(numbers) and self.tabling.tables.issuperset(names)):
                raise Unground(names, numbers)
            for name in names:
                self._type(name)
            self._join(tuple(numbers), recursive=tuple(names))
            return
        recursion = Recursion(self, names)
        for name in names:  # what rules outside the component derive
            for values in self.found.get(name, {}):
                recursion.hold(name, values)
        for (type, values), doubt in recursion.run(numbers):
            self.found.setdefault(type, {}).setdefault(values, []).append(doubt)
        recursion.close(self.found)
        for name in names:
            self._settle(name, [slot for (type, _), slot in recursion.slots.items() if type == name])
