"""The tools of agents over HTTP: the Model Context Protocol at an address of each pack."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from averment.extras import need
from averment_service.agents.desk import Desk
from averment_service.principals import Permission
from averment_service.routes.route import Route, principal_of, service_of


async def mcp(request: Request) -> Response:
    """Where the address names a digest, that pins the pack; else each call does."""
    need("mcp", "the protocol of agents")
    from averment_service.agents.protocol import Answer

    service, named = service_of(request), request.path_params["pack"]
    pack = await service.gate.run(lambda: service.shop.find(named))
    return Answer(Desk(service, pack, principal_of(request), pinned="@sha256:" in named))


ROUTES = (
    Route(
        "POST", "/v1/packs/{pack}/mcp", Permission.ACT, mcp, "The tools of agents, by the Model Context Protocol.",
        request={"type": "object"}, answer={"type": "object"},
    ),
)  # fmt: skip
