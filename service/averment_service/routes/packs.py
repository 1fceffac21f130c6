"""What the packs are: their names and versions, vocabulary, schemas, rules."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from averment.pack import Pack
from averment_service.principals import Permission
from averment_service.routes.route import Route, json_response, pack_of, service_of


def described(pack: Pack) -> dict[str, Any]:
    return {"name": pack.name, "version": pack.version, "title": pack.title, "digest": pack.digest}


async def packs(request: Request) -> Response:
    shelf = service_of(request).shop.shelf
    return json_response(
        {
            "packs": [
                {**described(held[-1]), "versions": [described(each) for each in held]} for held in shelf.packs.values()
            ]
        }
    )


async def pack(request: Request) -> Response:
    return json_response(described(await pack_of(request)))


ROUTES = (
    Route("GET", "/v1/packs", Permission.READ, packs, "The packs that are served, with their versions."),
    Route("GET", "/v1/packs/{pack}", Permission.READ, pack, "One pack, by name, version or digest."),
)
