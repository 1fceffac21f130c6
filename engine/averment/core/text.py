"""Text as people and terminals meet it: what does not show, where its lines begin, how a file's name is spelled.

Characters that a reader cannot see, or that make a line look other than it is (control characters, bidirectional
overrides, zero-width characters, line separators, noncharacters), are *hidden*.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable

from averment.core.node import Span

HIDDEN_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_BREAK = re.compile("\r\n|\r|\n")
HIDDEN = ("hidden character", "delete the character")  # what is said of one, and the fix


def hidden(text: str) -> str | None:
    """The first hidden character of ``text``, named, or ``None``."""
    found = HIDDEN_CHARACTER.search(text)
    return name_of(found.group()) if found else None


def not_shown(named: str) -> str:
    """Why a hidden character, as ``hidden`` names it, is refused."""
    return f"{named} is not accepted: it does not show, or changes how the text shows"


def line_starts(text: str) -> list[int]:
    """The offset at which each line starts."""
    return [0, *(found.end() for found in _BREAK.finditer(text))]


def line_end(text: str, at: int) -> tuple[int, str]:
    """Where the line ends in which the offset is, and what ends it, which of the last line is a line feed."""
    found = _BREAK.search(text, at)
    return (found.start(), found.group()) if found else (len(text), "\n")


def split_lines(text: str) -> list[str]:
    """The lines of ``text`` as editors count them, without their ends."""
    return _BREAK.split(text)


def span_at(file: str, starts: list[int], start: int, end: int, first_line: int = 1) -> Span:
    """The span of the characters ``start`` to ``end`` of a text whose lines start at ``starts``."""
    line, last = bisect_right(starts, start) - 1, bisect_right(starts, end) - 1
    return Span(file, first_line + line, start - starts[line] + 1, first_line + last, end - starts[last] + 1)


def spelled(name: str) -> str:
    """The name of a file as every text can hold it: bytes of it that are not UTF-8 are written out."""
    return name.encode("utf-8", "backslashreplace").decode()


def start_of(file: str, line: int = 1) -> Span:
    """The start of a file, the place of a finding about the file as a whole; or of a line that is a text of its own."""
    return Span(file, line, 1, line, 1)


def one_line(message: str, label: str, help: Iterable[str]) -> str:
    """A message, what its label says of it, and the fixes, on one line."""
    return "; ".join([f"{message}: {label}" if label else message, *help])


def name_of(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")
