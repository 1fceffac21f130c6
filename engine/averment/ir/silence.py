"""What the silence of a case can do to its claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.core.mentions import reads
from averment.core.program import FactType, Rule


def silent_types(types: Mapping[str, FactType], rules: Iterable[Rule], answering: Iterable[str]) -> frozenset[str]:
    """The types of which a case that does not speak of them has none, as an assumption, and on which a claim or result
    may rest: a chain of rules leads from them to a type that is ``answering``.
    """
    assumed = {name for name, type in types.items() if type.absent_none}
    if not assumed:
        return frozenset()
    looks = [({head.type for head in rule.heads}, set(reads(rule))) for rule in rules]
    reached = {*answering}
    while more := {type for heads, seen in looks if heads & reached for type in seen} - reached:
        reached |= more
    return frozenset(assumed & reached)
