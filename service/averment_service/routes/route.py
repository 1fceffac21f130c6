"""A route: how it is asked, what permission it needs, and what the interface's document says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from averment import __version__
from averment.ir.digest import canonical
from averment.pack import Pack
from averment_service.asgi import read_body, told_of_pack
from averment_service.principals import Permission, Principal
from averment_service.problems import MEDIA, REQUEST, Problem, problem
from averment_service.service import Service

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """``request`` and ``answer`` are JSON Schemas, or names of ``averment_schemas``; none where there is no JSON.

    ``media`` is what is answered first of all, ``others`` are what may be asked for instead; ``takes`` is what may be
    sent instead of JSON; ``query`` and ``headers`` are names of parameters, and what they are for; ``status`` is that
    of an answer.
    """

    method: str
    path: str
    permission: Permission
    handler: Handler
    summary: str
    request: str | dict[str, Any] | None = None
    answer: str | dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    media: str = "application/json"
    others: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    status: int = 200


def service_of(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


def principal_of(request: Request) -> Principal:
    found: Principal = request.scope["principal"]
    return found


async def pack_of(request: Request) -> Pack:
    """The pack that the path names. Raises: Problem (404)."""
    service, named = service_of(request), request.path_params["pack"]
    if named in service.shop.shelf.packs:
        return service.shop.find(named)
    return await service.gate.run(lambda: service.shop.find(named))  # it may have to come from the log


async def body_of(request: Request) -> bytes:
    """The body, which is to be JSON. Raises: Problem, 415 for what is not, 413 for one that is too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise problem(415, REQUEST, "this is sent as application/json")
    return await whole_body(request)


async def whole_body(request: Request) -> bytes:
    """The body, whatever it is. Raises: Problem, 413 for one that is too large, 408 for one that does not come."""
    settings = service_of(request).settings
    return await read_body(request.scope, request.receive, settings.body, settings.patience)


def json_response(document: Any, status: int = 200, pack: Pack | None = None) -> Response:
    """Canonical JSON."""
    return answer(canonical(document), "application/json", status, pack)


def problem_response(found: Problem) -> Response:
    """A request that is not served."""
    return Response(found.body, found.status, {"cache-control": "no-store", **found.headers}, MEDIA)


def answer(body: str | bytes, media: str, status: int = 200, pack: Pack | None = None) -> Response:
    """An answer, which says by which ``pack`` and which averment it was found."""
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if pack is not None:
        headers |= {"averment-pack": told_of_pack(pack), "averment-version": __version__}
    return Response(body, status, headers, media)
