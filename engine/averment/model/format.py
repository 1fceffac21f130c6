"""The format of a pack: which edition of the language it is written in."""

from __future__ import annotations

from averment.core.node import Node

FIRST, LATEST = 1, 2


def format_of(manifest: Node) -> int:
    """What ``format`` of ``pack.yaml`` says: the first where it says nothing."""
    node = manifest.get("format")
    return node.value if node and isinstance(node.value, int) else FIRST
