"""A case document with fields set, before it is read: each in its place, and placed where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from averment.core.node import Node, Span
from averment.core.program import FactType


class Change(NamedTuple):
    """A field to set: of the `one` record of ``type``, or of the record of a `many` type with this key. ``places`` are
    where the type and the field are named.
    """

    type: str
    key: tuple[Any, ...]
    field: str
    value: Node
    places: tuple[Span, Span]


def changed(case: Node, changes: Iterable[Change], types: Mapping[str, FactType]) -> Node:
    """The case with the changes made; what they name wrongly is left for the reader of cases to find."""
    for change in changes:
        facts = case.get("facts")
        if facts is None or not isinstance(facts.value, dict):
            return case
        case = _with(case, "facts", _in_facts(facts, change, types.get(change.type)))
    return case


def _in_facts(facts: Node, change: Change, type: FactType | None) -> Node:
    held = facts.get(change.type)
    if type is None or type.one or not type.key:
        empty = change.value._replace(value={}, keys={})
        return _set(facts, change, _set(held or empty, change, change.value, 1), 0)
    records = list(held.elements()) if held and isinstance(held.value, list) else [held] if held else []
    place = next((place for place, record in enumerate(records) if _key(record, type) == change.key), None)
    if place is None:
        new = change.value._replace(value={}, keys={})
        for name, value in zip(type.key, change.key, strict=False):
            new = _with(new, name, change.value._replace(value=value, text=str(value), quoted=True))
        records.append(_set(new, change, change.value, 1))
    else:
        records[place] = _set(records[place], change, change.value, 1)
    return _set(facts, change, change.value._replace(value=records, keys={}), 0)


def _set(node: Node, change: Change, child: Node, part: int) -> Node:
    """The node with ``child`` under the type (part 0) or the field (part 1) that a change names.

    What a file gives of a type stays where it is, and a field stands where it was last given.
    """
    key = change.field if part else change.type
    return _with(node, key, child, change.places[part] if part or key not in node.keys else node.keys[key])


def _key(record: Node, type: FactType) -> tuple[Any, ...]:
    return tuple(child.value if (child := record.get(name)) else None for name in type.key)


def _with(node: Node, key: str, child: Node, named: Span | None = None) -> Node:
    if not isinstance(node.value, dict):
        return node
    return node._replace(value={**node.value, key: child}, keys={**node.keys, key: named or child.span})
