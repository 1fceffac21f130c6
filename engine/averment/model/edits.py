"""Edits of a file as it is written, made from the places of its nodes: whatever they do not touch stays as it is."""

from __future__ import annotations

from averment.core.node import Node
from averment.diagnostics.diagnostic import Edit


def entry_after(node: Node, key: str, entry: str) -> Edit:
    """The edit that puts an ``entry`` of a mapping (``key: value``) behind the one under ``key``, a scalar."""
    after, span, first = node.at([key])[0].span, node.span, next(iter(node.keys.values()))
    if (span.line, span.column) != (first.line, first.column):  # it begins with a brace
        return Edit(after, f", {entry}")
    return Edit(after, " " * (first.column - 1) + entry, line=True)
