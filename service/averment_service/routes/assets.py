"""The static files of the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from averment_service.pages.assets import by_name
from averment_service.principals import Permission
from averment_service.problems import UNKNOWN, problem
from averment_service.routes.route import Route

_HEADERS = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}


async def static(request: Request) -> Response:
    """A file by its name, which holds its digest."""
    found = by_name().get(request.path_params["path"])
    if found is None:
        raise problem(404, UNKNOWN, f"there is nothing at `{request.url.path}`")
    return Response(found.content, headers={**_HEADERS, "content-type": found.kind})


ROUTES = (
    Route("GET", "/static/{path}", Permission.OPEN, static, "A file of the page.", media="application/octet-stream"),
)
