"""Strongly connected components (Tarjan 1972), without recursion."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import TypeVar

Vertex = TypeVar("Vertex", bound=Hashable)


def components(graph: Mapping[Vertex, Collection[Vertex]]) -> Iterator[list[Vertex]]:
    """The components of ``graph`` (vertex to successors), each after those it can reach.

    Vertices that are only successors count as having none of their own.
    """
    number: dict[Vertex, int] = {}
    low: dict[Vertex, int] = {}
    held: list[Vertex] = []
    waiting: set[Vertex] = set()
    for root in graph:
        if root in number:
            continue
        path: list[tuple[Vertex, Iterator[Vertex]]] = []
        entered: Vertex | None = root
        while True:
            if entered is not None:
                number[entered] = low[entered] = len(number)
                held.append(entered)
                waiting.add(entered)
                path.append((entered, iter(graph.get(entered, ()))))
            vertex, successors = path[-1]
            entered = None
            for successor in successors:
                if successor not in number:
                    entered = successor
                    break
                if successor in waiting:
                    low[vertex] = min(low[vertex], number[successor])
            if entered is not None:
                continue
            path.pop()
            if low[vertex] == number[vertex]:
                component: list[Vertex] = []
                while not component or component[-1] != vertex:
                    component.append(held.pop())
                    waiting.discard(component[-1])
                yield component
            if not path:
                break
            parent = path[-1][0]
            low[parent] = min(low[parent], low[vertex])
