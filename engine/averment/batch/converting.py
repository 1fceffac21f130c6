"""Text in another dialect as plain CSV, a stretch at a time: what reads CSV reads it, record for record.

A record whose quotes are not as they should be stays one that is not CSV, and bytes that are no text stay no text: both
are for the reader to refuse, in their row. So the row of each record is what it is in the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import IO

from averment.batch.dialects import Dialect
from averment.batch.lines import NEAR, PIECE

Convert = Callable[[list[str]], list[str]]
"""The cells of a record of the plain table, of those of a record in the file."""
_READ = 1 << 18
_UNICODE = "utf-16", "utf-32"


class Converted:
    """A stream of plain CSV, to be read from its start on."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes (all without); none at the end."""
        held = [self._held]
        length = len(self._held)
        while size < 0 or length < size:
            part = next(self._parts, None)
            if part is None:
                break
            held.append(part)
            length += len(part)
        data = b"".join(held)
        cut = length if size < 0 else size
        self._held = data[cut:]
        return data[:cut]


def converted(stream: IO[bytes], dialect: Dialect, convert: Convert | None = None) -> Converted:
    """The plain table of a text; its headings stay as they are, but for ``convert``, which has them, too."""
    texts = _texts(stream, dialect)
    first = next(texts, "")
    for _ in range(dialect.skipped):
        first = first.partition("\n")[2]
    texts = chain([first], texts)
    return Converted(_plain(texts, dialect, convert))


def _texts(stream: IO[bytes], dialect: Dialect) -> Iterator[str]:
    """The text a block at a time. Raises UnicodeDecodeError where it cannot be kept what it is."""
    errors = "surrogatepass" if dialect.encoding.startswith(_UNICODE) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(dialect.encoding)(errors)
    fresh = True
    while block := stream.read(_READ):
        text = decoder.decode(block)
        yield text.removeprefix("\ufeff") if fresh else text
        fresh = False
    yield decoder.decode(b"", True)


def _plain(texts: Iterator[str], dialect: Dialect, convert: Convert | None) -> Iterator[bytes]:
    mark, quote = dialect.delimiter, dialect.quote
    foreign = quote, '"', ","
    held = ""
    for text in texts:
        held += text
        end = held.rfind("\n") + 1
        if not end and len(held) < PIECE:
            continue
        if convert is None and not any(sign in held for sign in foreign):
            yield _encoded((held[:end] if end else held).replace(mark, ","))
            held = held[end:] if end else ""
            continue
        rows, held = _records(held, mark, quote, last=False)
        yield _encoded("".join(map(_written(convert), rows)))
    rows, held = _records(held, mark, quote, last=True)
    yield _encoded("".join(map(_written(convert), rows)))


Record = Sequence[str] | str
"""The cells of a record; of one that is not as it should be, its text."""


def _records(text: str, mark: str, quote: str, last: bool) -> tuple[list[Record], str]:
    """The whole records of a text, and what is left of it. A blank line is a record of no cells."""
    m, q = re.escape(mark), re.escape(quote)
    cell = rf"(?:{q}(?:[^{q}]|{q}{q})*+{q}|[^{m}{q}\r\n][^{m}\r\n]*+|)"
    whole, part = re.compile(rf"({cell}(?:{m}{cell})*+)(\r?\n|\Z)"), re.compile(f"({cell})(?:{m}|\\Z)")
    open = re.compile(rf"(?:{cell}{m})*+{q}(?:[^{q}]|{q}{q})*+\Z")
    rows: list[Record] = []
    start, length = 0, len(text)
    while start < length:
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else length]
        if quote not in line:
            if end < 0 and not last and length - start < PIECE:
                break
            rows.append(line.removesuffix("\r").split(mark) if line.strip("\r") else [])
            start = end + 1 if end >= 0 else length
            continue
        near = min(length, start + NEAR)
        found = whole.match(text, start, near)
        if found and found[0] and (found[2] or (near == length and last)):
            rows.append(_cells(found[1], part, quote))
            start = found.end()
            continue
        if near == length and not last and (end < 0 or open.match(text, start, near)):
            break  # it goes on in the next block
        rows.append(line.removesuffix("\r"))
        start = end + 1 if end >= 0 else length
    return rows, text[start:]


def _cells(record: str, part: re.Pattern[str], quote: str) -> list[str]:
    """The cells of a record; after a mark at its end there is one more, which is empty."""
    cells: list[str] = []
    at = 0
    while found := part.match(record, at):
        cells.append(_unquoted(found[1], quote))
        at = found.end()
        if at == found.end(1):
            break
    return cells


def _unquoted(cell: str, quote: str) -> str:
    return cell[1:-1].replace(quote * 2, quote) if cell.startswith(quote) else cell


def _written(convert: Convert | None) -> Callable[[Record], str]:
    def written(record: Record) -> str:
        if isinstance(record, str):
            doubled = record.replace('"', '""')
            return f'"{doubled}"?\n'  # what follows a closed quote is no CSV either
        cells = convert(list(record)) if convert and record else record
        return (",".join(map(_cell, cells)) if cells != [""] else '""') + "\n"

    return written


def _cell(text: str) -> str:
    if '"' in text or "," in text or "\n" in text or "\r" in text:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")  # which no reader takes for UTF-8
