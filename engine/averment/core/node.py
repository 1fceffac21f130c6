"""A document as read: a tree of nodes, each with the place it was written.

A node's ``value`` is

- mapping: ``dict[str, Node]`` in written order (``keys`` holds the span of each key),
- sequence: ``list[Node]``,
- scalar: ``str | int | Decimal | bool | None``; ``text`` keeps the scalar as written, so that ``1.50`` loses nothing.

Spans and nodes are tuples rather than dataclasses because a pack of 5,000 rules makes half a million of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, cast

from averment.core.composed import composed
from averment.core.plain import digits, elements, plain

Scalar = str | int | Decimal | bool | None


class Span(NamedTuple):
    """A stretch of a file. Lines and columns count from 1; ``end_column`` is exclusive; columns count characters."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


_NO_KEYS: Mapping[str, Span] = {}


class Node(NamedTuple):
    """One value of a document and where it stands."""

    value: dict[str, Node] | list[Node] | Scalar
    span: Span
    text: str = ""  # a scalar as written, without quotes
    quoted: bool = False
    keys: Mapping[str, Span] = _NO_KEYS

    def plain(self) -> Any:
        """The value without places, as JSON has it; a Decimal becomes a float, so not for reading values."""
        match self.value:
            case dict():
                return {key: node.plain() for key, node in self.value.items()}
            case list():
                return [node.plain() for node in self.value]
            case Decimal():
                return float(self.value)
            case _:
                return self.value

    def get(self, key: str) -> Node | None:
        """The child of a mapping under ``key``, if this is a mapping and has it."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> list[tuple[str, Node]]:
        """The children of a mapping, in written order; empty for anything else."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def elements(self) -> list[Node]:
        """The elements of a sequence; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    def list_of(self, key: str) -> list[Node]:
        """The elements of the sequence under ``key``; empty where there is no such key, or no sequence under it."""
        child = self.get(key)
        return child.elements() if child else []

    def entries_of(self, key: str) -> list[tuple[str, Node, Span]]:
        """Each child of the mapping under ``key``: its key, its value, and the span of its key; empty without one."""
        child = self.get(key)
        return [(name, node, child.keys[name]) for name, node in child.items()] if child else []

    def at(self, path: Sequence[str | int]) -> tuple[Node, Span]:
        """The node at ``path`` below this one, and the span of its key (its own span in a sequence)."""
        node, span = self, self.span
        for step in path:
            if isinstance(node.value, dict) and isinstance(step, str):
                span = node.keys[step]
                node = node.value[step]
            elif isinstance(node.value, list) and isinstance(step, int):
                node = node.value[step]
                span = node.span
        return node, span


IN_PROGRAM = "facts"  # where facts stand that a program hands over, in messages


def node_of(value: Any, file: str) -> Node:
    """Plain data as a tree of nodes, all at the start of ``file`` (a name for messages).

    A scalar that no file could hold (beyond 64 bits, not finite, of a type of its own) stays what it is, and so fails
    the check of its field.
    """
    span = Span(file, 1, 1, 1, 1)
    if isinstance(value, Mapping):
        items: dict[str, Any] = {composed(str(key)): item for key, item in cast("Any", value).items()}
        return Node({key: node_of(item, file) for key, item in items.items()}, span, keys=dict.fromkeys(items, span))
    held = elements(value)
    if held is not None:
        return Node([node_of(item, file) for item in held], span)
    found = plain(value)
    match found:
        case str():
            found = composed(found)
            return Node(found, span, found, quoted=isinstance(value, str))
        case bool():
            return Node(found, span, str(found).lower())
        case float():
            return Node(Decimal(repr(found)), span, repr(found))
        case int():
            return Node(found, span, digits(found))
        case None:
            return Node(None, span)
        case _:
            return Node(found, span, str(found))


def data_of(node: Node) -> Any:
    """The plain data that a tree holds: dictionaries, lists and scalars, decimals as ``Decimal``."""
    if isinstance(node.value, dict):
        return {key: data_of(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [data_of(child) for child in node.value]
    return node.value
