"""Where the boxes of a diagram stand: in columns by how far they are from what is explained, in bands without overlap.

A box's column is one more than the last of those that use it. Of these one is its parent: the first in the column next
to it. Along parents the diagram is a tree; each subtree has a band of its own, and a box stands in the middle of its.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from averment.render.diagram import Diagram


@dataclass(frozen=True, slots=True)
class Place:
    """The column from 0, and the top in units of height."""

    column: int
    top: float


def places(diagram: Diagram, height: Callable[[str], float], gap: float) -> tuple[dict[str, Place], float]:
    """The place of each box, and the height of it all."""
    columns = _columns(diagram)
    children: dict[str, list[str]] = {id: [] for id in diagram.boxes}
    roots: list[str] = []
    for id in diagram.boxes:
        users = [end for start, end in diagram.arrows if start == id]
        parent = next((user for user in users if columns[user] == columns[id] - 1), None)
        (roots if parent is None else children[parent]).append(id)
    order = _depth_first(roots, children)
    bands: dict[str, float] = {}
    for id in reversed(order):
        inner = sum(bands[child] for child in children[id]) + gap * max(len(children[id]) - 1, 0)
        bands[id] = max(height(id), inner)
    starts: dict[str, float] = {}
    at = 0.0
    for root in roots:
        starts[root] = at
        at += bands[root] + gap
    found: dict[str, Place] = {}
    for id in order:
        found[id] = Place(columns[id], starts[id] + (bands[id] - height(id)) / 2)
        inner = sum(bands[child] for child in children[id]) + gap * max(len(children[id]) - 1, 0)
        below = starts[id] + (bands[id] - inner) / 2
        for child in children[id]:
            starts[child] = below
            below += bands[child] + gap
    return found, max(at - gap, 0.0)


def _columns(diagram: Diagram) -> dict[str, int]:
    """The longest way from each box to one that nothing uses."""
    users: dict[str, list[str]] = {id: [] for id in diagram.boxes}
    used: dict[str, list[str]] = {id: [] for id in diagram.boxes}
    for start, end in diagram.arrows:
        users[start].append(end)
        used[end].append(start)
    waiting = {id: len(ends) for id, ends in users.items()}
    columns = dict.fromkeys(diagram.boxes, 0)
    ready = [id for id, count in waiting.items() if not count]
    while ready:
        id = ready.pop()
        for start in used[id]:
            columns[start] = max(columns[start], columns[id] + 1)
            waiting[start] -= 1
            if not waiting[start]:
                ready.append(start)
    return columns


def _depth_first(roots: list[str], children: dict[str, list[str]]) -> list[str]:
    order: list[str] = []
    pending = list(reversed(roots))
    while pending:
        id = pending.pop()
        order.append(id)
        pending += reversed(children[id])
    return order
