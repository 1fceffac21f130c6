"""The one process that writes the log: it gathers what all others hand in, and writes it in one transaction.

A frame is a length and MessagePack; each is answered, in order, when all in it is on disk. What comes up while a
transaction is under way waits for the next, in the sockets: there is one thread, and nothing to hand over.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from averment.audit.errors import LogError, unavailable
from averment.audit.log import DecisionLog, open_log
from averment.audit.record import Entry
from averment_service.service import now
from averment_service.settings import key_of
from averment_service.starting import started
from averment_service.wire import LARGEST, LENGTH, Result, entries_of, results_frame

_PIECE = 256 << 10  # bytes read at once
_LOOK = 1.0  # seconds between two looks at whether whoever started this is there


@dataclass(slots=True)
class _Client:
    """One that hands entries in: what was heard of the next frame."""

    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)

    def frames(self) -> list[list[Entry]]:
        """What has arrived whole. Raises: OSError where it hung up; ValueError for what is no frame."""
        piece = self.socket.recv(_PIECE)
        if not piece:
            raise ConnectionResetError
        self.heard += piece
        found: list[list[Entry]] = []
        while len(self.heard) >= LENGTH.size:
            size = LENGTH.unpack_from(self.heard)[0]
            if size > LARGEST:
                raise ValueError("too large a frame")
            end = LENGTH.size + size
            if len(self.heard) < end:
                break
            found.append(entries_of(bytes(self.heard[LENGTH.size : end])))
            del self.heard[:end]
        return found

    def answer(self, results: list[Result]) -> None:
        frame = results_frame(results)
        self.socket.sendall(LENGTH.pack(len(frame)) + frame)


def keep(url: str, path: str, key: bytes = b"") -> None:
    """Write the log at ``url`` for whoever connects to the socket ``path``, until told to stop (SIGTERM).

    Raises: LogError where the log cannot be opened.
    """
    parent = os.getppid()
    with ExitStack() as stack:
        log = stack.enter_context(open_log(url, clock=now, key=key))
        stopped, stop = (stack.enter_context(end) for end in socket.socketpair())
        stop.setblocking(False)
        signal.set_wakeup_fd(stop.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _heard)
        Path(path).unlink(missing_ok=True)
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(path)
        listening.listen()
        selector = stack.enter_context(selectors.DefaultSelector())
        selector.register(listening, selectors.EVENT_READ)
        selector.register(stopped, selectors.EVENT_READ)
        while os.getppid() == parent:
            handed: list[tuple[_Client, list[Entry]]] = []
            for ready, _ in selector.select(_LOOK):
                if ready.fileobj is stopped:
                    return
                if ready.fileobj is listening:
                    client = _Client(listening.accept()[0])
                    selector.register(client.socket, selectors.EVENT_READ, client)
                    continue
                with _dropped(selector, ready.data):
                    handed += [(ready.data, entries) for entries in ready.data.frames()]
            if handed:
                _write(log, handed, selector)


def _heard(_number: int, _frame: object) -> None:
    """A signal: that it came is written to the pair of sockets."""


def _write(log: DecisionLog, handed: list[tuple[_Client, list[Entry]]], selector: selectors.BaseSelector) -> None:
    together = [entry for _, entries in handed for entry in entries]
    try:
        results: list[Result] = list(log.append_all(together))
    except LogError as error:
        results = [error] * len(together)
    except Exception as error:  # a mistake of ours: to end would only bring the same entries back
        results = [unavailable("log", type(error).__name__)] * len(together)
    start = 0
    for client, entries in handed:
        with _dropped(selector, client):
            client.answer(results[start : start + len(entries)])
        start += len(entries)


@contextmanager
def _dropped(selector: selectors.BaseSelector, client: _Client) -> Generator[None]:
    """Let go of a client that hung up, or that sends what is no frame: it sends again what was not acknowledged."""
    try:
        yield
    except (OSError, ValueError):
        with suppress(KeyError, ValueError):
            selector.unregister(client.socket)
        client.socket.close()


def main() -> None:
    settings, _, path = started()
    gc.set_threshold(50_000, 20, 50)  # what is written leaves no circles behind
    gc.freeze()
    keep(settings.log, path, key_of(settings))


if __name__ == "__main__":
    main()
