"""What a worker process and its parent say to each other: pickled objects, each behind its length.

Pickle is safe here because either end started the other and nobody else holds the pipes.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
import time
from typing import Any

from averment.core.program import Fact

Told = tuple[int, tuple[Fact, ...], tuple[Fact, ...]]
"""A firing on the wire: the place of its rule in ``program.rules``, its premises and its conclusions."""

_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 20


class Closed(Exception):
    """The other end is gone."""


class TooLong(Exception):
    """The other end has not answered in time."""


def send(pipe: int, message: object) -> None:
    """Write one message. Raises: Closed."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    view = memoryview(_LENGTH.pack(len(body)) + body)
    try:
        while view:
            view = view[os.write(pipe, view) :]
    except OSError:
        raise Closed from None


def receive(pipe: int, seconds: float | None = None) -> Any:
    """Read one message, waiting ``seconds`` at most. Raises: Closed, TooLong."""
    until = None if seconds is None else time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_read(pipe, _LENGTH.size, until))
    return pickle.loads(_read(pipe, length, until))


def _read(pipe: int, length: int, until: float | None) -> bytes:
    parts: list[bytes] = []
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while length:
        if until is not None and not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            raise TooLong
        part = os.read(pipe, min(length, _CHUNK))
        if not part:
            raise Closed
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
