"""How a request is sent, and sent again where a service is too busy or out of reach.

The only place that knows httpx.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from averment.client.answers import Document, error_of
from averment.client.calls import Call
from averment.extras import MissingExtra

try:
    import httpx
except ImportError:
    raise MissingExtra("client", "`averment.client`") from None

T = TypeVar("T")
TIMEOUT = 30.0
BUSY = (429, 503)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent again, and how long is waited for that at most, each time."""

    times: int = 4
    seconds: float = 10.0

    def after(self, attempt: int, told: str = "") -> float | None:
        """How long to wait before a request is sent again; None where it is not."""
        if attempt >= self.times:
            return None
        wait = float(told) if told.isascii() and told.isdigit() else 0.1 * 2**attempt
        return wait if wait <= self.seconds else None


class Sender:
    """Sends requests, one after the other or from several threads."""

    def __init__(
        self,
        url: str,
        token: str = "",
        patience: Patience | None = None,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http or httpx.Client(timeout=TIMEOUT)
        self._url, self._headers = url.rstrip("/"), _headers(token)
        self._patience, self._sleep = patience or Patience(), sleep

    def send(self, call: Call[T]) -> T:
        """Raises: Refused, NotServed; httpx.TransportError where the service is out of reach."""
        for attempt in count():
            try:
                answer = self._http.send(_request(self._http, self._url, self._headers, call))
            except httpx.TransportError as error:
                wait = self._patience.after(attempt) if _unheard(error, call) else None
                if wait is None:
                    raise
            else:
                wait = _busy(answer, self._patience, attempt)
                if wait is None:
                    return _read(answer, call)
            self._sleep(wait)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._http.close()


class AsyncSender:
    """As ``Sender``, for a program that has an event loop."""

    def __init__(
        self,
        url: str,
        token: str = "",
        patience: Patience | None = None,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT)
        self._url, self._headers = url.rstrip("/"), _headers(token)
        self._patience, self._sleep = patience or Patience(), sleep

    async def send(self, call: Call[T]) -> T:
        """Raises: as ``Sender.send``."""
        for attempt in count():
            try:
                answer = await self._http.send(_request(self._http, self._url, self._headers, call))
            except httpx.TransportError as error:
                wait = self._patience.after(attempt) if _unheard(error, call) else None
                if wait is None:
                    raise
            else:
                wait = _busy(answer, self._patience, attempt)
                if wait is None:
                    return _read(answer, call)
            await self._sleep(wait)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        await self._http.aclose()


def _headers(token: str) -> dict[str, str]:
    from averment import __version__

    told = {"user-agent": f"averment/{__version__}", "accept": "application/json"}
    return {**told, "authorization": f"Bearer {token}"} if token else told


def _request(http: httpx.Client | httpx.AsyncClient, url: str, headers: dict[str, str], call: Call[T]) -> httpx.Request:
    told = {**headers, **call.headers}
    return http.build_request(call.method, url + call.path, content=call.body, headers=told, params=call.query)


def _unheard(error: httpx.TransportError, call: Call[T]) -> bool:
    """Whether a request was certainly not heard, or may be sent again all the same."""
    return call.again or isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))


def _busy(answer: httpx.Response, patience: Patience, attempt: int) -> float | None:
    """How long to wait for a service that is too busy; None where it is not, or it takes too long."""
    if answer.status_code not in BUSY:
        return None
    return patience.after(attempt, answer.headers.get("retry-after", ""))


def _read(answer: httpx.Response, call: Call[T]) -> T:
    if answer.is_success:
        return call.read(answer.content)
    found: Document | None = None
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        found = answer.json()
    raise error_of(answer.status_code, found)
