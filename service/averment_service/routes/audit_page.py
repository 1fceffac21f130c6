"""The page *Audit*: decisions on record, searched, opened, decided again, compared, and held against other versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from averment.audit.log import DecisionLog
from averment.audit.verify import verify
from averment.outcome.claim import Status
from averment_service.on_record import QUERY, filter_of, log_of
from averment_service.pages.audit_view import compared, opened, turned, version_of, versions
from averment_service.pages.rendering import HEADERS, HTML, page
from averment_service.principals import Permission
from averment_service.problems import REQUEST, problem
from averment_service.recorded_rows import Rows, cursor_of
from averment_service.routes.route import Handler, Route, service_of
from averment_service.service import Service

_AT_ONCE = 50
_FILTERS = ("case", "claim", "status", "pack", "since", "until")


def _told(template: str, tell: Callable[[Service, DecisionLog, Request], dict[str, Any]]) -> Handler:
    """A page of what is told of the log, from a thread."""

    async def handler(request: Request) -> Response:
        service = service_of(request)
        return page(request, template, **await service.gate.run(lambda: tell(service, log_of(service), request)))

    return handler


async def listed(request: Request) -> Response:
    """The decisions that are searched for, the newest first."""
    service = service_of(request)
    named = request.query_params.get("id", "").strip()
    if named:
        id, _, row = named.partition("/")
        there = id.replace("-", "").isalnum() and (row.isdecimal() or not row)
        return RedirectResponse((f"/audit/{id}" + (f"?row={row}" if row else "")) if there else "/audit", 303, HEADERS)
    if not service.records:
        return page(request, "audit_off.html")
    told = {name: value for name in _FILTERS if (value := request.query_params.get(name, "").strip())}
    before = request.query_params.get("before", "")

    def found() -> dict[str, Any]:
        log = log_of(service)
        found = Rows(service, log).page(filter_of(told), cursor_of(before or "0"), _AT_ONCE)
        more = urlencode({**told, "before": str(found.next)}) if found.next else ""
        return {"records": found.records, "more": more, "left": found.left}

    packs = service.shop.shelf.packs
    claims = sorted({claim for held in packs.values() for pack in held for claim in pack.model.claim.values})
    return page(
        request, "audit.html", **await service.gate.run(found), told=told, packs=[*packs], first=not before,
        claims=[*claims, "open", "gap", "conflict"], statuses=[*Status],
    )  # fmt: skip


def _one(service: Service, log: DecisionLog, request: Request) -> dict[str, Any]:
    row = request.query_params.get("row", "")
    found = opened(service, log, request.path_params["id"] + (f"/{row}" if row else ""))
    others = [*versions(service, log, found.record.pack)]
    return {"found": found, "record": found.record, "versions": others}


def _verified(service: Service, log: DecisionLog, _: Request) -> dict[str, Any]:
    report = verify(log)
    return {"report": report, "found": [*service.places.told(report.diagnostics)]}


def _two(service: Service, log: DecisionLog, request: Request) -> dict[str, Any]:
    ids = request.query_params.getlist("id")
    if len(ids) != 2:
        raise problem(422, REQUEST, "two decisions are compared", "choose two of them, and press Compare again")
    return {"found": compared(service, log, *ids)}


def _turning(service: Service, log: DecisionLog, request: Request) -> dict[str, Any]:
    query = request.query_params
    told = {name: value for name in _FILTERS if (value := query.get(name, "").strip())}
    named = told.get("pack") or next(reversed([*service.shop.shelf.packs]))
    others = [*versions(service, log, named)]
    against = query.get("against", "")
    found = (
        turned(service, log, filter_of({**told, "pack": named}), version_of(service, named, against))
        if against
        else None
    )
    return {"found": found, "told": told, "named": named, "versions": others, "against": against}


P = Permission.AUDIT
_WHERE = {name: QUERY[name] for name in _FILTERS}

ROUTES = (
    Route("GET", "/audit", P, listed, "The page of decisions on record.", media=HTML,
          query={**_WHERE, "before": QUERY["before"], "id": "The decision to open."}),
    Route("GET", "/audit/verify", P, _told("audit_verify.html", _verified), "Whether the log is whole.", media=HTML),
    Route("GET", "/audit/compare", P, _told("audit_compare.html", _two), "Two decisions compared.", media=HTML,
          query={"id": "One of the two decisions; given twice."}),
    Route("GET", "/audit/turns", P, _told("audit_turns.html", _turning), "What another version would turn.", media=HTML,
          query={**_WHERE, "against": "The digest of the version to hold the decisions against."}),
    Route("GET", "/audit/{id}", P, _told("audit_one.html", _one), "A decision, decided again.", media=HTML,
          query={"row": "Where the id is of a run of a batch: which row of its input."}),
)  # fmt: skip
