"""Coverage: which paragraphs of its sources a pack's rules rest on, and which nothing rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from averment.core.node import Span
from averment.model.model import Model


@dataclass(frozen=True, slots=True)
class Covered:
    """A paragraph and the ids of the rules that cite it; ``omitted`` is the pack's reason why none need do so."""

    source: str
    section: str
    paragraph: int
    digest: str
    rules: tuple[str, ...]
    omitted: str
    span: Span

    @property
    def missing(self) -> bool:
        """Whether no rule rests on the paragraph and the pack does not say why."""
        return not self.rules and not self.omitted


def coverage(model: Model) -> Iterator[Covered]:
    """Every paragraph of every source, in the pack's order."""
    citing: dict[tuple[str, str, int], set[str]] = {}
    for rule in model.rules:
        for backing in rule.backing:
            citing.setdefault((backing.source, backing.section, backing.paragraph), set()).add(rule.id)
    for data in model.data.values():
        for backing in data.backing:
            citing.setdefault((backing.source, backing.section, backing.paragraph), set()).add(data.file)
    for source in model.sources.values():
        for section in source.sections:
            for number, digest in enumerate(section.paragraphs, 1):
                rules = tuple(sorted(citing.get((source.name, section.name, number), ())))
                yield Covered(source.name, section.name, number, digest, rules, section.omitted, section.span)
