"""Who sends a request without an end, or takes no answer, or comes with a thousand connections, is not waited for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest

pytest.importorskip("uvicorn")

import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl

from averment_service import connections

HEAD = b"GET / HTTP/1.1\r\nhost: x\r\n"
_LARGE = b"a" * (32 << 20)


async def _app(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    body = _LARGE if scope["path"] == "/large" else b"yes"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def _with_server(client: Callable[[int], Awaitable[None]]) -> None:
    async def run() -> None:
        config = uvicorn.Config(_app, http=connections.Bounded, ws="none", lifespan="off", log_level="critical")
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server.serve([listening]))
            while not server.started:
                await asyncio.sleep(0.01)
            try:
                async with asyncio.timeout(60):
                    await client(listening.getsockname()[1])
            finally:
                server.should_exit = True
                await serving

    asyncio.run(run())


async def _answer(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What comes until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        found = await reader.read()
    except ConnectionError:
        pass
    finally:
        await _hang_up(writer)
    return found


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def test_a_head_without_an_end_is_refused() -> None:
    async def client(port: int) -> None:
        found = await _answer(port, HEAD + b"x: ", *[b"a" * 10_000] * 100, pause=0.001)
        assert found == b"" or found.startswith(b"HTTP/1.1 431 ")
        for end in (b"", b"\r\n\r\n"):  # in one piece: without an end, and with one
            found = await _answer(port, HEAD + b"x: " + b"a" * 100_000 + end)
            assert found.startswith(b"HTTP/1.1 431 ") and found.count(b"HTTP/1.1") == 1 and b"yes" not in found
        assert (await _answer(port, b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nconnection: close\r\n\r\n")).endswith(
            b"yes"
        )
        body = b"POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: 1000000\r\n\r\n" + b"b" * 1_000_000
        assert (await _answer(port, body)).endswith(b"yes")

    _with_server(client)


@pytest.mark.parametrize("sent", [[], [HEAD], [HEAD + b"\r\n", HEAD]], ids=["nothing", "a part", "a second"])
def test_a_head_that_does_not_come_is_not_waited_for(sent: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections.Bounded, "pause", 0.1)

    async def client(port: int) -> None:
        found = await _answer(port, *sent, pause=0.01)
        assert found.endswith(b"yes" if len(sent) == 2 else b"")

    _with_server(client)


def test_an_answer_that_nobody_takes_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections.Bounded, "pause", 0.1)

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(1)  # ten looks
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(len(_LARGE))
        await _hang_up(writer)

    _with_server(client)


class _Slow:
    """A transport of which somebody takes as much as is written, however slowly."""

    aborted = False

    def get_write_buffer_size(self) -> int:
        return 65_536

    def abort(self) -> None:
        self.aborted = True


def test_an_answer_that_is_taken_as_slowly_as_it_is_written_is_kept() -> None:
    loop, slow = SimpleNamespace(call_later=lambda *_: None), _Slow()
    found = object.__new__(connections.bounded(60.0))
    told = {"loop": loop, "transport": slow, "_heads": 1, "_in_head": False, "_drained": 0, "_stood": None}
    found.__dict__.update(told, flow=FlowControl(cast("Any", slow)))
    for _ in range(3):
        found._look()
        found.resume_writing()
    assert found.pause == 30.0 and not slow.aborted
    found._look()
    found._look()
    assert slow.aborted


def test_whoever_comes_slowly_and_goes_on_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections.Bounded, "pause", 0.2)

    async def client(port: int) -> None:
        head = b"POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: 10\r\n\r\n"
        assert (await _answer(port, head, *[b"b"] * 10, pause=0.1)).endswith(b"yes")

    _with_server(client)


def test_there_are_so_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 3)

    async def client(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert (await _answer(port, HEAD + b"\r\n")).startswith(b"HTTP/1.1 503 ")
        for _, writer in held:
            await _hang_up(writer)
        assert (await _answer(port, HEAD + b"connection: close\r\n\r\n")).endswith(b"yes")

    _with_server(client)
