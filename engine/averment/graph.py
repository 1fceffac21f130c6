"""Strongly connected components of a directed graph (Tarjan 1972), without recursion."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def components(graph: Mapping[Node, Iterable[Node]]) -> list[list[Node]]:
    """The components of ``graph`` (node to the nodes it points to), each after every component that it points to.

    A node that is only pointed to points to nothing.
    """
    found: list[list[Node]] = []
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    for root in graph:
        if root in number:
            continue
        work = [(root, iter(graph[root]))]
        number[root] = lowest[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for after in rest:
                if after not in number:
                    number[after] = lowest[after] = len(number)
                    stack.append(after)
                    on_stack.add(after)
                    work.append((after, iter(graph.get(after, ()))))
                    break
                if after in on_stack:
                    lowest[node] = min(lowest[node], number[after])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    found.append(_cut(stack, on_stack, node))
    return found


def _cut(stack: list[Node], on_stack: set[Node], node: Node) -> list[Node]:
    """Take a finished component, from ``node`` up, off the stack."""
    component = [stack.pop()]
    while component[-1] != node:
        component.append(stack.pop())
    on_stack.difference_update(component)
    return component
