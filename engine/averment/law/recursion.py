"""Recursion: the facts of a component that depends on itself stand as variables of a loop, until no rule finds more.

A rule of the component may conclude facts of other types as well. These take no part in the loop: they are what its
firings derive once it has ended.
"""

from __future__ import annotations

from collections.abc import Iterable

from averment.law import network as net
from averment.law.instances import Candidate, constant_of
from averment.law.instantiating import Instances, Key, Unground
from averment.law.readers import Agenda

MOST_FACTS = 8192  # of types that depend on themselves; beyond it they are joined


class Recursion:
    """The facts of the types of one component. ``slots`` are those that were found, by type and values."""

    def __init__(self, instances: Instances, types: Iterable[str]) -> None:
        self._instances, self._network = instances, instances.network
        self._start = len(self._network.nodes)
        self._types = frozenset(types)
        self.slots: dict[Key, net.Derivable] = {}
        for name in self._types:
            instances.meet(name)

    def hold(self, type: str, values: tuple[int, ...]) -> None:
        """There may be this fact."""
        truth = self._instances.node(net.Held(len(self._network.nodes)))
        slot = net.Derivable(values, truth, self._instances.junction([]))
        self.slots[type, values] = slot
        self._instances.candidates[type].add(Candidate(values, slot))

    def run(self, numbers: Iterable[int]) -> list[tuple[Key, net.Doubt]]:
        """Ground these rules until they find nothing new; what each instance derives, by rule.

        Raises: Unground where a fact of the component has a value that differs from case to case, or its facts are too
        many.
        """
        found: dict[int, list[tuple[Key, net.Doubt]]] = {}
        rules = self._instances.program.rules
        agenda = Agenda((number, rules[number]) for number in numbers)
        for number in agenda:
            self._network.fired[number], found[number] = [], []
            for state in self._instances.states(number):
                truth, heads = self._instances.firing(number, state)
                self._network.fired[number].append(truth)
                doubt = net.Doubt((truth,), self._instances.junction(list(state.doubts)))
                found[number] += [(key, doubt) for key in heads]
                for key in heads:
                    self._meet(key, agenda)
        return [each for number in numbers for each in found[number]]

    def _meet(self, key: Key, agenda: Agenda) -> None:
        """Hold a fact that was not found before, and let the rules that may match it run again."""
        type, values = key
        if type not in self._types:
            return
        known = key in self.slots
        if not all(map(self._instances.is_constant, values)) or (not known and len(self.slots) > MOST_FACTS):
            raise Unground([type], ())
        if not known:
            self.hold(type, values)
            agenda.tell(type, [constant_of(self._network.nodes, value) for value in values])

    def close(self, derived: dict[str, dict[tuple[int, ...], list[net.Doubt]]]) -> None:
        """End the loop: each fact holds where one of its derivations, from within or without, does."""
        held: list[int] = []
        results: list[int] = []
        for (type, values), slot in self.slots.items():
            doubts = derived[type][values]
            results.append(self._instances.any_of(tuple(doubt.gates[0] for doubt in doubts)))
            held.append(slot.truth)
            self._network.junctions[slot.junction].extend(doubts)
        if held:
            self._network.loops.append(net.Loop(self._start, len(self._network.nodes), tuple(held), tuple(results)))
