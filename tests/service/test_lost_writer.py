"""The writer of the log as others see it: what is sent to it at once is bounded; where it ends, or stands still, over
what it is sent, that is sent again, and not for ever.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from averment.audit.errors import LogError
from averment.audit.log import Receipt, open_log
from averment.audit.record import Entry, stored_pack
from averment_service import journal, running
from averment_service.service import now
from averment_service.wire import LENGTH, Result, entries_of, results_frame


def test_what_ends_every_writer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.05)
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


def test_what_stands_still_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.05)
    path = str(tmp_path / "s")

    async def stands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def told() -> list[Result]:
        async with await asyncio.start_unix_server(stands, path):
            return await asyncio.wait_for(journal.Kept(path).append([Entry("decision", b"{}", "k")]), 20)

    (found,) = asyncio.run(told())
    assert isinstance(found, LogError)


def test_a_job_sends_again_what_a_writer_that_ended_did_not_acknowledge(tmp_path: Path) -> None:
    url, path = f"sqlite:{tmp_path / 'log.db'}", str(tmp_path / "s")
    open_log(url, clock=now).close()
    heard: list[bytes] = []

    def ends_then_answers() -> None:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path)
            listening.listen()
            for answers in (False, True):
                connection = listening.accept()[0]
                heard.append(connection.recv(1 << 16))
                if answers:
                    frame = results_frame([Receipt(7, "7-x", "", "", True)])
                    connection.sendall(LENGTH.pack(len(frame)) + frame)
                connection.close()

    writer = threading.Thread(target=ends_then_answers)
    writer.start()
    with running.KeptLog(url, path) as log:
        receipt = log.append(stored_pack("sha256:0", {"pack.yaml": b""}, "p"))
    writer.join()
    assert receipt.sequence == 7 and heard[0] == heard[1] != b""


def test_what_waits_is_sent_in_frames_that_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_FRAME", 100)
    monkeypatch.setattr(journal, "LARGEST", 1000)
    path, frames, hung_up = str(tmp_path / "s"), list[list[Entry]](), asyncio.Event()

    async def keeper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while size := await reader.read(LENGTH.size):
            frames.append(entries_of(await reader.readexactly(LENGTH.unpack(size)[0])))
            frame = results_frame([Receipt(0, entry.key, "", "", True) for entry in frames[-1]])
            writer.write(LENGTH.pack(len(frame)) + frame)
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    sizes = {"one": [40], "two": [40], "three": [40], "many": [90, 90, 90], "large": [300, 201], "last": [40]}
    handed = [[Entry("decision", b"x" * size, f"{name}/{place}") for place, size in enumerate(told)]
              for name, told in sizes.items()]  # fmt: skip

    async def told() -> list[list[Result]]:
        async with await asyncio.start_unix_server(keeper, path):
            kept = journal.Kept(path)
            found = await asyncio.wait_for(asyncio.gather(*map(kept.append, handed)), 20)
            await kept.close()
            await hung_up.wait()
            return found

    results = asyncio.run(told())
    assert [[entry.key for entry in frame] for frame in frames] == [
        ["one/0", "two/0"], ["three/0"], ["many/0", "many/1", "many/2"], ["last/0"],
    ]  # fmt: skip
    for entries, found in zip(handed, results, strict=True):
        if len(entries) == 2:
            assert all(isinstance(one, LogError) for one in found), "which would be dropped, and all that is beside it"
        else:
            assert [one.id for one in found if isinstance(one, Receipt)] == [entry.key for entry in entries]
