"""Where things stand: a rule in its file, a given fact in the case, the backing of a rule in its source."""

from __future__ import annotations

from collections.abc import Mapping

from averment.ir.program import Backing, Rule
from averment.model.model import Model
from averment.render.display import Glyphs
from averment.source.node import Span


def rule_place(model: Model, rule: str) -> str:
    """``rules/product.yaml:4``, relative to the pack."""
    span = model.places.get(rule)
    return f"{span.file}:{span.line}" if span else ""


def given_place(places: Mapping[str, Span], record: str, field: str = "") -> str:
    """``cases/vision-api.yaml:5``: of the field where the case gives it, else of the record; nothing for neither."""
    span = places.get(f"{record}.{field}") or places.get(record)
    return f"{span.file}:{span.line}" if span else ""


def citation(model: Model, rule: Rule, glyphs: Glyphs) -> str:
    """The rule's id and place, and everything that backs it."""
    backing = [backing_phrase(backing, glyphs) for backing in rule.backing]
    return glyphs.dot.join(filter(None, [rule.id, rule_place(model, rule.id), *backing]))


def backing_phrase(backing: Backing, glyphs: Glyphs) -> str:
    """``article, Complexity of the product ¶1``, ``judgement of Ann``."""
    if backing.judgement:
        return f"judgement of {backing.author}"
    return f"{backing.source}, {backing.section} {glyphs.paragraph}{backing.paragraph}"
