"""The application of one process: routes behind the guard. The only place that knows Starlette's application."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from averment.diagnostics.diagnostic import Diagnostic
from averment_service.asgi import told_of
from averment_service.guard import SENT, Guard
from averment_service.pages.rendering import HTML
from averment_service.pages.serving import page_answer, problem_page
from averment_service.pages.sessions import signed_in
from averment_service.principals import need
from averment_service.problems import UNKNOWN, Problem
from averment_service.routes import ROUTES
from averment_service.routes.route import Handler, Route, principal_of, problem_response, service_of
from averment_service.service import Service


def application(service: Service) -> Guard:
    """The whole service as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await service.journal.close()
        service.close()

    routes = [StarletteRoute(each.path, _checked(each), methods=[each.method]) for each in ROUTES]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _not_found})
    app.state.service, app.state.routes = service, ROUTES
    return Guard(service, app)


def _checked(route: Route) -> Handler:
    async def handler(request: Request) -> Response:
        request.scope[SENT].route = route.path
        try:
            if route.media == HTML:
                return await page_answer(request, route)
            if route.method == "GET":
                signed_in(request)
            need(principal_of(request), route.permission)
            return await route.handler(request)
        except HTTPException:
            raise
        except Exception as error:
            return problem_response(told_of(error, service_of(request).places))

    return handler


async def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    message = f"there is nothing at `{request.url.path}`" if status == 404 else f"{request.method} is not answered here"
    headers = error.headers if isinstance(error, HTTPException) else None
    found = Problem(status, [Diagnostic(UNKNOWN, message)], headers)
    return problem_page(request, found) if HTML in request.headers.get("accept", "") else problem_response(found)
