"""A section of a source with paragraphs that no rule rests on, and that does not say why."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.coverage import Covered, coverage
from averment.checks.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    missing: dict[tuple[str, str], list[Covered]] = {}
    for paragraph in coverage(subject.model):
        if paragraph.missing:
            missing.setdefault((paragraph.source, paragraph.section), []).append(paragraph)
    for (_, section), paragraphs in missing.items():
        numbers = ", ".join(str(paragraph.paragraph) for paragraph in paragraphs)
        some = "paragraph" if len(paragraphs) == 1 else "paragraphs"
        yield Finding(paragraphs[0].span, {"paragraphs": f"{some} {numbers}", "section": section})


CHECK = Check(
    "AV462",
    find,
    says="no rule rests on {paragraphs} of `{section}`",
    label="neither cited nor omitted",
    help="write a rule that it backs, or say why not with `omitted: …`",
)
