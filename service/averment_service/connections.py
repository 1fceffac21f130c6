"""The connections of a process that answers, each of which may cost it no more than so much.

The head of a request has at most ``HEAD`` bytes, or is refused (431); where it does not come, or nothing of what is
answered is taken, for half of the ``patience`` of the settings or at most all of it, the connection is closed. There
are at most half as many as the process may have files open, since it needs some for itself: one more is told to come
again (503).
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD = 64 << 10
MOST = max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class Bounded(HttpToolsProtocol):
    """A connection. It is looked at every ``pause`` seconds: what stands as it stood at the last look is over."""

    pause = 30.0

    def __init__(self, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        self._heads, self._in_head = 0, True
        self._come = 0  # bytes since the last request was whole, of which its head cannot have more
        self._drained = 0  # how often so much of an answer was taken that more of it could be written
        self._stood: tuple[int, int, int] | None = None
        self._looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST:
            self._refuse(503, b"retry-after: 1\r\n")
        else:
            self._looking = self.loop.call_later(self.pause, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._come += len(data)
        super().data_received(data)
        if self._in_head and self._come > HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heads, self._in_head = self._heads + 1, True

    def on_headers_complete(self) -> None:
        if self._come > HEAD and self._size > HEAD:
            self._refuse(431)
            raise httptools.HttpParserError  # and it is not answered
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._come = 0

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def resume_writing(self) -> None:
        self._drained += 1
        super().resume_writing()

    @property
    def _size(self) -> int:
        """Bytes of a head that has come whole, but for what is between its parts."""
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _look(self) -> None:
        untaken = self.transport.get_write_buffer_size()
        stands = (self._heads, untaken, self._drained) if self._in_head or untaken else None
        if stands is not None and stands == self._stood:
            self.transport.abort()
            return
        self._stood = stands
        self._looking = self.loop.call_later(self.pause, self._look)

    def _refuse(self, status: int, headers: bytes = b"") -> None:
        self.transport.write(STATUS_LINE[status] + headers + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


def bounded(patience: float) -> type[Bounded]:
    """Connections of which none may stand still for longer than ``patience`` seconds."""

    class Connection(Bounded):
        pause = patience / 2

    return Connection
