"""The connections of a process that answers, each of which may cost it no more than so much.

The head of a request has at most ``HEAD`` bytes, or is refused (431); where it does not come, or what is answered is
not taken, for ``PATIENCE`` seconds or at most twice as long, the connection is closed. There are at most half as many
as the process may have files open, since it needs some for itself: one more is told to come again (503).
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD = 64 << 10
PATIENCE = 30.0
MOST = max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class Bounded(HttpToolsProtocol):
    """A connection. It is looked at every ``PATIENCE`` seconds: what stands as it stood at the last look is over."""

    def __init__(self, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        self._heads, self._in_head, self._taken = 0, True, 0
        self._stood: tuple[int, int] | None = None
        self._looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST:
            self._refuse(503, b"retry-after: 1\r\n")
        else:
            self._looking = self.loop.call_later(PATIENCE, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._taken += len(data)
        super().data_received(data)
        if self._in_head and self._taken > HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heads, self._in_head, self._taken = self._heads + 1, True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def _look(self) -> None:
        untaken = self.transport.get_write_buffer_size()
        stands = (self._heads, untaken) if self._in_head or untaken else None
        if stands is not None and stands == self._stood:
            self.transport.abort()
            return
        self._stood = stands
        self._looking = self.loop.call_later(PATIENCE, self._look)

    def _refuse(self, status: int, headers: bytes = b"") -> None:
        self.transport.write(STATUS_LINE[status] + headers + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
