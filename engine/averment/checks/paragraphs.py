"""Paragraphs: those of a text that somebody holds, against those that a pack lists of its source.

The digest of a paragraph is the SHA-256 of its text in Unicode NFC with every run of white space made one space and the
ends trimmed. A paragraph of a text file is a line that is not blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cached_property

from averment.checks.subject import Held
from averment.core.text import split_lines
from averment.dataclass import dataclass
from averment.ir.digest import digest_of


def paragraph_digest(text: str) -> str:
    """``sha256:…`` of one paragraph."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return digest_of(plain.encode())


def agreeing(held: Held) -> int:
    """How many of the paragraphs that the pack lists are in the text."""
    found = Paragraphs(held.text).found
    return sum(digest in found for section in held.source.sections for digest in section.paragraphs)


@dataclass(frozen=True)
class Paragraphs:
    """The paragraphs of a text."""

    text: str

    @cached_property
    def lines(self) -> Mapping[int, str]:
        """Each paragraph by the number of its line."""
        return {number: line for number, line in enumerate(split_lines(self.text), 1) if line.strip()}

    @cached_property
    def found(self) -> Mapping[str, int]:
        """The line of each paragraph by its digest, the first where several are alike."""
        return {paragraph_digest(line): number for number, line in reversed(list(self.lines.items()))}
