"""The results that a pack names besides its claim, and what both name: a field of a type that rules derive."""

from __future__ import annotations

from averment.core.answers import RESULT_PARTS
from averment.core.node import Node, Span
from averment.core.program import FactType, Result
from averment.diagnostics.diagnostic import Report
from averment.model.fields import words
from averment.model.names import suggestion, unknown_field, unknown_type
from averment.model.vocabulary import Vocabulary

TAKEN = frozenset((
    "case", "row", "claim", "status", "strength", "possible", "hangs_on", "presumed", "presumed_strength", "presuming",
    "fired", "pack", "results",
))  # fmt: skip


def read_results(manifest: Node, vocabulary: Vocabulary, report: Report) -> tuple[Result, ...]:
    """The results in the order in which the pack names them."""
    found: list[Result] = []
    names = {name for name, _, _ in manifest.entries_of("results")}
    for name, node, span in manifest.entries_of("results"):
        if (taken := _taken(name, names)) is not None:
            message = f"`{name}` cannot name a result: {taken}"
            report.error("AV632", message, span, "taken", "choose another name")
            continue
        of = derived_field(node, vocabulary, report, "result")
        if of is not None:
            many = node.get("many")
            label = words(node, "label")
            found.append(Result(name, of[0].name, of[1], many is not None and many.value is True, label))
    return tuple(found)


def places_of_results(manifest: Node) -> dict[str, Span]:
    """Where each result is named."""
    return {name: span for name, _, span in manifest.entries_of("results")}


def _taken(name: str, names: set[str]) -> str | None:
    if name in TAKEN:
        return "outcomes and tables call something else so"
    for part in RESULT_PARTS:
        if name.endswith(f"_{part}") and (other := name.removesuffix(f"_{part}")) in names:
            return f"tables call a column of the result `{other}` so"
    return None


def derived_field(node: Node, vocabulary: Vocabulary, report: Report, what: str) -> tuple[FactType, int] | None:
    """The derived type and the index of its field that a mapping of ``fact`` and ``field`` names; ``what`` that is."""
    code = "AV328" if what == "claim" else "AV630"
    fact, named = node.get("fact"), node.get("field")
    if fact is None or named is None:
        report.error(code, f"a {what} names a fact type and its field", node.span, "needs `fact` and `field`")
        return None
    of = vocabulary.types.get(str(fact.value))
    derived = [name for name, declared in vocabulary.types.items() if declared.derived]
    if of is None:
        unknown_type(str(fact.value), derived, report, fact.span)
        return None
    if not of.derived:
        help = suggestion(of.name, derived)
        report.error(code, f"the {what} is derived, and `{of.name}` is given", fact.span, "a given fact type", *help)
        return None
    index = of.position.get(str(named.value))
    if index is None:
        if f"{of.name}.{named.value}" not in vocabulary.broken:
            unknown_field(str(named.value), of.name, of.position, report, named.span)
        return None
    return of, index
