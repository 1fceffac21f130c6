"""A written value as a field holds it, or a finding at its place."""

from __future__ import annotations

from typing import Any

from averment.core.node import Node, Span
from averment.core.program import Field, Value
from averment.core.values import Misfit, fit
from averment.diagnostics.diagnostic import Report


def encode(written: Node | object, field: Field, name: str, report: Report, span: Span | None = None) -> Value | None:
    """The encoded value of ``field``, shown to the author as ``name``; ``None`` after reporting why it is none."""
    node = written if isinstance(written, Node) else None
    plain = plain_value(node) if node else written
    found = fit(plain, field, name)
    if not isinstance(found, Misfit):
        return found
    place = node.span if node else span
    if node and found.element is not None:
        place = node.elements()[found.element].span
    report.error(found.code, found.message, place, found.label, *found.help)
    return None


def plain_value(node: Node) -> Any:
    """What a node holds of a field, as ``fit`` reads it: a scalar, or a list of them."""
    if isinstance(node.value, list):
        return [element.value for element in node.value]
    return node.value
