"""Where things stand: a rule in its file, a given fact in the case, the backing of a rule in its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.core.node import IN_PROGRAM, Span
from averment.core.program import Backing
from averment.model.model import Model
from averment.render.display import Glyphs

ON_COMMAND_LINE = "--"  # what is given there has no file: its span names the option


def files_of(places: Mapping[str, Span]) -> list[str]:
    """The files that these places are in; what is given on the command line or by a program is in none."""
    names = {span.file for span in places.values()} - {"", IN_PROGRAM}
    return sorted(name for name in names if not name.startswith(ON_COMMAND_LINE))


def rule_place(model: Model, rule: str) -> str:
    """``rules/product.yaml:4``, relative to the pack."""
    span = model.places.get(rule)
    return f"{span.file}:{span.line}" if span else ""


def given_place(places: Mapping[str, Span], record: str, field: str = "") -> str:
    """``vision-api.yaml:5``: of the field where the case gives it, else of the record; nothing for neither."""
    span = (places.get(f"{record}.{field}") if field else None) or places.get(record)
    if span is None or span.file == IN_PROGRAM:
        return ""
    if span.file.startswith(ON_COMMAND_LINE):
        return span.file.partition(" ")[0]
    return f"{span.file.rpartition('/')[2]}:{span.line}"


def backing_phrase(backing: Iterable[Backing], glyphs: Glyphs) -> str:
    """``article: Complexity of the product ¶1; Key Takeaways ¶2``, ``judgement of Ann``, and of what is cited without a
    digest ``guide: Bands ¶1, not verified``.
    """
    cited: dict[str, list[str]] = {}
    for each in backing:
        if each.judgement:
            cited.setdefault(f"judgement of {each.author}", [])
        else:
            place = f"{each.section} {glyphs.paragraph}{each.paragraph}{'' if each.verified else ', not verified'}"
            cited.setdefault(f"{each.source}: ", []).append(place)
    return "; ".join(source + "; ".join(places) for source, places in cited.items())
