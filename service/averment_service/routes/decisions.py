"""The decisions on record: listed, opened, explained and decided again; and whether the log is whole.

What is sensitive was masked before it was recorded, so it is nowhere in these answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from averment.audit.anchor import draw
from averment.audit.log import DecisionLog
from averment.audit.verify import verify
from averment.diagnostics.diagnostic import refused
from averment.diagnostics.render_json import all_to_json, to_json
from averment.ir.digest import canonical
from averment_service.asking import JSON, PICTURES, TEXT, explained
from averment_service.on_record import MOST, QUERY, USUAL, again_of, filter_of, found_of, log_of, number_of
from averment_service.principals import Permission
from averment_service.recorded_rows import Rows, cursor_of
from averment_service.routes.questions import MEDIA, answer_as, format_of
from averment_service.routes.route import Handler, Route, json_response, service_of
from averment_service.routes.shapes import ANY, BOOLEAN, INTEGER, OBJECT, STRING, listed, named, shape
from averment_service.service import Service, now


def _of_log(tell: Callable[[Service, DecisionLog, Request], Any]) -> Handler:
    """What is told of the log, from a thread."""

    async def handler(request: Request) -> Response:
        service = service_of(request)
        return json_response(await service.gate.run(lambda: tell(service, log_of(service), request)))

    return handler


def _decisions(service: Service, log: DecisionLog, request: Request) -> Any:
    query = request.query_params
    limit = max(1, min(number_of(query, "limit", USUAL), MOST))
    found = Rows(service, log).page(filter_of(query), cursor_of(query.get("before", "0")), limit)
    left = [{"run": run, "cases": cases, "why": to_json(why)} for run, cases, why in found.left]
    decisions = [record.document() for record in found.records]
    return {"decisions": decisions, "next": str(found.next) if found.next else None, "left": left}


def _decision(service: Service, log: DecisionLog, request: Request) -> Any:
    return found_of(service, log, _id(request)).document()


def _id(request: Request) -> str:
    """The id that is asked for: that of a decision, or of a run with the number of a row."""
    row = request.query_params.get("row", "")
    return f"{request.path_params['id']}/{row}" if row else str(request.path_params["id"])


def _verified(service: Service, log: DecisionLog, request: Request) -> Any:
    again = again_of(service, log, _id(request)).replayed
    return {
        "id": again.record.id,
        "case": again.record.case,
        "state": again.state.value,
        "claim": again.claim,
        "differences": [found._asdict() for found in again.differences],
        "reason": again.reason,
    }


async def explain(request: Request) -> Response:
    service, format = service_of(request), format_of(request, (JSON, TEXT, *PICTURES))
    return answer_as(format, await service.gate.run(lambda: _explained(service, request, format)))


def _explained(service: Service, request: Request, format: str) -> str:
    log = log_of(service)
    record, again, outcome, pack = again_of(service, log, _id(request))
    if format == JSON:
        told = {"state": again.state.value, "reason": again.reason}
        whole = {**told, **({"outcome": outcome.document} if outcome else {})}
        return canonical({"decision": record.document(), "again": whole}).decode()
    if outcome is None or pack is None:
        raise refused("AV559", f"decision `{record.id}` cannot be explained: {again.reason}")
    return explained(outcome, pack, {}, "", format)


def _head(_: Service, log: DecisionLog, __: Request) -> Any:
    head = log.head()
    return {"log": log.id, "size": head.size, "head": head.hash.hex()}


def _whole(service: Service, log: DecisionLog, __: Request) -> Any:
    report = verify(log)
    told = {**asdict(report), "whole": report.whole}
    return {**told, "diagnostics": all_to_json([*service.places.told(report.diagnostics)])}


def _anchor(_: Service, log: DecisionLog, __: Request) -> Any:
    anchor = draw(log, now)
    return {"anchor": 1, "log": anchor.log, "size": anchor.size, "head": anchor.head, "time": anchor.time}


RECORD = {
    "type": "object",
    "description": "A decision as recorded: its masked facts, and the digests of what was answered.",
    "properties": {
        **dict.fromkeys(("id", "time", "kind", "key", "case", "pack", "digest", "claim", "status", "hash"), STRING),
        "sequence": INTEGER,
        "facts": OBJECT,
        "parameters": OBJECT,
    },
    "required": ["id", "time", "case", "pack", "digest", "claim", "status", "facts", "parameters", "hash"],
}
_DIFFERENCE = shape(what=STRING, recorded={"type": ["string", "null"]}, now={"type": ["string", "null"]})
_STATE = {"enum": ["same", "differs", "masked", "refused"]}
_VERIFIED = shape(id=STRING, case=STRING, state=_STATE, claim=STRING, differences=listed(_DIFFERENCE), reason=STRING)
_HEAD = shape(log=STRING, size=INTEGER, head=STRING)
_WHOLE = shape(
    log=STRING, records=INTEGER, head=STRING, anchored=BOOLEAN, first_bad={"type": ["integer", "null"]}, whole=BOOLEAN,
    diagnostics=listed(OBJECT),
)  # fmt: skip
ROW = {
    "type": "object",
    "description": "The decision of a row of a batch. One that is opened has its facts, masked.",
    "properties": {
        **dict.fromkeys(("id", "time", "kind", "case", "pack", "digest", "claim", "status", "order", "part"), STRING),
        **dict.fromkeys(("sequence", "row"), INTEGER),
        "fired": listed(STRING),
        "facts": OBJECT,
        "parameters": OBJECT,
    },
    "required": ["id", "time", "case", "pack", "digest", "claim", "status", "parameters", "row", "part"],
}
_ANY = {"anyOf": [RECORD, ROW]}
_LEFT = shape(run=STRING, cases=INTEGER, why=named("diagnostic"))
_PAGE = shape(decisions=listed(_ANY), next={"type": ["string", "null"]}, left=listed(_LEFT))
_EXPLAINED = shape(decision=_ANY, again=shape(state=_STATE, reason=STRING, _outcome=ANY))
_ONE = "/v1/decisions/{id}"
_OF_ROW = {"row": "Where the id is of a run of a batch: which row of its input."}

ROUTES = (
    Route("GET", "/v1/decisions", Permission.AUDIT, _of_log(_decisions), "The decisions on record, the newest first.",
          answer=_PAGE, query=QUERY),
    Route("GET", _ONE, Permission.AUDIT, _of_log(_decision), "A decision, as it was recorded.", answer=_ANY,
          query=_OF_ROW),
    Route("GET", f"{_ONE}/explain", Permission.AUDIT, explain, "Why, found by deciding it again.", answer=_EXPLAINED,
          query={**_OF_ROW, "format": "json, text, html, svg, dot or mermaid; without it, what Accept asks for."},
          others=tuple(MEDIA[each] for each in (TEXT, *PICTURES))),
    Route("GET", f"{_ONE}/verify", Permission.AUDIT, _of_log(_verified), "Whether it comes out the same again.",
          answer=_VERIFIED, query=_OF_ROW),
    Route("GET", "/v1/log", Permission.AUDIT, _of_log(_head), "How long the log is, and its last hash.", answer=_HEAD),
    Route("GET", "/v1/log/verify", Permission.AUDIT, _of_log(_whole), "Whether the whole log is as it was written.",
          answer=_WHOLE),
    Route("GET", "/v1/log/anchor", Permission.AUDIT, _of_log(_anchor), "An anchor, to be kept elsewhere.",
          answer=shape(anchor={"const": 1}, log=STRING, size=INTEGER, head=STRING, time=STRING)),
)  # fmt: skip
