"""What every request passes, whatever it asks for: is it for this host, who sends it, and does nothing of it break?"""

from __future__ import annotations

from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

from averment_service.asgi import SLOWEST, Receive, Scope, Send, patient, send_problem, told_of
from averment_service.hot import Decide, is_decide
from averment_service.meters import OTHER
from averment_service.principals import HERE, Principal, place_of
from averment_service.problems import BUSY, DENIED, REQUEST, problem
from averment_service.service import Service, headers_of

DECIDE, SENT = "/v1/packs/{pack}/decide", "averment.sent"
_ALWAYS = {"/healthz", "/readyz", "/metrics"}
_ONCE = (b"authorization", b"content-type", b"host", b"idempotency-key", b"origin")
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1"}


class Sent:
    """What sends an answer, and knows its ``status`` from when it began, and the pattern of the ``route`` it is of."""

    __slots__ = ("_send", "route", "status")

    def __init__(self, send: Send) -> None:
        self._send, self.status, self.route = send, 0, OTHER

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class Guard:
    """The whole application: the quick route beside ``routes``, both behind the same checks."""

    def __init__(self, service: Service, routes: object) -> None:
        self._service, self._routes = service, routes
        self._decide = Decide(service, self.authorise)
        self._held = 0  # requests under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._routes(scope, receive, send)  # type: ignore[operator]
            return
        sent, begun, tracing = Sent(send), perf_counter(), self._service.tracing
        self._held += 1
        try:
            if tracing is None:
                await self._answered(scope, receive, sent)
                return
            with tracing.request(scope["method"], headers_of(scope)) as span:
                await self._answered(scope, receive, sent)
                span.name = f"{scope['method']} {sent.route}"
                span.attributes = {"http.route": sent.route, "http.response.status_code": sent.status}
        finally:
            self._held -= 1
            self._service.meters.requested(sent.route, scope["method"], sent.status, perf_counter() - begun)

    async def _answered(self, scope: Scope, receive: Receive, send: Sent) -> None:
        try:
            if self._held > self._service.settings.pending and scope["path"] not in _ALWAYS:
                raise problem(503, BUSY, "too many requests are under way", retry=1)
            if is_decide(scope):
                send.route = DECIDE
                await self._decide(scope, receive, send)
                return
            scope[SENT], scope["principal"] = send, self.authorise(scope)
            await self._routes(scope, patient(receive, self._service.settings.patience, SLOWEST), send)  # type: ignore[operator]
        except Exception as error:
            if send.status:
                raise
            await send_problem(send, told_of(error, self._service.places))

    def authorise(self, scope: Scope) -> Principal:
        """Who sends this request. Raises: Problem, 401 for a token nobody has, 403 for another's host name, 400 where
        two are named.
        """
        headers = headers_of(scope)
        if len(headers) != len(scope["headers"]):
            _refuse_twice(scope)
        principal = self._service.doorkeeper.principal(headers.get(b"authorization"))
        if principal is HERE:  # without tokens: what a page of another site could send is not for us
            host = headers.get(b"host", b"").decode("latin-1")
            name = host if host.endswith("]") else host.rpartition(":")[0] or host
            origin = headers.get(b"origin", b"").decode("latin-1")
            if name not in _LOOPBACK or (origin and place_of(origin) != host):
                raise problem(403, DENIED, "without tokens only this machine is served, by the name `localhost`")
        return principal


def _refuse_twice(scope: Scope) -> None:
    """Raises: Problem (400) for what a proxy may have read once, and we another time."""
    names = [name for name, _ in scope["headers"]]
    for name in _ONCE:
        if names.count(name) > 1:
            raise problem(400, REQUEST, f"the header `{name.decode()}` stands twice in this request")
