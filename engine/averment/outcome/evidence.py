"""What given facts rest on, as it is told in the documents of an outcome: beside the facts, and in the warrant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from averment.model.evidence import Evidence


def marked(warrant: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """A warrant in which each given fact has under ``without_evidence`` those of its fields that were given so."""
    return _marked(warrant, frozenset(evidence.without))


def with_evidence(document: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The document of an outcome that was decided without its evidence, as it is with it (``Evidence.document``)."""
    found = {**document, "evidence": evidence}
    without = frozenset[str](evidence["without"])
    if "warrant" in found:
        found["warrant"] = _marked(found["warrant"], without)
    if "warrant" in found.get("presumed", ()):
        presumed = found["presumed"]
        found["presumed"] = {**presumed, "warrant": _marked(presumed["warrant"], without)}
    return found


def _marked(warrant: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {**warrant, "nodes": [_node(node, without) for node in warrant["nodes"]]}


def _node(node: Mapping[str, Any], without: frozenset[str]) -> Mapping[str, Any]:
    if node["kind"] != "fact" or node["origin"] != "given":
        return node
    names = [name for name in node["fields"] if f"{node['id']}.{name}" in without]
    return {**node, "without_evidence": names} if names else node
