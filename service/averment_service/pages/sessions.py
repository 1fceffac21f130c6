"""Who is signed in, by a cookie that the service signed; and the proof that a form comes from a page of ours.

A cookie names the token that somebody signed in with (by its hash) and when; it holds no longer than the token does,
nor than half a day. It counts for pages and for what is only read, never for another interface's writing. Whoever sends
a form shows that it is ours twice over: the browser says from where it was sent, and the form holds a proof that no
other site can read.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qsl

from starlette.requests import Request

from averment_service.asgi import read_body
from averment_service.pages.uploads import MULTIPART, read_upload
from averment_service.principals import NOBODY, Principal, hashed, place_of
from averment_service.problems import DENIED, REQUEST, problem
from averment_service.service import Service

COOKIE, PROOF = "averment", "csrf"
LASTS = 12 * 3600
_MOST_INPUTS = 10_000
_URLENCODED = "application/x-www-form-urlencoded"

Form = dict[str, tuple[str, ...]]
"""What a form was filled in with: the values of each name, in order."""


def state_of(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


def signed_in(request: Request) -> None:
    """Let the cookie of a request say who sends it, where nothing else does."""
    if request.scope["principal"] is NOBODY:
        request.scope["principal"] = _holder(request)


def cookie_for(service: Service, token: str) -> str:
    """The value of the cookie of whoever holds this token."""
    told = urlsafe_b64encode(json.dumps([hashed(token.encode()), int(time.monotonic())]).encode()).decode()
    return f"{told}.{_seal(service, 'session', told)}"


def is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def proof_of(request: Request) -> str:
    """What a form of this sender holds."""
    return _seal(state_of(request), "form", request.cookies.get(COOKIE, ""))


async def check_form(request: Request) -> None:
    """Raises: Problem (403) where what a browser sends was not sent by a page of this service.

    Whoever sends a token along is no browser that another site could have made send this.
    """
    if "authorization" in request.headers and state_of(request).doorkeeper.asks_for_tokens:
        return
    origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "same-origin")
    if place_of(origin) != request.headers.get("host", "") or site != "same-origin":
        raise problem(403, DENIED, "this was not sent by a page of this service")
    form = await form_of(request)
    proof = request.headers.get("x-csrf-token") or next(iter(form.get(PROOF, ())), "")
    if not hmac.compare_digest(proof.encode(), proof_of(request).encode()):
        raise problem(403, DENIED, "this form is out of date", "load the page again, and send it anew")


async def form_of(request: Request) -> Form:
    """The form of a request: empty where it is none of plain texts. Raises: Problem (413, 422)."""
    found: Form | None = getattr(request.state, "form", None)
    if found is None:
        found = request.state.form = await _read(request)
    return found


async def _read(request: Request) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == MULTIPART and getattr(request.state, "takes_file", False):
        return await read_upload(request, state_of(request).settings.upload)
    if kind != _URLENCODED:
        return {}
    settings = state_of(request).settings
    body = await read_body(request.scope, request.receive, settings.body, settings.patience)
    try:
        return texts(body.decode())
    except ValueError:
        raise problem(422, REQUEST, "the form cannot be read") from None


def texts(query: str) -> Form:
    """The values of a query, or of a form sent like one. Raises: ValueError."""
    found: dict[str, list[str]] = {}
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_INPUTS, errors="strict")
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _holder(request: Request) -> Principal:
    service = state_of(request)
    told, _, seal = request.cookies.get(COOKIE, "").rpartition(".")
    if not told or not hmac.compare_digest(seal.encode(), _seal(service, "session", told).encode()):
        return NOBODY
    digest, since = json.loads(urlsafe_b64decode(told))
    if not 0 <= time.monotonic() - since < LASTS:
        return NOBODY
    return service.doorkeeper.known(digest) or NOBODY


def _seal(service: Service, what: str, told: str) -> str:
    return hmac.new(service.secret, f"{what}:{told}".encode(), sha256).hexdigest()
