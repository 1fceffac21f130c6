"""The log as a service writes it: what is to be recorded is handed in, and acknowledged when it is on disk.

One process writes the log (``keeper``), whatever the number of those that answer; each of them sends its entries
together, as many as have come up since it last sent. ``Here`` writes in a thread of this process instead, for a service
of one process; ``Off`` records nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from averment.audit.errors import LogError, unavailable
from averment.audit.log import DecisionLog, Receipt
from averment.audit.record import Entry
from averment_service.wire import LENGTH, Result, entries_frame, results_of

_AGAIN = 0.2  # seconds until a keeper that went is looked for again
_PATIENCE = 20.0  # seconds that an entry waits for it


Write = Callable[[list[Entry]], Awaitable[list[Result]]]
"""Writes entries together: one result each, all on disk on return. May raise LogError for all."""


class Journal(Protocol):
    """Records entries. ``append`` returns when they are on disk: one result each, an error for one that is not."""

    async def append(self, entries: list[Entry]) -> list[Result]: ...
    async def close(self) -> None: ...


class Off:
    """Nothing is recorded; the id of a decision is then a random one that nobody knows."""

    async def append(self, entries: list[Entry]) -> list[Result]:
        return [Receipt(0, f"0-{secrets.token_hex(6)}", "", "", True) for _ in entries]

    async def close(self) -> None:
        return None


class Gathering:
    """What is handed in while some is being written waits, and is written together."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[tuple[list[Entry], asyncio.Future[list[Result]]]] = []
        self._task: asyncio.Task[None] | None = None

    async def append(self, entries: list[Entry]) -> list[Result]:
        future: asyncio.Future[list[Result]] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # whatever else has arrived by now goes along
            batch, self._waiting = self._waiting, []
            together = [entry for entries, _ in batch for entry in entries]
            try:
                results = await self._write(together)
            except LogError as error:
                results = [error] * len(together)
            except Exception as error:
                results = [unavailable("log", str(error))] * len(together)
            start = 0
            for entries, future in batch:
                if not future.done():  # else whoever asked is gone
                    future.set_result(list(results[start : start + len(entries)]))
                start += len(entries)

    async def close(self) -> None:
        if self._task is not None:
            await self._task


class Here(Gathering):
    """The log written in a thread of this process, which must be the only one that does."""

    def __init__(self, log: DecisionLog) -> None:
        self.log = log
        super().__init__(lambda entries: asyncio.to_thread(log.append_all, entries))


class Kept(Gathering):
    """The log written by a keeper that listens at ``path``. Where that goes and comes back, what was not acknowledged
    is sent again: each entry has a key, so none is recorded twice.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        super().__init__(self._send)

    async def _send(self, entries: list[Entry]) -> list[Result]:
        frame = entries_frame(entries)
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while True:
            try:
                if self._streams is None:
                    self._streams = await asyncio.open_unix_connection(self._path)
                reader, writer = self._streams
                writer.write(LENGTH.pack(len(frame)) + frame)
                answer = await reader.readexactly(LENGTH.unpack(await reader.readexactly(LENGTH.size))[0])
                return results_of(answer)
            except (OSError, asyncio.IncompleteReadError):
                await self._dropped()
                if loop.time() > end:
                    raise unavailable("log", "its writer does not answer") from None
                await asyncio.sleep(_AGAIN)

    async def _dropped(self) -> None:
        if self._streams is not None:
            with suppress(OSError):
                self._streams[1].close()
            self._streams = None

    async def close(self) -> None:
        await super().close()
        await self._dropped()
