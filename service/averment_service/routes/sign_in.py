"""Signing in to the page with a token, and out again."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from averment_service.pages.rendering import HEADERS, HTML, page
from averment_service.pages.sessions import COOKIE, LASTS, cookie_for, form_of, is_secure
from averment_service.principals import Permission
from averment_service.routes.route import Route, service_of


async def asked(request: Request) -> Response:
    if not service_of(request).doorkeeper.asks_for_tokens:
        return RedirectResponse("/decide", 303, headers=HEADERS)
    return page(request, "login.html", back=_own(request.query_params.get("next", "")), wrong=False)


async def signed_in(request: Request) -> Response:
    service, form = service_of(request), await form_of(request)
    token, back = ("".join(form.get(name, ())[:1]).strip() for name in ("token", "next"))
    if service.doorkeeper.asks_for_tokens and service.doorkeeper.holder(token.encode()) is None:
        return page(request, "login.html", 422, back=_own(back), wrong=True)
    found = RedirectResponse(_own(back), 303, headers=HEADERS)
    found.set_cookie(
        COOKIE, cookie_for(service, token), LASTS, path="/", secure=is_secure(request), httponly=True, samesite="strict"
    )
    return found


async def signed_out(request: Request) -> Response:
    found = RedirectResponse("/login", 303, headers=HEADERS)
    found.delete_cookie(COOKIE, path="/", secure=is_secure(request), httponly=True, samesite="strict")
    return found


def _own(address: str) -> str:
    """A path of this service, whatever was asked for."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/decide"


ROUTES = (
    Route("GET", "/login", Permission.OPEN, asked, "The page to sign in.", media=HTML),
    Route("POST", "/login", Permission.OPEN, signed_in, "Sign in with a token.", media=HTML),
    Route("POST", "/logout", Permission.OPEN, signed_out, "Sign out.", media=HTML),
)
