"""A JSON array as lines of JSON: element after element, as the bytes come, without holding more than a text of it.

What an element holds is for the reader of lines to judge; where one is left out between two commas, its line is none
that could be read. An array that does not end is damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

_READ = 1 << 18
_MOST = 8 * 1024 * 1024  # bytes of a text
_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},\n\r]|"', re.DOTALL)


def is_array(start: bytes) -> bool:
    """Whether a text that starts so is a JSON array."""
    return start.removeprefix(_BOM).lstrip()[:1] == b"["


def lines_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The elements of the array in a text, each on a line. Raises EOFError where it does not end."""
    depth, filled, after_comma, ended = 0, False, False, False
    start = b""
    while len(start) <= len(_BOM) and (block := stream.read(_READ)):
        start += block
    held, block = b"", start.removeprefix(_BOM)
    while block:
        data = held + block
        found: list[bytes] = []
        at = 0
        held = b""
        for token in _TOKEN.finditer(data):
            between, sign = data[at : token.start()], token[0]
            if sign == b'"':  # a text that goes on in the next block
                held = data[token.start() :]
                if len(held) > _MOST:
                    raise EOFError(f"a text in it has more than {_MOST:,} bytes")
                found.append(between)
                filled = filled or bool(between.strip())
                at = len(data)
                break
            filled = filled or bool(between.strip())
            found.append(between)
            at = token.end()
            if sign in (b"\n", b"\r"):
                found.append(b"" if ended and not filled else b" ")
            elif depth == 1 and sign == b",":
                found.append(b"\n" if filled else b",\n")
                filled, after_comma = False, True
            elif depth == 1 and sign == b"]":
                found.append(b"\n" if filled else b",\n" if after_comma else b"")
                depth, filled, after_comma, ended = 0, False, False, True
            elif depth == 0 and sign == b"[" and not filled:
                depth = 1
            else:
                depth += (sign in (b"[", b"{")) - (sign in (b"]", b"}"))
                found.append(sign)
                filled = True
        tail = data[at:]
        filled = filled or bool(tail.strip())
        yield b"".join([*found, tail])
        block = stream.read(_READ)
    if depth or held:
        raise EOFError("the array does not end")
