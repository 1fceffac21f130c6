"""Many cases as lines of JSON: each is answered by a line, in order, as they come, and what is wrong hides no other.

A line may have a ``key``, which makes it exact-once: sent again, also in another stream, it is answered as it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qs

from averment.audit.errors import CONFLICT, LogError
from averment.audit.log import Receipt
from averment.core.node import Node, data_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Refused, Report
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.source.json_reader import read_json
from averment.surface.shape import check_shape
from averment_service.answering import ANSWER, OUTCOME, Answered, Asked, case_of, quickly, wholly, written
from averment_service.asgi import LINES, Receive, Scope, Send, header, patient, start, told_of, too_large
from averment_service.keys import SAYS, asks_the_same, key_of, may_be, reused
from averment_service.principals import Principal
from averment_service.problems import REQUEST, Problem, problem
from averment_service.service import Service
from averment_service.wire import plain

KEY = "key"
Note = Callable[[Outcome, str], Answered]
Found = Answered | Problem | bytes
"""What a line is answered: found now and to be recorded, why it is not, or, under its key, what it was before."""
_TOGETHER = 200  # lines that are recorded at once


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank, and which one of the request it is."""

    number: int
    text: bytes


class Stream:
    """The answer to one request of lines, to a pack, by somebody."""

    def __init__(self, service: Service, pack: Pack, principal: Principal, scope: Scope) -> None:
        """Raises: Problem and Refused for what cannot be asked of lines."""
        if header(scope, b"idempotency-key"):
            help = f"give each line a key of its own, as `{KEY}`, or send the cases as `cases` of one request"
            raise problem(422, REQUEST, "a stream has no idempotency key: it is answered line by line", help)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        detail = query.get("detail", [ANSWER])[-1]
        if detail not in (ANSWER, OUTCOME):
            raise problem(422, REQUEST, f"there is no detail `{detail}`", "write `answer` or `outcome`")
        self._service, self._pack, self._principal = service, pack, principal
        self._asked = Asked((), _parameters(query), detail)
        self._firings, self._documents = service.settings.firings, service.documents.of(principal.name)

    async def answer(self, receive: Receive, send: Send) -> None:
        """Read lines and send a line for each. Raises: Refused before the first."""
        pack, number, settings = self._pack, 0, self._service.settings
        await self._service.gate.run(lambda: pack.engine(self._asked.parameters))
        await send(start(200, LINES, pack))
        try:
            async for some in _lines(receive, settings.body, settings.patience):
                held = [_Line(number + place, text) for place, text in enumerate(some, 1) if text.strip()]
                number += len(some)
                body = b"".join([part + b"\n" for part in await self._answered(held)])
                await send({"type": "http.response.body", "body": body, "more_body": True})
        except Exception as error:  # the answer has begun, so that is its last line
            last = told_of(error, self._service.places).part + b"\n"
            await send({"type": "http.response.body", "body": last, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _answered(self, lines: list[_Line]) -> list[bytes]:
        """The answers to some lines, on record. Raises: LogError."""
        gate = self._service.gate
        found = await gate.run(lambda: [self._line(line) for line in lines])
        entries = [one.entry for one in found if isinstance(one, Answered)]
        results = iter(await self._service.results(self._pack, entries) if entries else ())
        parts: list[bytes] = []
        for line, one in zip(lines, found, strict=True):
            result = next(results) if isinstance(one, Answered) else None
            if isinstance(result, LogError):
                if result.diagnostic.code != CONFLICT:
                    raise result
                one = await gate.run(partial(self._line, line))  # its key came in twice at once
                one = reused() if isinstance(one, Answered) else one
            parts.append(self._part(one, result))
        return parts

    def _part(self, one: Found, result: Receipt | LogError | None) -> bytes:
        if isinstance(one, Answered):
            assert isinstance(result, Receipt)
            return written(one, self._asked.detail, result.id)
        return one.part if isinstance(one, Problem) else one

    def _line(self, line: _Line) -> Found:
        """What a line is answered; also where it meets a mistake of ours, which is not to hide the others.

        Raises: LogError.
        """
        try:
            told = plain(line.text)
            return (None if told is None else self._quickly(told)) or self._wholly(line)
        except LogError:
            raise
        except Exception as error:
            return told_of(error, self._service.places)

    def _quickly(self, told: dict[str, Any]) -> Found | None:
        """What a plain line is answered in microseconds; None where that cannot be."""
        if self._asked.detail != ANSWER or self._asked.parameters or (KEY in told and not may_be(told[KEY])):
            return None
        key = told.pop(KEY, None)
        return self._once(key, lambda pack, note: quickly(told, pack, self._firings, note))

    def _wholly(self, line: _Line) -> Found:
        """Raises: Refused."""
        report = Report()
        document = read_json(line.text, "request", report, line.number)
        if document is None or report.failed or not check_shape(document, "request_line", report):
            raise Refused(report.diagnostics)
        key = _key(document, report)
        if report.failed:
            raise Refused(report.diagnostics)

        def decided(pack: Pack, note: Note) -> Answered:
            case = case_of(document, pack, report, kept=self._documents)
            if case is None or report.failed:
                raise Refused(report.diagnostics)
            return wholly(case, self._asked, pack, self._firings, note)

        found = self._once(key, decided)
        assert found is not None
        return found

    def _once(self, key: str | None, decide: Callable[[Pack, Note], Answered | None]) -> Found | None:
        """What ``decide`` finds; under a key that is on record, what was answered then, by the pack of then."""
        service, pack, principal = self._service, self._pack, self._principal
        if key is None:
            return decide(pack, service.note(pack, principal))
        known = key_of(key, principal)
        before = service.recorded(known)
        if before is None:
            return decide(pack, service.note(pack, principal, known))
        if before.pack != pack.name:
            return reused()
        then = pack if pack.digest == before.digest else service.shop.find(f"{pack.name}@{before.digest}")
        again = decide(then, service.note(then, principal, known))
        if again is None:
            return None
        return written(again, self._asked.detail, before.id) if asks_the_same(again.entry, before) else reused()


def _key(line: Node, report: Report) -> str | None:
    """The key of a line, if it has one."""
    held = line.get(KEY)
    if held is not None and not may_be(held.value):
        report.add(Diagnostic(REQUEST, SAYS, (Label(held.span),)))
    return None if held is None else str(held.value)


async def _lines(receive: Receive, most: int, patience: float) -> AsyncIterator[list[bytes]]:
    """The lines of a stream, some at a time; none may be longer than ``most``.

    Raises: Problem, 413 for a longer one, after those before it; 408 where no more comes.
    """
    receive, rest, more = patient(receive, patience), b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        more = bool(message.get("more_body"))
        *lines, rest = (rest + message.get("body", b"")).split(b"\n")
        if not more and rest:
            lines.append(rest)
        fits = [*takewhile(lambda line: len(line) <= most, lines)]
        for place in range(0, len(fits), _TOGETHER):
            yield fits[place : place + _TOGETHER]
        if len(fits) < len(lines) or len(rest) > most:
            raise too_large(most)


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
