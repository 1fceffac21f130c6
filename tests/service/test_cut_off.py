"""Requests that are cut off, or find no room: told as that, never as a mistake of ours."""

from __future__ import annotations

import asyncio
import errno
import logging
from pathlib import Path
from typing import Any

import pytest
from tests.service.conftest import LOAN, service

pytest.importorskip("starlette")

from averment_service import asgi
from averment_service.app import application
from averment_service.problems import Problem, problem_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/packs/loan/decide", b"application/json"),
        ("/v1/packs/loan/explain", b"application/json"),
        ("/v1/packs/loan/jobs", b"text/csv"),
    ],
)
def test_a_body_that_is_cut_off_is_nobody_s_mistake(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str, kind: bytes
) -> None:
    state = service(tmp_path, packs=(str(LOAN),), data=str(tmp_path / "jobs"))
    heard = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", kind), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"name=a.csv",
             "headers": headers, "scheme": "http", "server": ("localhost", 80), "root_path": ""}  # fmt: skip
    with caplog.at_level(logging.WARNING):
        asyncio.run(application(state)(scope, receive, send))  # pyright: ignore[reportArgumentType]
    assert sent[0]["status"] == 400 and not caplog.records
    assert not list((tmp_path / "jobs").glob("[0-9a-f]*"))


def test_a_full_disk_is_told_to_come_again() -> None:
    found = problem_of(OSError(errno.ENOSPC, "No space left on device"))
    assert found.status == 503 and found.headers["retry-after"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/packs/loan/decide", b"application/x-ndjson"),
        ("/v1/packs/loan/jobs", b"application/octet-stream"),
    ],
)
def test_what_stands_still_halfway_gives_its_place_up(tmp_path: Path, path: str, kind: bytes) -> None:
    state = service(tmp_path, packs=(str(LOAN),), data=str(tmp_path / "jobs"), patience=0.05)
    heard = iter([{"type": "http.request", "body": b'{"facts": {}}\n', "more_body": True}])
    sent: list[Any] = []

    async def receive() -> Any:
        if (message := next(heard, None)) is None:
            await asyncio.sleep(3600)
        return message

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"name=a.csv",
             "headers": [(b"host", b"localhost"), (b"content-type", kind)], "scheme": "http",
             "server": ("localhost", 80), "root_path": ""}  # fmt: skip
    asyncio.run(application(state)(scope, receive, send))  # pyright: ignore[reportArgumentType]
    told = b"".join(message.get("body", b"") for message in sent)
    assert b"came within" in told, told
    assert sent[0]["status"] == (200 if kind == b"application/x-ndjson" else 408)


def test_a_body_that_does_not_come_gives_its_place_up() -> None:
    async def receive() -> Any:
        await asyncio.sleep(3600)

    with pytest.raises(Problem) as refused:
        asyncio.run(asgi.read_body({"headers": []}, receive, 100, 0.01))
    assert refused.value.status == 408


def test_a_table_that_comes_by_drops_gives_its_place_up() -> None:
    drops = 0

    async def receive() -> Any:
        nonlocal drops
        drops += 1
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"a", "more_body": drops < 1000}

    async def whole(receive: Any) -> None:
        while (await receive())["more_body"]:
            pass

    with pytest.raises(Problem) as refused:
        asyncio.run(whole(asgi.patient(receive, 0.1, slowest=1000)))
    assert refused.value.status == 408 and drops < 10
    drops = 980
    asyncio.run(whole(asgi.patient(receive, 0.1)))  # lines may come for as long as they come
