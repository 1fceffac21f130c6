"""The order in which the rules of a stratum are run: each after all that derive what it matches.

Rules that rest on each other are one layer. Of layers that may come next, the one with the least rule id is next, so
the order hangs on nothing but the rules.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import NamedTuple

from averment.core.program import Program, Rule
from averment.graph import components
from averment.law.joining import Joining, joining


class Layer(NamedTuple):
    """Rules, and how each joins; ``recursive`` are the types by which they rest on each other, or on themselves."""

    rules: tuple[Rule, ...]
    joinings: tuple[Joining, ...]
    recursive: frozenset[str]


def layers(program: Program, stratum: tuple[Rule, ...]) -> tuple[Layer, ...]:
    """The layers of a stratum, found once."""
    if not stratum:
        return ()
    found = program.layers.get(_name(stratum[0]))
    if found is None:
        found = program.layers[_name(stratum[0])] = _layers(program, stratum)
    assert isinstance(found, tuple)
    return found  # pyright: ignore[reportUnknownVariableType]


def _name(rule: Rule) -> tuple[str, int]:
    return rule.id, rule.alternative


def _layers(program: Program, stratum: tuple[Rule, ...]) -> tuple[Layer, ...]:
    rules = sorted(stratum, key=_name)
    graph: dict[int | str, list[int | str]] = {}
    for number, rule in enumerate(rules):
        for head in rule.heads:
            graph.setdefault(head.type, []).append(number)
    for number, rule in enumerate(rules):
        graph[number] = [name for name in dict.fromkeys(match.type for match in rule.matches) if name in graph]
    parts = components(graph)
    found = [sorted(node for node in part if isinstance(node, int)) for part in parts]
    of: dict[int | str, int] = {}
    recursive: list[frozenset[str]] = []
    for place, part in enumerate(parts):
        of.update((node, place) for node in part)
        recursive.append(frozenset(node for node in part if isinstance(node, str)) if len(part) > 1 else frozenset())
    above: dict[int, set[int]] = {}
    below = [0] * len(found)
    for node, pointed in graph.items():
        for other in pointed:
            if of[other] != of[node] and of[node] not in above.setdefault(of[other], set()):
                above[of[other]].add(of[node])
                below[of[node]] += 1
    ready = [((found[place] or [-1])[0], place) for place in range(len(found)) if not below[place]]
    heapify(ready)
    ordered: list[Layer] = []
    while ready:
        _, place = heappop(ready)
        if found[place]:
            layer = tuple(rules[number] for number in found[place])
            ordered.append(Layer(layer, tuple(joining(program, rule) for rule in layer), recursive[place]))
        for other in above.get(place, ()):
            below[other] -= 1
            if not below[other]:
                heappush(ready, ((found[other] or [-1])[0], other))
    return tuple(ordered)
