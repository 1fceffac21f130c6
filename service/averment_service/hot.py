"""``POST /v1/packs/{pack}/decide`` as bare ASGI: the one route that is asked thousands of times a second.

What is plain goes the quick way in the event loop; the rest through the gate. An answer is sent when it is on record.
"""

from __future__ import annotations

from collections.abc import Callable

from averment.audit.errors import CONFLICT, LogError
from averment.audit.record import DECISION
from averment.pack import Pack
from averment_service.answering import ANSWER, Answered, Asked, asked_of, quickly, wholly, written
from averment_service.asgi import (
    JSON,
    LINES,
    Receive,
    Scope,
    Send,
    header,
    read_body,
    send_answer,
    send_problem,
    told_of,
)
from averment_service.keys import asks_the_same, header_key, reused
from averment_service.principals import Permission, Principal, need
from averment_service.problems import REQUEST, Problem, problem
from averment_service.service import Service
from averment_service.streaming import Stream
from averment_service.wire import plain

PREFIX, SUFFIX = "/v1/packs/", "/decide"


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
            kind = header(scope, b"content-type").partition(b";")[0].strip().lower()
            if kind == LINES:
                await Stream(self._service, pack, principal, scope).answer(receive, send)
                return
            if kind != JSON:
                raise problem(415, REQUEST, "a case is sent as application/json, many as application/x-ndjson too")
            settings = self._service.settings
            body = await read_body(scope, receive, settings.body, settings.patience)
            answer = await self._answer(body, scope, pack, principal)
        except Exception as error:
            await send_problem(send, told_of(error, self._service.places))
            return
        await send_answer(send, 200, answer, pack)

    async def _pack(self, named: str) -> Pack:
        shop = self._service.shop
        if named in shop.shelf.packs:
            return shop.find(named)
        return await self._service.gate.run(lambda: shop.find(named))  # it may have to come from the log

    async def _answer(self, body: bytes, scope: Scope, pack: Pack, principal: Principal) -> bytes:
        service = self._service
        key = header_key(scope, principal)
        if key:
            return await self._once(body, pack, principal, key)
        told = plain(body)
        found = None
        if told is not None:
            found = quickly(told, pack, service.settings.firings, service.note(pack, principal))
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
            raise reused()
        return again

    def _decided(
        self, body: bytes, pack: Pack, principal: Principal, key: str
    ) -> tuple[Asked, list[Answered | Problem]]:
        asked = asked_of(body, pack, self._service.settings.cases, self._service.documents.of(principal.name))
        if not asked.many:
            return asked, [self._one(asked, 0, pack, principal, key)]
        found: list[Answered | Problem] = []
        for place in range(len(asked.cases)):
            try:
                found.append(self._one(asked, place, pack, principal, _key(key, asked, place)))
            except Exception as error:  # also a mistake of ours, which is not to hide the others
                found.append(told_of(error, self._service.places))
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
            raise reused()
        then = pack if pack.digest == record.digest else service.shop.find(f"{pack.name}@{record.digest}")
        asked, answers = self._decided(body, then, principal, key)
        if not record.key.startswith(f"{DECISION}:{_key(key, asked, '')}"):
            raise reused()
        parts: list[bytes] = []
        for place, one in enumerate(answers):
            before = service.recorded(_key(key, asked, place))
            if isinstance(one, Problem) and before is None:
                parts.append(one.part)
            elif isinstance(one, Problem) or before is None or not asks_the_same(one.entry, before):
                raise reused()
            else:
                parts.append(written(one, asked.detail, before.id))
        return _together(asked, parts)

    async def _recorded(self, asked: Asked, answers: list[Answered | Problem], pack: Pack) -> bytes:
        return _together(asked, await self._sent(answers, asked, pack))

    async def _sent(self, answers: list[Answered | Problem], asked: Asked, pack: Pack) -> list[bytes]:
        """Each answer as it is sent, all of them on record before the first is."""
        entries = [one.entry for one in answers if isinstance(one, Answered)]
        receipts = iter(await self._service.record(pack, entries) if entries else ())
        return [
            written(one, asked.detail, next(receipts).id) if isinstance(one, Answered) else one.part for one in answers
        ]


def _key(key: str, asked: Asked, place: int | str) -> str:
    """The key of a case. Of one of many the number of all is part of it, for fewer of them are another request."""
    return f"{key}/{len(asked.cases)}/{place}" if key and asked.many else key


def _together(asked: Asked, parts: list[bytes]) -> bytes:
    return b'{"results":[' + b",".join(parts) + b"]}" if asked.many else parts[0]
