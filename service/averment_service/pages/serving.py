"""What every route of a page passes: who sends it, whether it comes from a page of ours, and errors told as a page."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from averment_service.asgi import told_of
from averment_service.pages.rendering import HEADERS, is_part, page
from averment_service.pages.sessions import check_form, signed_in
from averment_service.pages.uploads import MULTIPART, close_upload
from averment_service.principals import need
from averment_service.problems import Problem
from averment_service.routes.route import Route, principal_of, service_of


async def page_answer(request: Request, route: Route) -> Response:
    """The answer of a route of pages, or a page that tells why there is none."""
    try:
        signed_in(request)
        need(principal_of(request), route.permission)
        if route.method != "GET":
            request.state.takes_file = MULTIPART in route.takes
            await check_form(request)
        return await route.handler(request)
    except HTTPException:
        raise
    except Exception as error:
        return problem_page(request, told_of(error, service_of(request).places))
    finally:
        await close_upload(request)


def problem_page(request: Request, found: Problem) -> Response:
    """What is wrong, as a page or in its place on one; who is not known is asked to sign in."""
    if found.status == 401:
        if is_part(request):
            return Response(status_code=204, headers={**HEADERS, "hx-redirect": "/login"})
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        query = urlencode({"next": back}) if request.method == "GET" else ""
        return RedirectResponse(f"/login?{query}", 303, headers=HEADERS)
    template = "problem_part.html" if is_part(request) else "problem.html"
    answer = page(request, template, found.status, title=found.document["title"], diagnostics=found.diagnostics)
    answer.headers.update(found.headers)
    return answer
