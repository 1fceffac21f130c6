"""A writer of the log that ends over what it is sent: it is sent again, and not for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from averment.audit.errors import LogError
from averment.audit.record import Entry
from averment_service import journal
from averment_service.wire import Result


def test_what_ends_every_writer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_PATIENCE", 0.05)
    path = str(tmp_path / "s")

    async def ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        await asyncio.sleep(0.01)
        writer.close()

    async def told() -> list[Result]:
        async with await asyncio.start_unix_server(ends, path):
            return await asyncio.wait_for(journal.Kept(path).append([Entry("decision", b"{}", "k")]), 20)

    (found,) = asyncio.run(told())
    assert isinstance(found, LogError)
