"""Deciding, as the interface's document has it. Who answers is ``hot``, before any other route is asked."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from averment_service.asgi import LINES
from averment_service.principals import Permission
from averment_service.routes.route import Route
from averment_service.routes.shapes import STRING, Schema, listed, named, shape


async def _answered_before(_: Request) -> Response:
    raise AssertionError("a decision is answered before routes are asked")


ENGINE = shape(name=STRING, version=STRING)
DECIDED = shape(
    decision={**STRING, "description": "The number under which it is on record."},
    engine=ENGINE,
    _answer=named("answer"),
    _outcome=named("outcome"),
    _warnings=listed(named("diagnostic")),
)
_RESULTS = shape(results=listed({"anyOf": [DECIDED, shape(problem=named("problem"))]}))
ANSWER: Schema = {"anyOf": [DECIDED, _RESULTS]}

ROUTES = (
    Route(
        "POST", "/v1/packs/{pack}/decide", Permission.DECIDE, _answered_before,
        "Decide one case or many, on record. Many may be sent as lines of JSON: each is answered by a line.",
        "request", ANSWER,
        {"detail": "Of lines: answer (the claim and what it hangs on) or outcome (with the whole warrant).",
         "parameters": "Of lines: values of parameters, as a JSON object."},
        others=(LINES.decode(),), takes=(LINES.decode(),),
        headers={"idempotency-key": "A key that makes the request exact-once: sent again, it is answered again."},
    ),
)  # fmt: skip
