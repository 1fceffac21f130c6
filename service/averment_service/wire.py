"""Bytes: JSON read and canonical JSON written at speed; entries of the log, and what became of them, between the
processes of a service.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import msgspec

from averment.audit.errors import LogError, LogRefused, LogUnavailable
from averment.audit.log import Receipt
from averment.audit.record import Entry
from averment.diagnostics.diagnostic import Diagnostic
from averment.ir.digest import canonical

LENGTH = struct.Struct(">I")
LARGEST = 256 << 20  # bytes of a frame
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))  # each digit a nought, all else a blank
_KEPT = 15  # digits that a binary float keeps
_LONG = b"0" * 16  # what may be an integer that not every JSON reader keeps
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.msgpack.Decoder(list[Entry]).decode
Result = Receipt | LogError


def plain(body: bytes) -> dict[str, Any] | None:
    """A body of JSON that any reader reads alike; None for what is not, which is told the other way."""
    try:
        found = _read(body)
        if body.count(b":") != _members(found):  # a name that stands twice; or a colon in a text
            found = _read_names(body.decode())
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return found


_NESTED = frozenset({dict, list})


def _members(value: dict[str, Any] | list[Any]) -> int:
    """How many members the objects in an object or a list have, each of which stands after a colon."""
    many, items = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for item in items:
        if type(item) in _NESTED:
            many += _members(item)
    return many


def _names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _float(text: str) -> float:
    if len(text) > _KEPT or "e" in text or "E" in text:
        raise ValueError
    return float(text)


_read = msgspec.json.Decoder(dict[str, Any], float_hook=_float).decode
_read_names = json.JSONDecoder(object_pairs_hook=_names, parse_float=_float).decode


def canonical_quickly(value: Any) -> bytes:
    """What ``ir.digest.canonical`` gives, of a value it takes, in a tenth of the time."""
    data = _encode(value)
    return canonical(value) if _LONG in data.translate(_DIGITS) else data


def entries_frame(entries: Sequence[Entry]) -> bytes:
    """Entries as bytes."""
    return msgspec.msgpack.encode(entries)


def entries_of(frame: bytes) -> list[Entry]:
    """The entries of a frame. Raises: ValueError for what is none."""
    return _decode(frame)


def results_frame(results: Sequence[Result]) -> bytes:
    """What became of entries, as bytes."""
    return msgspec.msgpack.encode([_told(one) if isinstance(one, LogError) else [*one] for one in results])


def results_of(frame: bytes) -> list[Result]:
    """What became of entries, from a frame."""
    answers: list[list[Any]] = msgspec.msgpack.decode(frame)
    return [_error(*one) if isinstance(one[0], str) else Receipt(*one) for one in answers]


def _told(error: LogError) -> list[Any]:
    found = error.diagnostic
    return [type(error).__name__, found.code, found.message, list(found.help)]


def _error(kind: str, code: str, message: str, help: list[str]) -> LogError:
    error = LogRefused if kind == LogRefused.__name__ else LogUnavailable
    return error(Diagnostic(code, message, (), tuple(help)))
