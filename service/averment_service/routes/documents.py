"""The interface described: as OpenAPI for programs, as a page for people; and the page of each finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from averment.diagnostics.catalogue import codes
from averment.diagnostics.catalogue import page as code_page
from averment.render.markup import Markup, element, joined
from averment_service.openapi import openapi
from averment_service.pages.rendering import HTML, page
from averment_service.principals import Permission, need
from averment_service.problems import UNKNOWN, problem
from averment_service.routes.route import Route, answer, principal_of, service_of


async def openapi_document(request: Request) -> Response:
    named, service = request.query_params.get("pack"), service_of(request)
    pack = None
    if named is not None:
        need(principal_of(request), Permission.READ)
        pack = await service.gate.run(lambda: service.shop.find(named))
    found = openapi(request.app.state.routes, pack)
    return answer(json.dumps(found, ensure_ascii=False), "application/json", pack=pack)


async def docs(request: Request) -> Response:
    found = openapi(request.app.state.routes)
    parts = [
        element("h2", f"{method.upper()} {path}", id=operation["operationId"]) + _operation(operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    told = joined(element("p", found["info"]["description"]), _contents(found), *parts)
    return page(request, "prose.html", title=found["info"]["title"], told=told)


def _contents(found: dict[str, Any]) -> Markup:
    rows = [
        element(
            "tr",
            element("td", element("a", f"{method.upper()} {path}", href=f"#{operation['operationId']}")),
            element("td", operation["summary"]),
            element("td", operation["x-permission"]),
        )
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    return _table(("what", "for", "permission"), rows)


def _operation(operation: dict[str, Any]) -> Markup:
    return joined(*_parts(operation))


def _parts(operation: dict[str, Any]) -> Iterator[Markup]:
    yield element("p", operation["summary"])
    if parameters := operation.get("parameters"):
        rows = [
            element("tr", *(element("td", str(each.get(key, ""))) for key in ("name", "in", "description")))
            for each in parameters
        ]
        yield _table(("parameter", "in", "what it is for"), rows)
    for title, content in (
        ("sent", operation.get("requestBody", {}).get("content", {})),
        *((f"answered with {status}", each.get("content", {})) for status, each in operation["responses"].items()),
    ):
        for media, held in content.items():
            yield element("p", f"{title}: ", element("code", media), *_schema(held["schema"]))


def _schema(schema: dict[str, Any]) -> list[Markup]:
    """A link to a schema that has a name; else the schema."""
    target = str(schema.get("$ref", "")).rpartition("/")[2]
    if target:
        return [joined(", "), element("a", target, href=f"/openapi.json#/components/schemas/{target}")]
    if schema in ({}, {"type": "string"}):
        return []
    return [element("details", element("summary", "its shape"), element("pre", json.dumps(schema, indent=2)))]


def _table(heads: tuple[str, ...], rows: list[Markup]) -> Markup:
    head = element("tr", *(element("th", each, scope="col") for each in heads))
    return element("table", element("thead", head), element("tbody", *rows))


async def finding(request: Request) -> Response:
    code = request.path_params["code"]
    if code not in codes():
        raise problem(404, UNKNOWN, f"there is no finding `{code}`")
    return page(request, "prose.html", title=code, told=element("pre", code_page(code)))


ROUTES = (
    Route("GET", "/openapi.json", Permission.OPEN, openapi_document, "This interface, as OpenAPI 3.1.",
          answer={"type": "object"}, query={"pack": "A pack whose vocabulary the facts of requests are to have."}),
    Route("GET", "/docs", Permission.OPEN, docs, "This interface, to read.", media=HTML),
    Route("GET", "/codes/{code}", Permission.OPEN, finding, "What a finding says, and why it matters.",
          media=HTML),
)  # fmt: skip
