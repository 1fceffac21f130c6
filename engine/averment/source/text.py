"""The first defence of every reader: bytes become text only if they are small, UTF-8 and free of hidden characters.

Characters that a reader cannot see, or that make a line look other than it is (control characters, bidirectional
overrides, zero-width characters, line separators, noncharacters), are refused wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import islice

from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.source.node import Span

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_SCALAR = 64 * 1024
MAX_FINDINGS = 100  # of one file: nobody mends more before reading it again

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_BREAK = re.compile("\r\n|\r|\n")
_BOM = "\ufeff"


def decode(data: bytes, file: str, report: Report, line: int = 1) -> str | None:
    """``data``, which starts on ``line`` of ``file``, as text without a byte order mark.

    ``None`` once the report says why not.
    """
    if len(data) > MAX_BYTES:
        found = f"`{file}` has more than {MAX_BYTES:,} bytes"
        report.error("AV107", found, start_of(file, line), "too large", "split it into several files")
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        _not_utf8(data, problem.start, file, report, line)
        return None
    text = text.removeprefix(_BOM)
    if not text or text.isspace():
        report.error("AV111", f"`{file}` is empty", start_of(file, line))
        return None
    return None if _refuse_hidden(text, file, report, line) else text


def hidden(text: str) -> str | None:
    """The first hidden character of ``text``, named, or ``None``."""
    found = _HIDDEN.search(text)
    return _name(found.group()) if found else None


HIDDEN = ("hidden character", "delete the character")


def not_shown(named: str) -> str:
    """Why a hidden character, as ``hidden`` names it, is refused."""
    return f"{named} is not accepted: it does not show, or changes how the text shows"


def line_starts(text: str) -> list[int]:
    """The offset at which each line starts."""
    return [0, *(found.end() for found in _BREAK.finditer(text))]


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


def untold(code: str, file: str, more: int, at_least: bool = False) -> list[Diagnostic]:
    """How many places of a file something is wrong in beyond those that are told, if any are; ``code`` is of the last
    that is told.
    """
    if not more:
        return []
    many = f"{'at least ' * at_least}{more:,} more place{'s' * (more != 1)}"
    return [Diagnostic(code, f"something is wrong in {many} of `{file}`", (Label(start_of(file)),), count=more)]


def _refuse_hidden(text: str, file: str, report: Report, line: int) -> bool:
    if not _HIDDEN.search(text):
        return False
    starts = line_starts(text)
    places = _HIDDEN.finditer(text)
    for found in islice(places, MAX_FINDINGS):
        span = span_at(file, starts, found.start(), found.end(), line)
        report.error("AV109", not_shown(_name(found.group())), span, *HIDDEN)
    report.extend(untold("AV109", file, sum(1 for _ in places)))
    return True


def _not_utf8(data: bytes, offset: int, file: str, report: Report, line: int) -> None:
    before = data[:offset].decode("utf-8")
    lines = split_lines(before)
    row, column = line + len(lines) - 1, len(lines[-1]) + 1
    span = Span(file, row, column, row, column + 1)
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    help = "the file looks like UTF-16: save it as UTF-8" if utf16 else "save the file as UTF-8"
    message = f"byte {offset:,} (0x{data[offset]:02x}) of `{file}` is not UTF-8"
    report.error("AV110", message, span, "not UTF-8 from here", help)


def _name(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")
