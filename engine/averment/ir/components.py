"""Strongly connected components of a directed graph (Tarjan 1972), without recursion.

A component comes after every component that its nodes point to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound="str | int")


def components(graph: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """The components of ``graph``, each a list of nodes; every node that is pointed to is a key."""
    found: list[list[Node]] = []
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    for root in graph:
        if root in number:
            continue
        number[root] = lowest[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(graph[root]))]
        while work:
            node, rest = work[-1]
            for after in rest:
                if after not in number:
                    number[after] = lowest[after] = len(number)
                    stack.append(after)
                    on_stack.add(after)
                    work.append((after, iter(graph[after])))
                    break
                if after in on_stack:
                    lowest[node] = min(lowest[node], number[after])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    component: list[Node] = []
                    while True:
                        last = stack.pop()
                        on_stack.discard(last)
                        component.append(last)
                        if last == node:
                            break
                    found.append(component)
    return found
