"""Consultations: begun, answered question by question, records told of, replies taken back, ended with a decision."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from averment.ir.digest import canonical
from averment.pack import Pack
from averment_service.answering import ANSWER, OUTCOME, written
from averment_service.consulting import Standing
from averment_service.kept import Kept, ended
from averment_service.principals import Permission
from averment_service.problems import REQUEST, problem
from averment_service.routes.deciding import DECIDED
from averment_service.routes.packs import PACK
from averment_service.routes.route import (
    Route,
    answer,
    body_of,
    json_response,
    pack_of,
    principal_of,
    service_of,
)
from averment_service.routes.shapes import INTEGER, OBJECT, STRING, STRINGS, Schema, named, shape


async def begin(request: Request) -> Response:
    service, pack, body = service_of(request), await pack_of(request), await body_of(request)
    principal = principal_of(request).name
    documents = service.documents.of(principal)
    found = await service.gate.run(lambda: service.consultations.begin(body, pack, principal, documents).document)
    response = json_response(found, 201, pack)
    response.headers["location"] = f"/v1/sessions/{found['session']}"
    return response


def _kept(request: Request) -> tuple[Kept, Pack]:
    """The consultation that the path names, and its pack. Raises: Problem (404, 410)."""
    service = service_of(request)
    kept = service.consultations.store.find(request.path_params["session"], principal_of(request).name)
    return kept, service.shop.find(kept.pack)


def _open(request: Request) -> tuple[Kept, Pack]:
    """As ``_kept``, of one that has not ended. Raises: Problem (410)."""
    kept, pack = _kept(request)
    if kept.decision:
        raise ended(kept)
    return kept, pack


async def _answered(request: Request, work: Callable[[Kept, Pack], Standing]) -> Response:
    def run() -> tuple[dict[str, object], Pack]:
        kept, pack = _open(request)
        return work(kept, pack).document, pack

    found, pack = await service_of(request).gate.run(run)
    return json_response(found, pack=pack)


async def standing(request: Request) -> Response:
    return await _answered(request, service_of(request).consultations.standing)


async def reply(request: Request) -> Response:
    service, body = service_of(request), await body_of(request)
    documents = service.documents.of(principal_of(request).name)
    return await _answered(request, lambda kept, pack: service.consultations.reply(body, kept, pack, documents))


async def back(request: Request) -> Response:
    return await _answered(request, service_of(request).consultations.back)


async def decide(request: Request) -> Response:
    """Asked for again, it is the same decision."""
    service, principal = service_of(request), principal_of(request)
    detail = request.query_params.get("detail", ANSWER)
    if detail not in (ANSWER, OUTCOME):
        raise problem(422, REQUEST, f"there is no detail `{detail}`", "write `answer` or `outcome`")

    def run() -> tuple[Kept, Standing]:
        kept, pack = _kept(request)
        return kept, service.consultations.standing(kept, pack)

    kept, found = await service.gate.run(run)
    note = service.note(found.pack, principal, f"{principal.name}/session/{kept.id}")
    answered = await service.gate.run(lambda: note(found.outcome, detail))
    decision = kept.decision
    if not decision:
        (receipt,) = await service.record(found.pack, [answered.entry])
        decision = receipt.id
        await service.gate.run(lambda: service.consultations.store.end(kept, decision))
    body = written(answered, detail, decision)
    more = canonical({"session": kept.id, **found.facts})
    return answer(body[:-1] + b"," + more[1:], "application/json", 200, found.pack)


async def leave(request: Request) -> Response:
    service = service_of(request)
    await service.gate.run(lambda: service.consultations.store.delete(_kept(request)[0]))
    return Response(None, 204)


_QUESTION: Schema = {
    "type": ["object", "null"],
    "description": "The question asked next: its field as the vocabulary has it, with its path.",
    "required": ["path", "ask", "name", "type"],
}
_PROVENANCE: Schema = {
    "type": "object",
    "description": "By the path of each field: given, assumed, answer, unknown, declined, skipped or not asked.",
    "additionalProperties": {
        "enum": ["given", "assumed", "answer", "unknown", "declined", "skipped", "none", "not asked"]
    },
}
_EVIDENCE: Schema = {
    "type": ["object", "null"],
    "description": "What values rest on, as an outcome has it; null where nothing is said of that.",
}
_MAYBE: Schema = {"type": ["string", "null"]}
_STANDING = shape(
    session=STRING, step=INTEGER, expires_in=INTEGER, ask=named("questions"), question=_QUESTION, why=STRINGS,
    pack={**PACK, "required": ["name", "version", "digest"]}, facts=OBJECT, provenance=_PROVENANCE, evidence=_EVIDENCE,
    proved=_MAYBE,
    whether={**_MAYBE, "description": "The type of which it is asked first whether there is any record."},
)  # fmt: skip
_ENDED: Schema = {
    **DECIDED,
    "properties": {
        **DECIDED["properties"],
        "session": STRING,
        "facts": OBJECT,
        "provenance": _PROVENANCE,
        "evidence": _EVIDENCE,
    },
    "required": [*DECIDED["required"], "session", "facts", "provenance", "evidence"],
}
_ONE = "/v1/sessions/{session}"

ROUTES = (
    Route("POST", "/v1/packs/{pack}/ask", Permission.DECIDE, begin, "Begin a consultation.", "request_ask", _STANDING,
          status=201),
    Route("GET", _ONE, Permission.DECIDE, standing, "Where a consultation stands.", answer=_STANDING),
    Route("POST", f"{_ONE}/replies", Permission.DECIDE, reply, "Answer, or say why not; tell of a record.",
          "request_reply", _STANDING),
    Route("POST", f"{_ONE}/back", Permission.DECIDE, back, "Take the last reply back.", answer=_STANDING),
    Route("POST", f"{_ONE}/decide", Permission.DECIDE, decide, "End a consultation with a decision on record.",
          answer=_ENDED, query={"detail": "answer, or outcome: with the whole warrant."}),
    Route("DELETE", _ONE, Permission.DECIDE, leave, "End a consultation without one.", status=204),
)  # fmt: skip
