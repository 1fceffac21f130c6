"""Text cut into pieces at the ends of its records, whatever its bytes; a record too long to hold is skipped and told.

A record of JSON Lines is a line. A record of CSV is a line too, unless a cell in quotes holds line breaks; a quote that
opens a cell and is closed nowhere near, or not rightly, is taken to be its own line's mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from averment.batch.unit import Unit
from averment.extras import installed

PIECE = 8 * 1024 * 1024  # the most bytes of a piece, and so of a record
NEAR = 256 * 1024  # the most bytes of a CSV record that spans lines
_READ = 1 << 20
_BOM = b"\xef\xbb\xbf"
# Cells in quotes or without, up to the end of the record or of the text; and a record whose last cell is still open.
_CELL = rb'(?:"(?:[^"]|"")*+"|[^,"\r\n][^,\r\n]*+|)'
_RECORD = re.compile(rb"%b(?:,%b)*+(?:\r?\n|\Z)" % (_CELL, _CELL))
RECORDS = re.compile(rb"(?:%b(?:,%b)*+(?:\r?\n|\Z))*+" % (_CELL, _CELL))
_OPEN = re.compile(rb'(?:%b,)*+"(?:[^"]|"")*+\Z' % _CELL)
_quick: Any = import_module("averment.batch.line_ends") if installed("scale") else None


@dataclass(frozen=True, slots=True)
class Piece:
    """``rows`` whole records from byte ``offset`` on. ``overlong`` is the length of the one record that is not held."""

    offset: int
    data: bytes
    rows: int
    overlong: int = 0


def pieces(stream: IO[bytes], quoted: bool, rows: int, header: bool = False, offset: int = 0) -> Iterator[Piece]:
    """A text in pieces of at most ``rows`` records and ``PIECE`` bytes; their bounds depend on nothing else.

    ``quoted``: it is CSV. With ``header`` the first piece is the first record alone. ``offset`` is where in
    its file the stream starts.
    """
    held, ended, fresh = b"", False, not offset
    wanted = 1 if header else rows
    while True:
        while len(held) < PIECE and not ended:
            block = stream.read(max(_READ, PIECE - len(held)))
            held, ended = held + block if held else block, not block
        if fresh and held.startswith(_BOM):
            held, offset = held[len(_BOM) :], len(_BOM)
        fresh = False
        if not held:
            return
        end, count = _last_end(held[:PIECE], quoted, ended and len(held) <= PIECE, wanted)
        if count:
            yield Piece(offset, held[:end], count)
            offset, held = offset + end, held[end:]
        else:
            length, held = _skip(stream, held)
            yield Piece(offset, b"", 1, length)
            offset, ended = offset + length, ended or not held
        wanted = rows


def _last_end(data: bytes, quoted: bool, last: bool, most: int) -> tuple[int, int]:
    """Where the last of the first ``most`` whole records ends, and how many they are."""
    if not (quoted and b'"' in data):
        count = data.count(b"\n")
        if count < most or (count == most and data.endswith(b"\n")):
            end = data.rfind(b"\n") + 1
            return (len(data), count + 1) if last and end < len(data) else (end, count)
    ends = record_ends(data, quoted, last, most)
    return (ends[-1], len(ends)) if ends else (0, 0)


def record_ends(data: bytes, quoted: bool, last: bool, most: int | None = None) -> list[int]:
    """Where each of the first ``most`` whole records ends, with its line break. ``last``: nothing follows ``data``."""
    if quoted and b'"' in data:
        found = _quick.ends_of_lines(data, last, most) if _quick else None
        return _quoted_ends(data, last, len(data) if most is None else most) if found is None else found
    ends = _quick.line_ends(data) if _quick else [found.end() for found in re.finditer(b"\n", data)]
    if last and len(data) > (ends[-1] if ends else 0):
        ends.append(len(data))
    return ends if most is None else ends[:most]


def is_clean(record: bytes) -> bool:
    """Whether the quotes of a CSV record stand where they should."""
    return b'"' not in record or _RECORD.fullmatch(record) is not None


def _quoted_ends(data: bytes, last: bool, most: int) -> list[int]:
    ends: list[int] = []
    start, length = 0, len(data)
    while start < length and len(ends) < most:
        near = min(length, start + NEAR)
        found = _RECORD.match(data, start, near)
        whole = found is not None and (data[found.end() - 1 : found.end()] == b"\n" or (near == length and last))
        if found and whole and found.end() > start:
            end = found.end()
        elif near == length and not last and (found or _OPEN.match(data, start, near)):
            break  # it goes on in the next piece
        else:
            end = data.find(b"\n", start) + 1
            if not end:
                if not last:
                    break
                end = length
        ends.append(end)
        start = end
    return ends


def _skip(stream: IO[bytes], held: bytes) -> tuple[int, bytes]:
    """The length of the record that starts in ``held`` and has no end there, and what follows it."""
    end = held.find(b"\n") + 1
    if end:
        return end, held[end:]
    length = len(held)
    while block := stream.read(_READ):
        end = block.find(b"\n") + 1
        if end:
            return length + end, block[end:]
        length += len(block)
    return length, b""


class Rows:
    """Where each row of a unit is written."""

    def __init__(self, unit: Unit, quoted: bool) -> None:
        self.unit = unit
        self.ends = [0] if unit.overlong else record_ends(unit.data, quoted, last=True)

    def start(self, row: int) -> int:
        return self.ends[row - 1] if row else 0

    def offset(self, row: int) -> int:
        return self.unit.offset + self.start(row)

    def text(self, row: int) -> bytes:
        """What is written there, if that can be held."""
        return b"" if self.unit.overlong else bytes(self.unit.data[self.start(row) : self.ends[row]])
