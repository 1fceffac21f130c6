"""Lists of values that are named once and used by many fields and parameters: ``of: NAME`` for ``of: [VALUE, …]``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from averment.core.node import Node
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Report
from averment.model.names import suggestion


def with_lists(facts: Node, manifest: Node, report: Report) -> tuple[Node, Node]:
    """The vocabulary and the manifest with the list itself in place of each name of one."""
    listed = facts.get("values")
    lists = dict(listed.items()) if listed else {}
    named = partial(_of, lists=lists, report=report)
    return (
        _each(facts, "facts", lambda type: _each(type, "fields", named)),
        _each(manifest, "parameters", named),
    )


def _each(node: Node, key: str, made: Callable[[Node], Node]) -> Node:
    """The node with what is made of each value of the mapping under ``key``."""
    child = node.get(key)
    if child is None or not isinstance(child.value, dict) or not isinstance(node.value, dict):
        return node
    inner = child._replace(value={name: made(value) for name, value in child.value.items()})
    return node._replace(value={**node.value, key: inner})


def _of(declared: Node, lists: dict[str, Node], report: Report) -> Node:
    of = declared.get("of")
    if of is None or not isinstance(of.value, str) or not isinstance(declared.value, dict):
        return declared
    found = lists.get(of.value)
    if found is None:
        help = suggestion(of.value, lists) or (
            "write the values as a list, or name one in `values:` of the vocabulary",
        )
        report.error("AV653", f"`{of.value}` is no list of values", of.span, "not among `values`", *help)
        meant = did_you_mean(of.value, lists) or of.value
        some = next(iter(lists.values()), Node([Node(of.value, of.span, of.value)], of.span))
        found = lists.get(meant, some)  # said once is enough
    return declared._replace(value={**declared.value, "of": found})
