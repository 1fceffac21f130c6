"""A paragraph that the pack lists of a source, and that is not in the text which somebody holds of it."""

from __future__ import annotations

from collections.abc import Iterator, Set

from averment.checks.check import Check, Finding
from averment.checks.paragraphs import Paragraphs, paragraph_digest
from averment.checks.subject import Subject
from averment.diagnostics.diagnostic import Severity


def find(subject: Subject) -> Iterator[Finding]:
    for source, file, text in subject.held:
        paragraphs = Paragraphs(text)
        listed = {digest for section in source.sections for digest in section.paragraphs}
        for section in source.sections:
            for place, digest in enumerate(section.paragraphs):
                if digest and digest not in paragraphs.found:
                    words = {"paragraph": str(place + 1), "section": section.name, "file": file, "digest": digest[:19]}
                    mend = _mend(section.paragraphs, place, paragraphs, listed)
                    yield Finding(section.span, {**words, "mend": mend})


def _mend(digests: tuple[str, ...], place: int, paragraphs: Paragraphs, listed: Set[str]) -> str:
    """Where the neighbours of a lost paragraph are found, what stands in its place now."""
    found, lines = paragraphs.found, paragraphs.lines
    order = list(lines)
    for neighbour, step in ((place - 1, 1), (place + 1, -1)):
        if 0 <= neighbour < len(digests) and digests[neighbour] in found:
            index = order.index(found[digests[neighbour]]) + step
            if 0 <= index < len(order) and paragraph_digest(lines[order[index]]) not in listed:
                now = paragraph_digest(lines[order[index]])
                return f"line {order[index]} may have taken its place: read it, correct the rules, then list {now}"
    return "read the text again: the rules that cite the paragraph may no longer follow from it"


CHECK = Check(
    "AV460",
    find,
    says="paragraph {paragraph} of `{section}` is not in `{file}` as the pack knows it",
    label="its digest is {digest}…",
    help="{mend}",
    severity=Severity.ERROR,
)
