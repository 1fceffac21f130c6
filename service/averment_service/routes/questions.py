"""What may be asked about a case: why, what if, what would turn it, what matters, what is missing."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from averment.pack import Pack
from averment_service.asking import (
    JSON,
    PICTURES,
    TEXT,
    Put,
    put_explain,
    put_flip,
    put_matters,
    put_missing,
    put_whatif,
    question_of,
)
from averment_service.principals import Permission
from averment_service.problems import REQUEST, problem
from averment_service.routes.route import Handler, Route, answer, body_of, pack_of, service_of

MEDIA = {
    JSON: "application/json",
    TEXT: "text/plain",
    "html": "text/html",
    "svg": "image/svg+xml",
    "dot": "text/vnd.graphviz",
    "mermaid": "text/vnd.mermaid",
}
_CONTAINED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"  # a page that stands alone


def route(name: str, put: Put, schema: str, answer_schema: str, summary: str, *pictures: str) -> Route:
    """``POST …/{name}``: the question as ``schema`` has it, the answer as text, as JSON or as one of ``pictures``."""
    formats = (JSON, TEXT, *pictures)
    return Route(
        "POST",
        f"/v1/packs/{{pack}}/{name}",
        Permission.DECIDE,
        _asked(put, schema, formats),
        summary,
        schema,
        answer_schema,
        {"format": f"What the answer is: {', '.join(formats)}; without it, what Accept asks for."},
        others=tuple(MEDIA[format] for format in formats[1:]),
    )


def _asked(put: Put, schema: str, formats: tuple[str, ...]) -> Handler:
    async def handler(request: Request) -> Response:
        service, format = service_of(request), format_of(request, formats)
        pack, body = await pack_of(request), await body_of(request)
        found = await service.gate.run(lambda: put(question_of(body, schema, pack, service.settings), format))
        return answer_as(format, found, pack)

    return handler


def answer_as(format: str, found: str, pack: Pack | None = None) -> Response:
    """An answer in the format asked for. A page may load and run nothing."""
    response = answer(found, MEDIA[format], 200, pack)
    if format in PICTURES:
        response.headers["content-security-policy"] = _CONTAINED
    return response


def format_of(request: Request, formats: tuple[str, ...]) -> str:
    """The format that a request asks for, by name or by what it accepts. Raises: Problem (422, 406)."""
    told = request.query_params.get("format")
    if told is not None:
        if told in formats:
            return told
        raise problem(422, REQUEST, f"there is no format `{told}` of this", f"formats: {', '.join(formats)}")
    accepted = _accepted(request.headers.get("accept", "*/*"))
    for kind in accepted:
        for format in formats:
            group = MEDIA[format].partition("/")[0]
            if kind in (MEDIA[format], f"{group}/*", "*/*"):
                return format
    raise problem(406, REQUEST, "this is not answered as any of what is accepted", f"formats: {', '.join(formats)}")


def _accepted(header: str) -> list[str]:
    """The kinds of content in an Accept header, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(","):
        kind, *options = (piece.strip().lower() for piece in part.split(";"))
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        try:
            wanted.append((float(weight), kind))
        except ValueError:
            continue
    return [kind for weight, kind in sorted(wanted, key=lambda each: -each[0]) if weight > 0]


ROUTES = (
    route("explain", put_explain, "request_explain", "explanation", "Why a claim is made, or a fact holds.", *PICTURES),
    route("whatif", put_whatif, "request_whatif", "questions", "What would be under other facts or parameters."),
    route("flip", put_flip, "request_flip", "questions", "The smallest change of the facts that turns the claim."),
    route("matters", put_matters, "request_question", "questions", "Which facts decide, and by what margin."),
    route("missing", put_missing, "request_question", "questions", "What would settle an open claim, what to ask."),
)
