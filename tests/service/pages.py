"""A browser without a browser: forms of the page sent as it sends them, and pages read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from averment_service.routes import ROUTES

PAGES = [route for route in ROUTES if route.media == "text/html"]
_PROOF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def proof(client: TestClient, path: str = "/decide") -> str:
    """What a form of this client holds."""
    known: dict[str, str] = client.__dict__.setdefault("_proofs", {})
    session = client.cookies.get("averment") or ""
    if session not in known:
        found = _PROOF.search(client.get(path).text)
        assert found
        known[session] = found[1]
    return known[session]


def send(client: TestClient, path: str, data: dict[str, Any] | None = None, **headers: str) -> Response:
    """A form sent from a page of the service, as htmx sends it."""
    told = {"origin": str(client.base_url), "hx-request": "true", "x-csrf-token": proof(client), **headers}
    return client.post(path, data=data or {}, headers=told)  # type: ignore[return-value]


class Elements(HTMLParser):
    """Every element of a page with its attributes, and all of its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def named(self, name: str) -> list[dict[str, str | None]]:
        """The inputs of a name."""
        return [attributes for _, attributes in self.found if attributes.get("name") == name]
