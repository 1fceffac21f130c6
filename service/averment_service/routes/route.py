"""A route: how it is asked, what permission it needs, and what the interface's document says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from averment.ir.digest import canonical
from averment_service.principals import Permission, Principal
from averment_service.service import Service

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """``request`` and ``answer`` are JSON Schemas, or names of ``averment_schemas``; none where there is no JSON."""

    method: str
    path: str
    permission: Permission
    handler: Handler
    summary: str
    request: str | dict[str, Any] | None = None
    answer: str | dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict[str, str])  # names of parameters, and what they are for
    media: str = "application/json"


def service_of(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


def principal_of(request: Request) -> Principal:
    found: Principal = request.scope["principal"]
    return found


def json_response(document: Any, status: int = 200) -> Response:
    """Canonical JSON."""
    return Response(canonical(document), status, media_type="application/json", headers={"cache-control": "no-store"})
