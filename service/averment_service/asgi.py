"""What a request is read with and an answer is sent with, for whoever speaks ASGI itself."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect

from averment.pack import Pack
from averment_service.places import Places
from averment_service.problems import MEDIA, REQUEST, TOO_MUCH, Problem, problem, problem_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
JSON, LINES = b"application/json", b"application/x-ndjson"
SLOWEST = 8 << 10  # bytes a second of a table or a form
T = TypeVar("T")
_log = logging.getLogger("averment.service")


async def read_body(scope: Scope, receive: Receive, most: int, patience: float) -> bytes:
    """The body of a request, which holds one of the places of those under way until it has come.

    Raises: Problem, 413 for one that is too large, as soon as that is known; 408 where it does not come within
    ``patience`` seconds.
    """
    told = header(scope, b"content-length")
    if told.isdigit() and int(told) > most:
        raise too_large(most)
    return await _in_time(_whole(receive, most), patience, patience)


async def _in_time(wait: Awaitable[T], seconds: float, patience: float) -> T:
    """What ``wait`` gives. Raises: Problem (408) where it does not within so many seconds, the rest of ``patience``.

    As ``asyncio.timeout``, which takes four times as long.
    """
    task, late = asyncio.current_task(), False
    assert task is not None

    def end() -> None:
        nonlocal late
        late = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, end)
    try:
        return await wait
    except asyncio.CancelledError:
        if late and task.uncancel() == 0:
            raise _too_slow(patience) from None
        raise
    finally:
        timer.cancel()


async def _whole(receive: Receive, most: int) -> bytes:
    """All pieces of a body. Raises: Problem (413); ClientDisconnect."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise too_large(most)
        if not message.get("more_body"):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


def patient(receive: Receive, patience: float, slowest: int = 0) -> Receive:
    """What comes of a request, each piece of its body within ``patience`` seconds; where so many bytes a second are the
    ``slowest``, all of it within those seconds and what its bytes may take. Raises: Problem (408).
    """
    whole, size, begun = False, 0, perf_counter()

    async def next() -> MutableMapping[str, Any]:
        nonlocal whole, size
        if whole:  # what may come yet is that whoever asks hangs up
            return await receive()
        late = perf_counter() - begun - size / slowest if slowest else 0.0
        message = await _in_time(receive(), patience - max(0.0, late), patience)
        whole, size = not message.get("more_body"), size + len(message.get("body", b""))
        return message

    return next


def header(scope: Scope, name: bytes) -> bytes:
    """A header of a request; empty where it has none."""
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return b""


def _too_slow(patience: float) -> Problem:
    return problem(408, REQUEST, f"nothing of the body, or not all of it, came within {patience:g} seconds")


def too_large(most: int) -> Problem:
    """That a body is larger than may be."""
    return problem(413, TOO_MUCH, f"the body has more than {most:,} bytes", "send many cases as NDJSON, or as a batch")


def start(status: int, kind: bytes, pack: Pack | None = None, *more: tuple[bytes, bytes]) -> dict[str, Any]:
    """The beginning of an answer."""
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), *more]
    if pack is not None:
        headers.append((b"averment-pack", told_of_pack(pack).encode()))
    return {"type": "http.response.start", "status": status, "headers": headers}


def told_of_pack(pack: Pack) -> str:
    """Which pack an answer is of, as its header says it."""
    return f"{pack.name}@{pack.version} {pack.digest}".encode("ascii", "replace").decode()


async def send_answer(send: Send, status: int, body: bytes, pack: Pack) -> None:
    """Send JSON that a pack answered."""
    await send(start(status, JSON, pack, (b"content-length", str(len(body)).encode())))
    await send({"type": "http.response.body", "body": body})


def told_of(error: Exception, places: Places) -> Problem:
    """What an error is told as, without the server's own places. A mistake of ours is told in the log of the service,
    under the number sent along.
    """
    found = problem_of(error)
    found.diagnostics = tuple(places.told(found.diagnostics))
    if found.status == 500:
        number = secrets.token_hex(4)
        _log.error("a mistake in averment, number %s", number, exc_info=error)
        found.headers["averment-mistake"] = number
    return found


async def send_problem(send: Send, found: Problem) -> None:
    """Send why a request is not served."""
    body = found.body
    more = [(name.encode(), value.encode("latin-1", "replace")) for name, value in found.headers.items()]
    await send(start(found.status, MEDIA.encode(), None, (b"content-length", str(len(body)).encode()), *more))
    await send({"type": "http.response.body", "body": body})
