"""The log as a service writes it: what is to be recorded is handed in, and acknowledged when it is on disk.

One process writes the log (``keeper``), whatever the number of those that answer; each of them sends its entries
together, as many as have come up since it last sent. ``Here`` writes in a thread of this process instead, for a service
of one process; ``Off`` records nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from averment.audit.errors import LogError, unavailable
from averment.audit.log import DecisionLog, Receipt
from averment.audit.record import Entry
from averment_service.wire import LARGEST, LENGTH, Result, entries_frame, results_of

AGAIN = 0.2  # seconds until a keeper that went is looked for again
PATIENCE = 20.0  # seconds that an entry waits for it
_TOGETHER = 16  # requests whose entries are sent at once, whatever else may come
_UNDER_WAY = 8  # frames that are sent and not answered
_FRAME = 4 << 20  # bytes of bodies that are sent at once, where they are of several requests


Write = Callable[[list[Entry]], Awaitable[list[Result]]]
"""Writes entries together: one result each, all on disk on return. May raise LogError for all."""


@dataclass(slots=True)
class _Handed:
    """Entries that somebody waits for, written all or none; ``end``: until when, by the clock of the loop; ``size``:
    about how many bytes they have.
    """

    entries: list[Entry]
    future: asyncio.Future[list[Result]]
    end: float = 0.0
    size: int = 0

    def answered(self, results: list[Result]) -> None:
        if not self.future.done():  # else whoever asked is gone
            self.future.set_result(results)


def _entries(batch: Iterable[_Handed]) -> list[Entry]:
    return [entry for handed in batch for entry in handed.entries]


def _first(waiting: list[_Handed]) -> tuple[list[_Handed], list[_Handed]]:
    """What of this is sent at once, at least one, and what after it."""
    size = 0
    for place, handed in enumerate(waiting):
        size += handed.size
        if size > _FRAME and place:
            return waiting[:place], waiting[place:]
    return waiting, []


def _answer(batch: Iterable[_Handed], results: Sequence[Result]) -> None:
    """Give each its part of the results of all, in their order."""
    start = 0
    for handed in batch:
        handed.answered(list(results[start : start + len(handed.entries)]))
        start += len(handed.entries)


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
        self._waiting: list[_Handed] = []
        self._task: asyncio.Task[None] | None = None

    async def append(self, entries: list[Entry]) -> list[Result]:
        handed = _Handed(entries, asyncio.get_running_loop().create_future())
        self._waiting.append(handed)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await handed.future

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # whatever else has arrived by now goes along
            batch, self._waiting = self._waiting, []
            together = _entries(batch)
            try:
                results = await self._write(together)
            except LogError as error:
                results = [error] * len(together)
            except Exception as error:
                results = [unavailable("log", str(error))] * len(together)
            _answer(batch, results)

    async def close(self) -> None:
        if self._task is not None:
            await self._task


class Here(Gathering):
    """The log written in a thread of this process, which must be the only one that does."""

    def __init__(self, log: DecisionLog) -> None:
        self.log = log
        super().__init__(lambda entries: asyncio.to_thread(log.append_all, entries))


class Kept(asyncio.Protocol):
    """The log written by a keeper that listens at ``path``. What comes up together is sent together, unless that is too
    much for a frame, and more is sent before it is answered. Where the keeper goes and comes back, what was not
    acknowledged is sent again: each entry has a key, so none is recorded twice.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._waiting: list[_Handed] = []
        self._sent: deque[list[_Handed]] = deque()  # in the order in which the answers come
        self._transport: asyncio.WriteTransport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._heard = bytearray()
        self._soon = False
        self._looking: asyncio.TimerHandle | None = None

    async def append(self, entries: list[Entry]) -> list[Result]:
        loop = asyncio.get_running_loop()
        size = sum(len(entry.body) + len(entry.archive) for entry in entries)
        if size > LARGEST // 2:  # so that the keeper takes it, whatever stands beside the bodies
            return [unavailable("log", f"{size:,} bytes are too many to record at once")] * len(entries)
        handed = _Handed(entries, loop.create_future(), loop.time() + PATIENCE, size)
        self._waiting.append(handed)
        if len(self._waiting) >= _TOGETHER:
            self._send()
        elif not self._soon:
            self._soon = True
            loop.call_soon(self._send)
        return await handed.future

    def _send(self) -> None:
        self._soon = False
        while self._waiting and len(self._sent) < _UNDER_WAY:
            if self._transport is None:
                if self._connecting is None:
                    self._connecting = asyncio.create_task(self._connect())
                return
            batch, self._waiting = _first(self._waiting)
            frame = entries_frame(_entries(batch))
            self._transport.write(LENGTH.pack(len(frame)) + frame)
            self._sent.append(batch)
            if self._looking is None:
                self._look()

    def _look(self) -> None:
        """Hang up on a keeper that does not answer, as one that stands still or waits for its disk: what was sent to it
        is given up, and may be on record all the same.
        """
        loop, self._looking = asyncio.get_running_loop(), None
        if self._sent and self._transport is not None:
            end = min(handed.end for handed in self._sent[0])
            if end < loop.time():
                self._transport.abort()
            else:
                self._looking = loop.call_at(end + AGAIN, self._look)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._transport is None:
            try:
                self._transport, _ = await loop.create_unix_connection(lambda: self, self._path)
            except OSError:
                self._give_up(loop.time())
                await asyncio.sleep(AGAIN)
        self._connecting = None
        self._send()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while len(self._heard) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self._heard)[0]
            if len(self._heard) < end:
                break
            results = results_of(bytes(self._heard[LENGTH.size : end]))
            del self._heard[:end]
            _answer(self._sent.popleft(), results)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._heard.clear()
        self._waiting[:0] = [handed for batch in self._sent for handed in batch]
        self._sent.clear()
        self._give_up(asyncio.get_running_loop().time())  # or what ends one writer ends the next
        self._send()

    def _give_up(self, now: float) -> None:
        """Tell those who have waited long enough that nothing is on record for them."""
        late = [handed for handed in self._waiting if handed.end < now]
        self._waiting = [handed for handed in self._waiting if handed.end >= now]
        for handed in late:
            handed.answered([unavailable("log", "its writer does not answer")] * len(handed.entries))

    async def close(self) -> None:
        """Wait for what was handed in, and hang up."""
        while self._waiting or self._sent:
            await asyncio.sleep(0.01)
        if self._transport is not None:
            self._transport.close()
