"""``POST /v1/packs/{pack}/decide`` as bare ASGI: the one route that is asked thousands of times a second.

What is plain goes the quick way in the event loop; the rest through the gate. An answer is sent when it is on record.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.requests import ClientDisconnect

from averment.audit.errors import CONFLICT, LogError
from averment.audit.record import DECISION, Entry, Record
from averment.core.node import data_of
from averment.diagnostics.diagnostic import Refused, Report
from averment.ir.digest import canonical
from averment.pack import Pack
from averment.source.json_reader import read_json
from averment.surface.shape import check_shape
from averment_service.answering import (
    ANSWER,
    OUTCOME,
    Answered,
    Asked,
    asked_of,
    case_of,
    quickly,
    wholly,
    written,
)
from averment_service.principals import Permission, Principal, need
from averment_service.problems import MEDIA, REQUEST, REUSED, TOO_MUCH, Problem, problem, problem_of
from averment_service.service import Service

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_JSON, LINES = b"application/json", b"application/x-ndjson"
PREFIX, SUFFIX = "/v1/packs/", "/decide"
_log = logging.getLogger("averment.service")
PATIENCE = 60.0  # seconds that a body may take to come, which holds one of the places of those under way
_TOGETHER = 200  # lines of a stream that are recorded at once


def is_decide(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.endswith(SUFFIX) and path.startswith(PREFIX) and scope["method"] == "POST"


class Decide:
    """The route. ``authorise``: who sends this request, or Problem."""

    def __init__(self, service: Service, authorise: Callable[[Scope], Principal]) -> None:
        self._service, self._authorise = service, authorise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            principal = self._authorise(scope)
            need(principal, Permission.DECIDE)
            pack = await self._pack(scope["path"][len(PREFIX) : -len(SUFFIX)])
            kind = _header(scope, b"content-type").partition(b";")[0].strip().lower()
            if kind == LINES:
                await self._stream(scope, receive, send, pack, principal)
                return
            if kind != _JSON:
                raise problem(415, REQUEST, "a case is sent as application/json, many as application/x-ndjson too")
            body = await read_body(scope, receive, self._service.settings.body)
            answer = await self._answer(body, scope, pack, principal)
        except Exception as error:
            await send_problem(send, told_of(error))
            return
        await _send(send, 200, answer, pack)

    async def _pack(self, named: str) -> Pack:
        shop = self._service.shop
        if named in shop.shelf.packs:
            return shop.find(named)
        return await self._service.gate.run(lambda: shop.find(named))  # it may have to come from the log

    async def _answer(self, body: bytes, scope: Scope, pack: Pack, principal: Principal) -> bytes:
        service = self._service
        key = idempotency_key(scope, principal)
        if key:
            return await self._once(body, pack, principal, key)
        found = quickly(body, pack, service.settings.firings, service.note(pack, principal))
        if found is not None:
            (receipt,) = await service.record(pack, [found.entry])
            return written(found, ANSWER, receipt.id)
        asked, answers = await service.gate.run(lambda: self._decided(body, pack, principal, key))
        return await self._recorded(asked, answers, pack)

    async def _once(self, body: bytes, pack: Pack, principal: Principal, key: str) -> bytes:
        """The answer under a key, as it was given before if it was."""
        gate = self._service.gate
        if (again := await gate.run(lambda: self._again(body, pack, principal, key))) is not None:
            return again
        asked, answers = await gate.run(lambda: self._decided(body, pack, principal, key))
        try:
            return await self._recorded(asked, answers, pack)
        except LogError as error:
            if error.diagnostic.code != CONFLICT:
                raise
        # the same key came in twice at once, and the other was first
        again = await gate.run(lambda: self._again(body, pack, principal, key))
        if again is None:
            raise _reused()
        return again

    def _decided(
        self, body: bytes, pack: Pack, principal: Principal, key: str
    ) -> tuple[Asked, list[Answered | Problem]]:
        asked = asked_of(body, pack, self._service.settings.cases, self._service.documents)
        if not asked.many:
            return asked, [self._one(asked, 0, pack, principal, key)]
        found: list[Answered | Problem] = []
        for place in range(len(asked.cases)):
            try:
                found.append(self._one(asked, place, pack, principal, f"{key}/{place}" if key else ""))
            except Refused as error:
                found.append(problem_of(error))
        return asked, found

    def _one(self, asked: Asked, place: int, pack: Pack, principal: Principal, key: str) -> Answered:
        note = self._service.note(pack, principal, key)
        return wholly(asked.cases[place], asked, pack, self._service.settings.firings, note)

    def _again(self, body: bytes, pack: Pack, principal: Principal, key: str) -> bytes | None:
        """What was answered under this key, by the pack of then; None where nothing was.

        Raises: Problem (409) where something else is asked.
        """
        service = self._service
        record = service.recorded(key) or service.recorded_of_many(key)
        if record is None:
            return None
        if record.pack != pack.name:
            raise _reused()
        then = pack if pack.digest == record.digest else service.shop.find(f"{pack.name}@{record.digest}")
        asked, answers = self._decided(body, then, principal, key)
        if asked.many == (record.key == f"{DECISION}:{key}"):
            raise _reused()
        parts: list[bytes] = []
        for one in answers:
            if isinstance(one, Problem):
                parts.append(_refusal(one))
                continue
            before = service.recorded(one.entry.key.partition(":")[2])
            if before is None or not _asks_the_same(one.entry, before):
                raise _reused()
            parts.append(written(one, asked.detail, before.id))
        return _together(asked, parts)

    async def _recorded(self, asked: Asked, answers: list[Answered | Problem], pack: Pack) -> bytes:
        return _together(asked, await self._sent(answers, asked, pack))

    async def _sent(self, answers: list[Answered | Problem], asked: Asked, pack: Pack) -> list[bytes]:
        """Each answer as it is sent, all of them on record before the first is."""
        entries = [one.entry for one in answers if isinstance(one, Answered)]
        receipts = iter(await self._service.record(pack, entries) if entries else ())
        return [
            written(one, asked.detail, next(receipts).id) if isinstance(one, Answered) else _refusal(one)
            for one in answers
        ]

    # --- many as a stream ------------------------------------------------------------------------------------------

    async def _stream(self, scope: Scope, receive: Receive, send: Send, pack: Pack, principal: Principal) -> None:
        """A line of the answer for each line of the request, in order, as they come."""
        if _header(scope, b"idempotency-key"):
            help = "send the cases as `cases` of one request, or a key with each"
            raise problem(422, REQUEST, "a stream has no idempotency key: it is answered line by line", help)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        detail = query.get("detail", [ANSWER])[-1]
        if detail not in (ANSWER, OUTCOME):
            raise problem(422, REQUEST, f"there is no detail `{detail}`", "write `answer` or `outcome`")
        asked = Asked((), _parameters(query), detail)
        await self._service.gate.run(lambda: pack.engine(asked.parameters))  # refused before the first line
        await send(_start(200, LINES, pack))
        number = 0
        try:
            async for lines in _lines(scope, receive, self._service.settings.body):
                first = number + 1
                number += len(lines)
                answers = await self._lines(lines, first, asked, pack, principal)
                await send({"type": "http.response.body", "body": answers, "more_body": True})
        except Exception as error:  # the answer has begun, so that is its last line
            await send({"type": "http.response.body", "body": _refusal(told_of(error)) + b"\n", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _lines(self, lines: list[bytes], first: int, asked: Asked, pack: Pack, principal: Principal) -> bytes:
        def decided() -> list[Answered | Problem]:
            return [
                self._line(line, first + place, asked, pack, principal)
                for place, line in enumerate(lines)
                if line.strip()
            ]

        answers = await self._service.gate.run(decided)
        return b"".join(line + b"\n" for line in await self._sent(answers, asked, pack))

    def _line(self, line: bytes, number: int, asked: Asked, pack: Pack, principal: Principal) -> Answered | Problem:
        note = self._service.note(pack, principal)
        if asked.detail == ANSWER and not asked.parameters:
            found = quickly(line, pack, self._service.settings.firings, note)
            if found is not None:
                return found
        report = Report()
        try:
            document = read_json(line, "request", report, number)
            if document is None or report.failed or not check_shape(document, "case", report):
                raise Refused(report.diagnostics)
            case = case_of(document, pack, report, kept=self._service.documents)
            if case is None or report.failed:
                raise Refused(report.diagnostics)
            return wholly(case, asked, pack, self._service.settings.firings, note)
        except Refused as error:
            return problem_of(error)


def _together(asked: Asked, parts: list[bytes]) -> bytes:
    return b'{"results":[' + b",".join(parts) + b"]}" if asked.many else parts[0]


def _asks_the_same(entry: Entry, record: Record) -> bool:
    """Whether what is to be recorded was asked as what is on record was."""
    body = json.loads(entry.body)
    mine = [entry.case, entry.digest, body["facts"], body.get("evidence"), body["parameters"]]
    theirs = [record.case, record.digest, record.facts, record.evidence, record.parameters]
    return canonical(mine) == canonical(theirs)


def _reused() -> Problem:
    help = "a key stands for one request: give the new one a key of its own"
    return problem(409, REUSED, "this idempotency key stands for another request", help)


def idempotency_key(scope: Scope, principal: Principal) -> str:
    """The key under which a request is exact-once: each principal has keys of its own."""
    key = _header(scope, b"idempotency-key")
    if not key:
        return ""
    text = key.decode("latin-1").strip('"')
    if not text or not text.isascii() or not text.isprintable() or len(text) > 200:
        raise problem(400, REQUEST, "an idempotency key is 1 to 200 characters of ASCII")
    return (
        f"{quote(principal.name, safe='')}/{quote(text, safe='')}"  # so that `/` parts them from each other, and places
    )


async def read_body(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body of a request. Raises: Problem (413) for one that is too large, as soon as that is known."""
    told = _header(scope, b"content-length")
    if told.isdigit() and int(told) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(PATIENCE):
            return await _whole(receive, most)
    except TimeoutError:
        raise too_slow() from None


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
            raise _too_large(most)
        if not message.get("more_body"):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


async def _lines(scope: Scope, receive: Receive, most: int) -> AsyncIterator[list[bytes]]:
    """The lines of a stream, some at a time; none may be longer than ``most``."""
    rest, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        more = bool(message.get("more_body"))
        *lines, rest = (rest + message.get("body", b"")).split(b"\n")
        if len(rest) > most:
            raise _too_large(most)
        if not more and rest:
            lines.append(rest)
        for start in range(0, len(lines), _TOGETHER):
            yield lines[start : start + _TOGETHER]


def _parameters(query: dict[str, list[str]]) -> dict[str, Any]:
    """``?parameters={…}``, as JSON."""
    told = query.get("parameters")
    if not told:
        return {}
    report = Report()
    node = read_json(told[-1].encode(), "parameters", report)
    if node is None or report.failed or not isinstance(node.value, dict):
        raise Refused(report.diagnostics) if report.failed else problem(422, REQUEST, "parameters are a JSON object")
    found: dict[str, Any] = data_of(node)
    return found


def _header(scope: Scope, name: bytes) -> bytes:
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return b""


def too_slow() -> Problem:
    return problem(408, REQUEST, f"the body did not come within {PATIENCE:g} seconds")


def _too_large(most: int) -> Problem:
    return problem(413, TOO_MUCH, f"the body has more than {most:,} bytes", "send many cases as NDJSON, or as a batch")


def _refusal(found: Problem) -> bytes:
    return canonical({"problem": found.document})


def _start(status: int, kind: bytes, pack: Pack | None = None, *more: tuple[bytes, bytes]) -> dict[str, Any]:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), *more]
    if pack is not None:
        headers.append((b"averment-pack", told_of_pack(pack).encode()))
    return {"type": "http.response.start", "status": status, "headers": headers}


def told_of_pack(pack: Pack) -> str:
    """Which pack an answer is of, as its header says it."""
    return f"{pack.name}@{pack.version} {pack.digest}".encode("ascii", "replace").decode()


async def _send(send: Send, status: int, body: bytes, pack: Pack) -> None:
    await send(_start(status, _JSON, pack, (b"content-length", str(len(body)).encode())))
    await send({"type": "http.response.body", "body": body})


def told_of(error: Exception) -> Problem:
    """What an error is told as. A mistake of ours is told in the log of the service, under the number sent along."""
    found = problem_of(error)
    if found.status == 500:
        number = secrets.token_hex(4)
        _log.error("a mistake in averment, number %s", number, exc_info=error)
        found.headers["averment-mistake"] = number
    return found


async def send_problem(send: Send, found: Problem) -> None:
    body = found.body
    more = [(name.encode(), value.encode("latin-1", "replace")) for name, value in found.headers.items()]
    await send(_start(found.status, MEDIA.encode(), None, (b"content-length", str(len(body)).encode()), *more))
    await send({"type": "http.response.body", "body": body})
