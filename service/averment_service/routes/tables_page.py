"""The page *Tables*: a table sent, its columns told apart, decided, and what came out looked through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from html import escape
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.diagnostics.render_text import visible
from averment.pack import load
from averment.render.markup import Markup
from averment_service.job import DONE, MAPPING, PACK, Job
from averment_service.job_draft import read_mends
from averment_service.jobs import FORMATS
from averment_service.pages.mapping_view import View, corrected, mapping_view, mended_text
from averment_service.pages.rendering import HEADERS, HTML, page
from averment_service.pages.results_view import open_row, results, search_of
from averment_service.pages.sessions import Form, form_of, texts
from averment_service.pages.uploads import MULTIPART, upload_of
from averment_service.principals import Permission
from averment_service.problems import GONE, REQUEST, problem
from averment_service.routes.jobs import job_of
from averment_service.routes.route import Route, principal_of, service_of

T = TypeVar("T")
_LOOK = 0.25  # seconds between two looks at a job whose progress somebody follows


async def listed(request: Request) -> Response:
    """One's tables, the newest first, and the form to send another."""
    return await _list(request)


async def sent(request: Request) -> Response:
    """A table: its mapping is drafted, and shown to be corrected."""
    service, form, file = service_of(request), await form_of(request), upload_of(request)
    name = Path((file.filename if file else "") or "").name
    try:
        if file is None or not Path(name).suffix:
            raise problem(422, REQUEST, "no table was sent", "choose a file such as cases.csv")
        named, owner, table = (form.get("pack") or ("",))[-1], principal_of(request).name, file.file
        job = await service.gate.run(lambda: service.jobs.take(owner, name, service.shop.find(named), table))
    except Refused as error:
        return await _list(request, error.diagnostics, name)
    return _to(job)


async def shown(request: Request) -> Response:
    """A job, as it stands: the mapping of one that is not decided, progress, or what came out."""
    service, job = service_of(request), await job_of(request)
    folder = service.jobs.folder(job)
    if job.state == DONE:
        search = search_of(texts(request.url.query))
        told = await service.gate.run(lambda: results(folder, job, search))
        return page(request, "table_results.html", job=job, **told)
    if job.under_way:
        return page(request, "table_progress.html", job=job)
    return await _mapping_page(request, job)


async def mapped(request: Request) -> Response:
    """Columns taken for something else; then, if asked for, the table is decided."""
    service, job, form = service_of(request), await job_of(request), await form_of(request)
    folder = service.jobs.folder(job)

    def done() -> tuple[Job, View]:
        pack = load(folder / PACK)
        view = mapping_view(folder, job, pack)
        text = corrected(folder, view, form, pack)
        now = service.jobs.map(job, text.encode()) if text != view.text else job
        return now, mapping_view(folder, now, pack)

    now, view = await service.gate.run(done)
    if "start" not in form.get("do", ()):
        return _to(now, "#columns")
    if view.findings:
        return await _mapping_page(request, now, 422)
    return await _started(request, now, form)


async def text(request: Request) -> Response:
    """The mapping as its file, to be edited."""
    job = await job_of(request)
    held = await _run(request, lambda: (service_of(request).jobs.folder(job) / MAPPING).read_text("utf-8-sig"))
    return page(request, "table_text.html", job=job, text=_area(held), lines=[], findings=())


async def rewritten(request: Request) -> Response:
    """The file of the mapping as somebody wrote it; what is wrong is told at its line, and nothing of it lost."""
    service, job, form = service_of(request), await job_of(request), await form_of(request)
    written = (form.get("text") or ("",))[-1].replace("\r\n", "\n")
    try:
        now = await service.gate.run(lambda: service.jobs.map(job, written.encode()))
    except Refused as error:
        found, lines = error.diagnostics, _marked(written, error.diagnostics)
        return page(request, "table_text.html", 422, job=job, text=_area(written), lines=lines, findings=found)
    return _to(now, "#columns")


async def mended(request: Request) -> Response:
    """The mapping as it would mend the rejects."""
    service, job = service_of(request), await job_of(request)
    folder = service.jobs.folder(job)

    def done() -> Job:
        held = (folder / MAPPING).read_text("utf-8-sig")
        return service.jobs.map(job, mended_text(held, read_mends(folder)).encode())

    return _to(await service.gate.run(done), "#columns")


async def again(request: Request) -> Response:
    """Back from what came out to the mapping, which stays as it is."""
    service, job = service_of(request), await job_of(request)
    folder = service.jobs.folder(job)
    return _to(await service.gate.run(lambda: service.jobs.map(job, (folder / MAPPING).read_bytes())), "#columns")


async def started(request: Request) -> Response:
    """The job worked on: for the first time, or going on."""
    return await _started(request, await job_of(request), await form_of(request))


async def cancelled(request: Request) -> Response:
    job = await job_of(request)
    return _to(await _run(request, lambda: service_of(request).jobs.cancel(job)))


async def deleted(request: Request) -> Response:
    job = await job_of(request)
    await _run(request, lambda: service_of(request).jobs.delete(job))
    return RedirectResponse("/tables", 303, headers=HEADERS)


async def events(request: Request) -> Response:
    """How far a job is, as parts of its page, until it ends."""
    service, job = service_of(request), await job_of(request)

    async def told() -> AsyncIterator[bytes]:
        last, now = b"", job
        while now.under_way and not await request.is_disconnected():
            text = bytes(page(request, "table_bar.html", job=now).body)
            if text != last:
                yield _event("progress", text)
            last = text
            await asyncio.sleep(_LOOK)
            now = await service.gate.run(lambda: service.jobs.find(job.id, job.owner))
        yield _event("ended", now.state.encode())

    return StreamingResponse(told(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def row(request: Request) -> Response:
    """One row with its whole explanation."""
    service, job = service_of(request), await job_of(request)
    number = request.path_params["row"]
    if job.state != DONE or not number.isdecimal() or len(number) > 12:
        raise problem(404, GONE, "there is no such row")
    folder = service.jobs.folder(job)
    told = await service.gate.run(lambda: open_row(folder, job, int(number), service.settings.firings))
    return page(request, "table_row.html", job=job, **told)


# --- how --------------------------------------------------------------------------------------------------------------


async def _list(request: Request, findings: tuple[Diagnostic, ...] | list[Diagnostic] = (), name: str = "") -> Response:
    service, owner = service_of(request), principal_of(request).name
    jobs = await service.gate.run(lambda: list(service.jobs.of(owner)))
    packs = [held[-1] for held in service.shop.shelf.packs.values()]
    status = 422 if findings else 200
    most = service.settings.upload
    return page(request, "tables.html", status, jobs=jobs, packs=packs, most=most, findings=findings, name=name)


async def _mapping_page(request: Request, job: Job, status: int = 200) -> Response:
    folder = service_of(request).jobs.folder(job)
    view = await _run(request, lambda: mapping_view(folder, job, load(folder / PACK)))
    return page(request, "table_mapping.html", status, job=job, view=view, formats=FORMATS)


async def _started(request: Request, job: Job, form: Form) -> Response:
    format = (form.get("format") or (job.format or "csv",))[-1]
    return _to(await _run(request, lambda: service_of(request).jobs.start(job, format)))


async def _run(request: Request, work: Callable[[], T]) -> T:
    return await service_of(request).gate.run(work)


def _to(job: Job, part: str = "") -> Response:
    return RedirectResponse(f"/tables/{job.id}{part}", 303, headers=HEADERS)


def _area(text: str) -> Markup:
    """A text as it is edited: as it was written, but for what does not show."""
    lines = ("\t".join(visible(part) for part in line.split("\t")) for line in text.split("\n"))
    return Markup(escape("\n".join(lines)))


def _marked(text: str, found: tuple[Diagnostic, ...] | list[Diagnostic]) -> list[tuple[int, str, list[str]]]:
    """The lines of a text that something is wrong with, and those around them: number, text, and what is wrong."""
    wrong: dict[int, list[str]] = {}
    for each in found:
        for label in each.labels[:1]:
            wrong.setdefault(label.span.line, []).append(each.message)
    near = {line + step for line in wrong for step in (-1, 0, 1)}
    return [(number, line, wrong.get(number, [])) for number, line in enumerate(text.split("\n"), 1) if number in near]


def _event(name: str, data: bytes) -> bytes:
    lines = b"".join(b"data: " + line + b"\n" for line in data.splitlines() or [b""])
    return b"event: " + name.encode() + b"\n" + lines + b"\n"


_ONE, P = "/tables/{job}", Permission.DECIDE
_SEARCH = {
    "claim": "only rows of this claim",
    "status": "only rows of this status",
    "text": "only rows with this in the name of the case or of a fact they hang on",
    "sort": "row, case, claim or status",
    "down": "1: the last first",
    "page": "which page",
}

ROUTES = (
    Route("GET", "/tables", P, listed, "One's tables, and a form to send one.", media=HTML),
    Route("POST", "/tables", P, sent, "Send a table; its mapping is drafted.", media=HTML, takes=(MULTIPART,)),
    Route("GET", _ONE, P, shown, "A table: its mapping, its progress, its decisions.", query=_SEARCH, media=HTML),
    Route("POST", f"{_ONE}/mapping", P, mapped, "Take columns for something else.", media=HTML),
    Route("GET", f"{_ONE}/text", P, text, "The mapping as text.", media=HTML),
    Route("POST", f"{_ONE}/text", P, rewritten, "Write the mapping as text.", media=HTML),
    Route("POST", f"{_ONE}/mend", P, mended, "Have the mapping read the rejects, too.", media=HTML),
    Route("POST", f"{_ONE}/again", P, again, "Back to the mapping.", media=HTML),
    Route("POST", f"{_ONE}/start", P, started, "Decide the table, on record.", media=HTML),
    Route("POST", f"{_ONE}/cancel", P, cancelled, "End the work on a table.", media=HTML),
    Route("POST", f"{_ONE}/delete", P, deleted, "Take a table away, with all that came of it.", media=HTML),
    Route("GET", f"{_ONE}/events", P, events, "How far it is, as parts of the page.", media="text/event-stream"),
    Route("GET", f"{_ONE}/rows/{{row}}", P, row, "One row with its whole explanation.", media=HTML),
)
