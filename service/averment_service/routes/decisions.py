"""The decisions on record: listed, opened, explained and decided again; and whether the log is whole.

What is sensitive was masked before it was recorded, so it is nowhere in these answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from averment.audit.anchor import draw
from averment.audit.log import DecisionLog
from averment.audit.record import DECISION, Record, time_of
from averment.audit.replay import Replayed, StoredPack, replay
from averment.audit.store import Filter
from averment.audit.verify import verify
from averment.diagnostics.diagnostic import refused
from averment.diagnostics.render_json import all_to_json
from averment.ir.digest import canonical
from averment.outcome.claim import Status
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment_service.asking import JSON, PICTURES, TEXT, explained
from averment_service.principals import Permission
from averment_service.problems import REQUEST, UNKNOWN, problem
from averment_service.routes.questions import MEDIA, answer_as, format_of
from averment_service.routes.route import Handler, Route, json_response, service_of
from averment_service.routes.shapes import ANY, BOOLEAN, INTEGER, OBJECT, STRING, listed, shape
from averment_service.service import Service, now

MOST, USUAL = 200, 50  # decisions of one answer
_TIME = "as 2026-11-23 or 2026-11-23T09:30Z"
QUERY = {
    "since": f"Those from this time on, {_TIME}.",
    "until": f"Those before this time, {_TIME}.",
    "claim": "Those that claim this.",
    "status": f"Those of this status: {', '.join(Status)}.",
    "pack": "Those of this pack: its name, or how its digest begins.",
    "case": "Those of the case of this name.",
    "before": "Those with a lower number: what the answer before calls `next`.",
    "limit": f"How many to give at most: {USUAL}, or up to {MOST}.",
}


def _of_log(tell: Callable[[Service, DecisionLog, Request], Any]) -> Handler:
    """What is told of the log, from a thread."""

    async def handler(request: Request) -> Response:
        service = service_of(request)
        return json_response(await service.gate.run(lambda: tell(service, _log(service), request)))

    return handler


def _log(service: Service) -> DecisionLog:
    log = service.log
    if log is None:
        raise problem(404, UNKNOWN, "this service records nothing, so it has no decisions")
    return log


def _decisions(_: Service, log: DecisionLog, request: Request) -> Any:
    limit = _number(request, "limit", USUAL)
    found = list(log.records(_filter(request), newest_first=True, limit=max(1, min(limit, MOST))))
    more = found[-1].sequence if len(found) == max(1, min(limit, MOST)) and found[-1].sequence > 1 else None
    return {"decisions": [record.document() for record in found], "next": more}


def _filter(request: Request) -> Filter:
    """Raises: Problem (422)."""
    told = request.query_params
    for name in told:
        if name not in QUERY:
            raise problem(422, REQUEST, f"decisions are not chosen by `{name}`", f"write one of {', '.join(QUERY)}")
    status = told.get("status", "")
    if status and status not in list(Status):
        raise problem(422, REQUEST, f"there is no status `{status}`", f"statuses: {', '.join(Status)}")
    return Filter(
        since=_time(request, "since"),
        until=_time(request, "until"),
        kind=DECISION,
        claim=told.get("claim", ""),
        status=status,
        pack=told.get("pack", ""),
        case=told.get("case", ""),
        before=_number(request, "before", 0),
    )


def _time(request: Request, name: str) -> datetime | None:
    told = request.query_params.get(name)
    try:
        return None if told is None else time_of(told)
    except (ValueError, OverflowError):
        raise problem(422, REQUEST, f"`{name}` is not a time", f"write it {_TIME}") from None


def _number(request: Request, name: str, usual: int) -> int:
    told = request.query_params.get(name, str(usual))
    if not told.isascii() or not told.isdigit() or len(told) > 18:
        raise problem(422, REQUEST, f"`{name}` is not a number")
    return int(told)


def _record(log: DecisionLog, request: Request) -> Record:
    id = request.path_params["id"]
    record = log.get(id)
    if record is None or record.kind != DECISION:
        help = "an id that does not fit its record is of one that was altered"
        raise problem(404, UNKNOWN, f"there is no decision `{id}` on record", help)
    return record


def _decision(_: Service, log: DecisionLog, request: Request) -> Any:
    return _record(log, request).document()


def _again(service: Service, log: DecisionLog, record: Record) -> tuple[Replayed, Outcome | None, Pack | None]:
    """A decision decided again, with the pack of then as the log holds it."""
    found: list[tuple[Outcome, Pack]] = []

    def decide(stored: StoredPack, parameters: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any]:
        pack = service.shop.find(f"{record.pack}@{stored.digest}")
        outcome = pack.decide(pack.case(facts, record.case), parameters, "reference")
        found.append((outcome, pack))
        return outcome.document

    again = next(replay(log, decide, ids=(record.id,)))
    return (again, *found[0]) if found else (again, None, None)


def _verified(service: Service, log: DecisionLog, request: Request) -> Any:
    again = _again(service, log, _record(log, request))[0]
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
    log = _log(service)
    record = _record(log, request)
    again, outcome, pack = _again(service, log, record)
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


def _whole(_: Service, log: DecisionLog, __: Request) -> Any:
    report = verify(log)
    told = {**asdict(report), "whole": report.whole}
    return {**told, "diagnostics": all_to_json(report.diagnostics)}


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
_PAGE = shape(decisions=listed(RECORD), next={"type": ["integer", "null"]})
_EXPLAINED = shape(decision=RECORD, again=shape(state=_STATE, reason=STRING, _outcome=ANY))
_ONE = "/v1/decisions/{id}"

ROUTES = (
    Route("GET", "/v1/decisions", Permission.AUDIT, _of_log(_decisions), "The decisions on record, the newest first.",
          answer=_PAGE, query=QUERY),
    Route("GET", _ONE, Permission.AUDIT, _of_log(_decision), "A decision, as it was recorded.", answer=RECORD),
    Route("GET", f"{_ONE}/explain", Permission.AUDIT, explain, "Why, found by deciding it again.", answer=_EXPLAINED,
          query={"format": "json, text, html, svg, dot or mermaid; without it, what Accept asks for."},
          others=tuple(MEDIA[each] for each in (TEXT, *PICTURES))),
    Route("GET", f"{_ONE}/verify", Permission.AUDIT, _of_log(_verified), "Whether it comes out the same again.",
          answer=_VERIFIED),
    Route("GET", "/v1/log", Permission.AUDIT, _of_log(_head), "How long the log is, and its last hash.", answer=_HEAD),
    Route("GET", "/v1/log/verify", Permission.AUDIT, _of_log(_whole), "Whether the whole log is as it was written.",
          answer=_WHOLE),
    Route("GET", "/v1/log/anchor", Permission.AUDIT, _of_log(_anchor), "An anchor, to be kept elsewhere.",
          answer=shape(anchor={"const": 1}, log=STRING, size=INTEGER, head=STRING, time=STRING)),
)  # fmt: skip
