"""Batch jobs: a table comes in, a mapping is drafted and corrected, the job runs, the decisions go out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from averment.batch.order import rejects_of
from averment.ownership import is_plain
from averment_service.asgi import read_body
from averment_service.job import DONE, MAPPING, STATES, Job
from averment_service.jobs import FORMATS
from averment_service.pages.uploads import too_large_table
from averment_service.principals import Permission
from averment_service.problems import GONE, REQUEST, problem
from averment_service.routes.route import Route, json_response, pack_of, principal_of, service_of

_LOOK = 0.25  # seconds between two looks at a job whose progress somebody follows
_TEXT = "application/yaml"
_MAPPING = 1 << 20  # bytes of a mapping
_AT_HAND = 1 << 20  # bytes of a table that are held in memory while it comes


async def new(request: Request) -> Response:
    """The table is the body; its name, whose ending says what it is, comes beside it."""
    service, name = service_of(request), request.query_params.get("name", "")
    if not name or not Path(name).suffix:
        raise problem(422, REQUEST, "the name of the table is missing", "send it beside the table: ?name=cases.csv")
    pack, owner = await pack_of(request), principal_of(request).name
    await service.gate.run(lambda: service.jobs.check_room(owner))  # before all of it has come
    size = 0
    with SpooledTemporaryFile(max_size=_AT_HAND) as file:
        table = UploadFile(cast("BinaryIO", file))  # which writes what is more in another thread
        async for piece in request.stream():
            size += len(piece)
            if size > service.settings.upload:
                raise too_large_table(service.settings.upload)
            await table.write(piece)
        await table.seek(0)
        done = await service.gate.run(lambda: service.jobs.take(owner, name, pack, table.file))
    return json_response(done.document, 201)


async def listed(request: Request) -> Response:
    service, owner = service_of(request), principal_of(request).name
    found = await service.gate.run(lambda: [job.document for job in service.jobs.of(owner)])
    return json_response({"jobs": found})


async def shown(request: Request) -> Response:
    return json_response((await job_of(request)).document)


async def mapping(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    text = await service.gate.run(lambda: (service.jobs.folder(job) / MAPPING).read_bytes())
    return Response(text, media_type=_TEXT, headers={"cache-control": "no-store"})


async def mapped(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    body = await read_body(request.scope, request.receive, _MAPPING, service.settings.patience)
    return json_response((await service.gate.run(lambda: service.jobs.map(job, body))).document)


async def start(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    format = request.query_params.get("format", "csv")
    done = await service.gate.run(lambda: service.jobs.start(job, format))
    return json_response(done.document, 202)


async def result(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    return _file(
        service.jobs.output(job) if job.state == DONE else None, f"{Path(job.name).stem}-decisions.{job.format}"
    )


async def rejects(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    place = rejects_of(service.jobs.output(job)) if job.state == DONE else None
    return _file(place, f"{Path(job.name).stem}-rejects.jsonl")


async def events(request: Request) -> Response:
    """How far a job is, as server-sent events, until it ends."""
    service, job = service_of(request), await job_of(request)

    async def told() -> AsyncIterator[bytes]:
        last, now = "", job
        while True:
            text = json.dumps(now.document)
            if text != last:
                yield f"event: {now.state}\ndata: {text}\n\n".encode()
            if not now.under_way or await request.is_disconnected():
                return
            last = text
            await asyncio.sleep(_LOOK)
            now = await service.gate.run(lambda: service.jobs.find(job.id, job.owner))

    return StreamingResponse(told(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def cancelled(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    return json_response((await service.gate.run(lambda: service.jobs.cancel(job))).document)


async def deleted(request: Request) -> Response:
    service, job = service_of(request), await job_of(request)
    await service.gate.run(lambda: service.jobs.delete(job))
    return Response(status_code=204)


async def job_of(request: Request) -> Job:
    """The job that a request names, of whoever sends it. Raises: Problem (404)."""
    service, owner = service_of(request), principal_of(request).name
    return await service.gate.run(lambda: service.jobs.find(request.path_params["job"], owner))


def _file(place: Path | None, name: str) -> Response:
    if place is None or not is_plain(place):
        raise problem(404, GONE, "there is nothing of this job yet")
    return FileResponse(place, filename=name, headers={"cache-control": "no-store"})


_JOB: dict[str, Any] = {
    "type": "object",
    "title": "Job",
    "description": "How a batch job stands.",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "description": "The table, as it was sent."},
        "pack": {"type": "string"},
        "version": {"type": "string"},
        "digest": {"type": "string"},
        "state": {"type": "string", "enum": list(STATES)},
        "doubts": {"type": "array", "items": {"type": "string"}, "description": "What the draft is not sure of."},
        "absent": {"type": "array", "items": {"type": "string"}, "description": "Fields without a column."},
        "format": {"type": "string"},
        "rows": {"type": "integer"},
        "percent": {"type": "integer"},
        "summary": {"type": ["object", "null"], "description": "As `averment batch --summary` has it."},
        "diagnostics": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["id", "name", "pack", "version", "digest", "state", "rows", "percent"],
    "additionalProperties": False,
}
_JOBS = {
    "type": "object",
    "title": "Jobs",
    "properties": {"jobs": {"type": "array", "items": _JOB}},
    "required": ["jobs"],
}
_ONE, _D = "/v1/jobs/{job}", Permission.DECIDE

ROUTES = (
    Route(
        "POST", "/v1/packs/{pack}/jobs", _D, new, "Send a table; its mapping is drafted.", None, _JOB,
        {"name": "The name of the table, as cases.csv: its ending says what it is."}, status=201,
        takes=("application/octet-stream",),
    ),
    Route("GET", "/v1/jobs", _D, listed, "One's jobs, the newest first.", None, _JOBS),
    Route("GET", _ONE, _D, shown, "How a job stands.", None, _JOB),
    Route("DELETE", _ONE, _D, deleted, "Take a job away, with its files.", status=204),
    Route("GET", f"{_ONE}/mapping", _D, mapping, "The mapping of a job, as YAML.", media=_TEXT),
    Route("PUT", f"{_ONE}/mapping", _D, mapped, "Another mapping for a job.", None, _JOB, takes=(_TEXT,)),
    Route(
        "POST", f"{_ONE}/start", _D, start, "Decide the table, on record, when its turn comes.", None, _JOB,
        {"format": f"Of the decisions: {', '.join(FORMATS)}."}, status=202,
    ),
    Route("POST", f"{_ONE}/cancel", _D, cancelled, "End the work on a job; started again, it goes on.", None, _JOB),
    Route("GET", f"{_ONE}/events", _D, events, "How far a job is, as it goes on.", media="text/event-stream"),
    Route("GET", f"{_ONE}/result", _D, result, "The decisions.", media="application/octet-stream"),
    Route("GET", f"{_ONE}/rejects", _D, rejects, "The rows not decided, and why.", media="application/x-ndjson"),
)  # fmt: skip
