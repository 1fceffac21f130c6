"""What is written on the command line itself: ``--param NAME=VALUE`` and ``--set TYPE.FIELD=VALUE``.

A value is written as in a fact file: ``high``, ``12``, ``true``, ``[api, web]``, ``2024-01-31``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from averment.diagnostics.diagnostic import Report
    from averment.ir.program import FactType
    from averment.model.model import Model
    from averment.source.node import Node

_PATH = re.compile(r"([a-z][a-z0-9_]*)(\[.*\])?\.([a-z][a-z0-9_]*)", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Change(NamedTuple):
    """A field to set: of the `one` record of ``type``, or of the record of a `many` type with this key."""

    type: str
    key: tuple[Any, ...]
    field: str
    value: Node


def parameters_of(written: Iterable[str], model: Model, report: Report) -> dict[str, Any]:
    """``NAME=VALUE`` of each ``--param``, as values that fit the parameters of the pack."""
    from averment.model.parameters import read_override

    found: dict[str, Any] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise click.UsageError(f"--param wants NAME=VALUE, not `{text}`")
        if name in found:
            raise click.UsageError(f"--param gives `{name}` twice")
        node = _value(value, f"--param {name}", report)
        if node is not None and read_override(name, node, dict(model.parameters), report) is not None:
            found[name] = node.value
    return found


def changes_of(written: Iterable[str], report: Report) -> list[Change]:
    """``TYPE.FIELD=VALUE`` or ``TYPE["KEY"].FIELD=VALUE`` of each ``--set``."""
    found: list[Change] = []
    seen: set[tuple[str, str, str]] = set()
    for text in written:
        path, equals, value = _halves(text)
        match = _PATH.fullmatch(path)
        if not equals or not match:
            raise click.UsageError(f"--set wants TYPE.FIELD=VALUE, as product.team_size=12, not `{text}`")
        try:
            key: list[Any] = json.loads(match[2]) if match[2] else []
        except (ValueError, RecursionError):
            raise click.UsageError(
                f'--set wants a key as JSON, as component["camera"].team=edge, not `{path}`'
            ) from None
        target = match[1], json.dumps(key), match[3]
        if target in seen:
            raise click.UsageError(f"--set gives `{path}` twice")
        seen.add(target)
        node = _value(value, f"--set {path}", report)
        if node is not None:
            found.append(Change(match[1], tuple(key), match[3], node))
    return found


def refuse_misplaced(changes: Iterable[Change], types: Mapping[str, FactType]) -> None:
    """Refuse a key that a type does not have, and one that is not told whole: it would be silently passed over."""
    for type, key, field, _ in changes:
        declared = types.get(type)
        if declared is None:
            continue
        wanted = () if declared.one else declared.key
        if len(key) != len(wanted):
            path = f"{type}[{', '.join(wanted)}]" if wanted else type
            raise click.UsageError(f"--set names a record of `{type}` as {path}.{field}=VALUE")
        if field in wanted:
            raise click.UsageError(f"--set cannot change `{type}.{field}`: it tells the record from the others")


def changed(case: Node, changes: Iterable[Change], types: dict[str, FactType]) -> Node:
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
        return _with(facts, change.type, _with(held or empty, change.field, change.value))
    records = list(held.elements()) if held and isinstance(held.value, list) else [held] if held else []
    place = next((place for place, record in enumerate(records) if _key(record, type) == change.key), None)
    if place is None:
        new = change.value._replace(value={}, keys={})
        for name, value in zip(type.key, change.key, strict=False):
            new = _with(new, name, change.value._replace(value=value, text=str(value), quoted=True))
        records.append(_with(new, change.field, change.value))
    else:
        records[place] = _with(records[place], change.field, change.value)
    return _with(facts, change.type, change.value._replace(value=records, keys={}))


def _key(record: Node, type: FactType) -> tuple[Any, ...]:
    return tuple(child.value if (child := record.get(name)) else None for name in type.key)


def _with(node: Node, key: str, child: Node) -> Node:
    if not isinstance(node.value, dict):
        return node
    return node._replace(value={**node.value, key: child}, keys={**node.keys, key: child.span})


def _value(text: str, place: str, report: Report) -> Node | None:
    from averment.source.yaml_reader import read_yaml

    before = len(report.diagnostics)
    documents = read_yaml(text.encode("utf-8", "surrogateescape"), place, report)
    return documents[0] if len(documents) == 1 and len(report.diagnostics) == before else None


def _halves(text: str) -> tuple[str, str, str]:
    """Split at the first ``=`` that is not in the brackets of a key."""
    bracket = text.find("[")
    start = text.rfind("]", bracket, text.find("=", text.find("]", bracket))) if 0 <= bracket < text.find("=") else 0
    place = text.find("=", max(start, 0))
    return (text, "", "") if place < 0 else (text[:place], "=", text[place + 1 :])
