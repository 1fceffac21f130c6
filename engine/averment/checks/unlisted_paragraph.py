"""A paragraph of a text that somebody holds of a source, and that the pack does not list."""

from __future__ import annotations

from collections.abc import Iterator

from averment.checks.check import Check, Finding
from averment.checks.paragraphs import Paragraphs
from averment.checks.subject import Subject
from averment.core.node import Span


def find(subject: Subject) -> Iterator[Finding]:
    for source, file, text in subject.held:
        paragraphs = Paragraphs(text)
        listed = {digest for section in source.sections for digest in section.paragraphs}
        unlisted = ((number, digest) for digest, number in paragraphs.found.items() if digest not in listed)
        for number, digest in sorted(unlisted):
            span = Span(file, number, 1, number, len(paragraphs.lines[number]) + 1)
            yield Finding(span, {"source": source.name, "digest": digest})


CHECK = Check(
    "AV461",
    find,
    says="this paragraph is not one that the pack lists of `{source}`",
    label="not listed",
    help="list its digest under a section of `{source}`: {digest}",
)
