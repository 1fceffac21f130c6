"""Digests: whether a text that the user holds still is the source that a pack cites, paragraph by paragraph.

The digest of a paragraph is the SHA-256 of its text in Unicode NFC with every run of white space made one space and the
ends trimmed. A paragraph of a text file is a line that is not blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from averment.core.node import Span
from averment.core.text import split_lines
from averment.diagnostics.diagnostic import Diagnostic, Label, Report, Severity
from averment.ir.digest import digest_of
from averment.model.model import Source

_MOST_UNLISTED = 20


def paragraph_digest(text: str) -> str:
    """``sha256:…`` of one paragraph."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return digest_of(plain.encode())


def check_digests(source: Source, text: str, file: str, report: Report) -> int:
    """Report where the pack and the text differ, both ways. The number of paragraphs that agree."""
    lines = {number: line for number, line in enumerate(split_lines(text), 1) if line.strip()}
    found = {paragraph_digest(line): number for number, line in reversed(lines.items())}
    listed = {digest for section in source.sections for digest in section.paragraphs}
    agreeing = 0
    for section in source.sections:
        for place, digest in enumerate(section.paragraphs):
            if digest in found:
                agreeing += 1
                continue
            report.add(
                Diagnostic(
                    "AV460",
                    f"paragraph {place + 1} of `{section.name}` is not in `{file}` as the pack knows it",
                    (Label(section.span, f"its digest is {digest[:19]}…"),),
                    _mend(section.paragraphs, place, found, lines, listed),
                )
            )
    unlisted = [number for digest, number in found.items() if digest not in listed]
    for number in sorted(unlisted)[:_MOST_UNLISTED]:
        line = lines[number]
        span = Span(file, number, 1, number, len(line) + 1)
        help = f"list its digest under a section of `{source.name}`: {paragraph_digest(line)}"
        what = f"this paragraph is not one that the pack lists of `{source.name}`"
        report.add(Diagnostic("AV461", what, (Label(span, "not listed"),), (help,), severity=Severity.WARNING))
    if len(unlisted) > _MOST_UNLISTED:
        more = f"{len(unlisted) - _MOST_UNLISTED} more paragraphs are not on the list of `{source.name}`"
        report.add(Diagnostic("AV461", more, severity=Severity.WARNING))
    return agreeing


def _mend(
    digests: tuple[str, ...], place: int, found: Mapping[str, int], lines: Mapping[int, str], listed: set[str]
) -> tuple[str, ...]:
    """Where the neighbours of a lost paragraph are found, what stands in its place now."""
    order = list(lines)
    for neighbour, step in ((place - 1, 1), (place + 1, -1)):
        if 0 <= neighbour < len(digests) and digests[neighbour] in found:
            index = order.index(found[digests[neighbour]]) + step
            if 0 <= index < len(order) and paragraph_digest(lines[order[index]]) not in listed:
                now = paragraph_digest(lines[order[index]])
                return (f"line {order[index]} may have taken its place: read it, correct the rules, then list {now}",)
    return ("read the text again: the rules that cite the paragraph may no longer follow from it",)
