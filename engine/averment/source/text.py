"""The first defence of every reader: bytes become text only if they are small, UTF-8 and free of hidden characters.

Characters that a reader cannot see, or that make a line look other than it is (control characters, bidirectional
overrides, zero-width characters, line separators, noncharacters), are refused wherever they stand.
"""

from __future__ import annotations

from itertools import islice

from averment.core.node import Span
from averment.core.text import HIDDEN, HIDDEN_CHARACTER, line_starts, name_of, not_shown, span_at, split_lines, start_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Report

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_SCALAR = 64 * 1024
MAX_FINDINGS = 100  # of one file: nobody mends more before reading it again

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


def untold(code: str, file: str, more: int, at_least: bool = False) -> list[Diagnostic]:
    """How many places of a file something is wrong in beyond those that are told, if any are; ``code`` is of the last
    that is told.
    """
    if not more:
        return []
    many = f"{'at least ' * at_least}{more:,} more place{'s' * (more != 1)}"
    return [Diagnostic(code, f"something is wrong in {many} of `{file}`", (Label(start_of(file)),), count=more)]


def _refuse_hidden(text: str, file: str, report: Report, line: int) -> bool:
    if not HIDDEN_CHARACTER.search(text):
        return False
    starts = line_starts(text)
    places = HIDDEN_CHARACTER.finditer(text)
    for found in islice(places, MAX_FINDINGS):
        span = span_at(file, starts, found.start(), found.end(), line)
        report.error("AV109", not_shown(name_of(found.group())), span, *HIDDEN)
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
