"""Documents that evidence may quote by their digest: sent once, for whoever sent them and nobody else."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from averment_service.documents import Shelf
from averment_service.principals import Permission
from averment_service.problems import REQUEST, UNKNOWN, Problem, problem
from averment_service.routes.route import Route, answer, json_response, principal_of, service_of, whole_body
from averment_service.routes.shapes import BOOLEAN, INTEGER, STRING, listed, shape

_TEXT = "text/plain"


async def kept(request: Request) -> Response:
    """The text is the body; its name comes beside it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TEXT:
        raise problem(415, REQUEST, "a document is sent as text/plain, in UTF-8")
    service, name = service_of(request), request.query_params.get("name", "")
    body = await whole_body(request)
    return json_response(asdict(await service.gate.run(lambda: _shelf(request).sent.keep(body, name))), 201)


async def listed_documents(request: Request) -> Response:
    found = await service_of(request).gate.run(lambda: [asdict(each) for each in _shelf(request)])
    return json_response({"documents": found})


async def one(request: Request) -> Response:
    text = await service_of(request).gate.run(lambda: _shelf(request)(_named(request)))
    if text is None:
        raise _missing(request)
    return answer(text, f"{_TEXT}; charset=utf-8")


async def deleted(request: Request) -> Response:
    if not await service_of(request).gate.run(lambda: _shelf(request).sent.delete(_named(request))):
        raise _missing(request)
    return Response(status_code=204)


def _shelf(request: Request) -> Shelf:
    return service_of(request).documents.of(principal_of(request).name)


def _named(request: Request) -> str:
    found: str = request.path_params["document"]
    return found


def _missing(request: Request) -> Problem:
    return problem(404, UNKNOWN, f"there is no document `{_named(request)[:80]}` of yours")


_DOCUMENT = shape(
    document={**STRING, "description": "Its digest: the SHA-256 of its text in Unicode NFC, in UTF-8."},
    name=STRING,
    characters=INTEGER,
    shared={**BOOLEAN, "description": "Whether it is kept here for everybody; else it is one's own."},
)
_ALL, _ONE, _D = "/v1/documents", "/v1/documents/{document}", Permission.DECIDE

ROUTES = (
    Route(
        "POST", _ALL, _D, kept, "Send a document that evidence is to quote.", None, _DOCUMENT,
        {"name": "What to call it."}, status=201, takes=(_TEXT,),
    ),
    Route("GET", _ALL, _D, listed_documents, "The documents that one may quote.", None,
          shape(documents=listed(_DOCUMENT))),
    Route("GET", _ONE, _D, one, "The text of a document: offsets count its characters.", media=_TEXT),
    Route("DELETE", _ONE, _D, deleted, "Take a document away that one sent.", status=204),
)  # fmt: skip
