"""The templates, and the answer that carries a page. The only place that knows Jinja.

Whatever is put into a template is escaped, and what does not show is written out (``<U+202E>``); only markup that
averment made itself goes in as it is.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup as Safe
from starlette.requests import Request
from starlette.responses import Response

from averment import __version__
from averment.diagnostics.render_text import visible
from averment.render.markup import Markup
from averment.render.phrases import claim_phrase, words
from averment_service.pages.assets import address
from averment_service.pages.sessions import proof_of, state_of
from averment_service.principals import NOBODY, Permission, Principal

HTML = "text/html"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with `no-referrer` a browser sends a form without its origin
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}


class Place(NamedTuple):
    """A part of the page that the navigation leads to, for those who may."""

    name: str
    path: str
    permission: Permission


# `Rules`, where packs are edited, is going to stand beside the Book.
PLACES = (
    Place("Decide", "/decide", Permission.DECIDE),
    Place("Tables", "/tables", Permission.DECIDE),
    Place("Audit", "/audit", Permission.AUDIT),
    Place("Book", "/book", Permission.READ),
)


def page(request: Request, template: str, status: int = 200, /, **told: Any) -> Response:
    """A whole page, or a part of one: whatever the template is."""
    principal: Principal = request.scope.get("principal", NOBODY)
    text = _templates().get_template(template).render(
        **told,
        places=[place for place in PLACES if principal.may(place.permission)],
        here=request.url.path,
        principal=principal,
        tokens=state_of(request).doorkeeper.asks_for_tokens,
        csrf=proof_of(request),
    )  # fmt: skip
    return Response(text, status, headers=HEADERS, media_type=HTML)


def is_part(request: Request) -> bool:
    """Whether a part of a page is asked for, to be put into one that is there."""
    return request.headers.get("hx-request") == "true"


def read_templates() -> None:
    """Compile every template now, and not when it is first needed."""
    for name in _templates().list_templates(("html",)):
        _templates().get_template(name)


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("averment_service"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    names: dict[str, dict[str, Any]] = vars(found)  # Jinja leaves open what these hold
    names["globals"].update(asset=address, version=__version__, query=urlencode)
    names["filters"].update(words=words, claim=claim_phrase, capital=_capital)
    return found


def _shown(value: Any) -> Any:
    """What goes into a template: markup of our own as it is, a text with whatever does not show written out."""
    if isinstance(value, Markup):
        return Safe(value)
    return visible(value) if type(value) is str else value


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
