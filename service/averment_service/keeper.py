"""The one process that writes the log: it gathers what all others hand in, and writes it in one transaction.

A frame is a length and MessagePack; each is answered, in order, when all in it is on disk. What comes up while a
transaction is under way waits for the next.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from averment.audit.log import open_log
from averment_service.journal import Here
from averment_service.settings import key_of
from averment_service.starting import started
from averment_service.wire import LENGTH, entries_of, results_frame

_LARGEST = 256 << 20  # of a frame


async def keep(url: str, path: str, key: bytes = b"") -> None:
    """Write the log at ``url`` for whoever connects to the socket ``path``, until told to stop (SIGTERM).

    Raises: LogError where the log cannot be opened.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with open_log(url, clock=lambda: datetime.now(UTC), key=key) as log:
        journal = Here(log)
        with suppress(FileNotFoundError):
            Path(path).unlink()
        parent = os.getppid()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.IncompleteReadError, OSError):
                while True:
                    size = LENGTH.unpack(await reader.readexactly(LENGTH.size))[0]
                    if size > _LARGEST:
                        break
                    entries = entries_of(await reader.readexactly(size))
                    answer = results_frame(await journal.append(entries))
                    writer.write(LENGTH.pack(len(answer)) + answer)
                    await writer.drain()
            writer.close()

        server = await asyncio.start_unix_server(serve, path)
        async with server:
            while not stop.is_set() and os.getppid() == parent:  # whoever started it is there
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)
        await journal.close()


def main() -> None:
    settings, _, path = started()
    asyncio.run(keep(settings.log, path, key_of(settings)))


if __name__ == "__main__":
    main()
