"""Instances of a rule while they are grounded: which facts its patterns meet, and what that binds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from itertools import combinations_with_replacement, product
from math import prod

from averment.core.program import Value
from averment.dataclass import dataclass
from averment.law import network as net

Bindings = dict[str, int]
"""Variables to columns of a network."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that a pattern may meet: its truth (nothing for a ``one`` record, which is always there) and values."""

    values: tuple[int, ...]
    slot: net.Derivable | None


@dataclass(frozen=True, slots=True)
class Matched:
    """A candidate under a pattern: the truth of the match, the new bindings, and the fields it leaves unknown."""

    truth: int
    bindings: Bindings
    fields: tuple[int, ...]


@dataclass
class State:
    """What is found so far of the instances of one rule."""

    bindings: Bindings = field(default_factory=dict[str, int])
    parts: tuple[int, ...] = ()
    doubts: tuple[net.Doubt, ...] = ()
    aggregates: dict[str, int] = field(default_factory=dict[str, int])


class Candidates:
    """The facts of one type in order, found by the constants among their values.

    A pattern that wants one of few values in some fields meets only the facts that have such a constant there, or a
    value that differs from case to case: so a rule costs what it meets, however many facts of the type there are.
    """

    def __init__(self, nodes: Sequence[net.Node], held: Iterable[Candidate] = ()) -> None:
        self._nodes = nodes
        self._held: list[Candidate] = []
        self._places: dict[tuple[int, ...], dict[tuple[Value | None, ...], list[int]]] = {}
        self._loose: set[int] = set()  # fields in which some fact has no constant
        for candidate in held:
            self.add(candidate)

    def __len__(self) -> int:
        return len(self._held)

    def add(self, candidate: Candidate) -> None:
        place = len(self._held)
        self._held.append(candidate)
        self._loose.update(
            index for index, value in enumerate(candidate.values) if constant_of(self._nodes, value) is None
        )
        for fields, table in self._places.items():
            table.setdefault(self._key(candidate, fields), []).append(place)

    def meeting(self, wanted: Mapping[int, Collection[Value]]) -> list[Candidate]:
        """The facts that may have one of the wanted values in each of these fields."""
        fields = tuple(sorted(wanted))
        choices = [(*wanted[index], *((None,) if index in self._loose else ())) for index in fields]
        if prod(map(len, choices)) >= len(self._held):
            return self._held
        table = self._places.get(fields)
        if table is None:
            table = self._places[fields] = {}
            for place, candidate in enumerate(self._held):
                table.setdefault(self._key(candidate, fields), []).append(place)
        places = [place for key in product(*choices) for place in table.get(key, ())]
        return [self._held[place] for place in sorted(places)]

    def _key(self, candidate: Candidate, fields: tuple[int, ...]) -> tuple[Value | None, ...]:
        return tuple(constant_of(self._nodes, candidate.values[index]) for index in fields)


def constant_of(nodes: Sequence[net.Node], column: int) -> Value | None:
    """The value of a column that is a constant and no set, else None."""
    node = nodes[column]
    return node.value if isinstance(node, net.Constant) and not isinstance(node.value, frozenset) else None


def coinciding(
    slots: list[net.Derivable], is_constant: Callable[[int], bool], most: int
) -> list[tuple[net.Derivable, net.Derivable]]:
    """The pairs of facts whose values may be equal, no constant of one being other than that of the other.

    It stops soon after more than ``most`` are found.
    """
    shapes: dict[tuple[bool, ...], list[net.Derivable]] = {}  # by which of the values are constants
    for slot in slots:
        shapes.setdefault(tuple(map(is_constant, slot.values)), []).append(slot)
    pairs: list[tuple[net.Derivable, net.Derivable]] = []
    for one, other in combinations_with_replacement(shapes, 2):
        if one is other and all(one):
            continue  # no fact is there twice
        both = [index for index, fixed in enumerate(one) if fixed and other[index]]
        met: dict[tuple[int, ...], list[net.Derivable]] = {}
        if one is not other:
            for slot in shapes[one]:
                met.setdefault(tuple(slot.values[index] for index in both), []).append(slot)
        for slot in shapes[other]:
            same = met.setdefault(tuple(slot.values[index] for index in both), [])
            pairs += [(before, slot) for before in same]
            if one is other:
                same.append(slot)
            if len(pairs) > most:
                return pairs
    return pairs
