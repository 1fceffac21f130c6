"""The page *Decide*: a case filled in, and the claim that moves with it."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from averment.diagnostics.diagnostic import Refused
from averment.outcome.explained import explain
from averment.outcome.outcome import Outcome
from averment.pack import Pack
from averment.render.html import sections
from averment_service.answering import OUTCOME, Answered, Asked, wholly
from averment_service.on_record import found_of, log_of
from averment_service.pages.case_form import CaseForm, form_of_facts, read_form, with_record, without_record
from averment_service.pages.claim_view import claim_view, outlook
from averment_service.pages.examples import example
from averment_service.pages.questions_view import asking, order_of, question_text
from averment_service.pages.rendering import HEADERS, HTML, page, read_templates
from averment_service.pages.sessions import Form, form_of, texts
from averment_service.pages.waiting import waiting_rules
from averment_service.principals import Permission, need
from averment_service.problems import REQUEST, UNKNOWN, problem
from averment_service.routes.route import Route, principal_of, service_of
from averment_service.service import Service

_RECORD, _DROP, _LATER, _PUT = "record:", "drop:", "later:", "record"  # what the buttons of the form do


class Decided(NamedTuple):
    """A form and the outcome of its case; ``error``: why there is none."""

    form: CaseForm
    outcome: Outcome | None
    error: Refused | None


async def start(_: Request) -> Response:
    return RedirectResponse("/decide", 303, headers=HEADERS)


async def shown(request: Request) -> Response:
    """The page, filled in as its address says: by the names of inputs, or with an example case of the pack."""
    try:
        form = texts(request.url.query)
    except ValueError:
        raise problem(422, REQUEST, "the address of this page cannot be read") from None
    return await _whole(request, form)


async def sent(request: Request) -> Response:
    """The same from a form, for a browser without script."""
    form = await form_of(request)
    told = await _on_record(request, form) if _PUT in form.get("do", ()) else {}
    return await _page(request, "decide.html", form, told)


async def questions(request: Request) -> Response:
    """The questions anew: after an answer the next, with a record more or less."""
    return await _page(request, "questions.html", await form_of(request))


async def claim(request: Request) -> Response:
    """The claim of what is filled in, at once."""
    form, service = await form_of(request), service_of(request)
    pack = await _pack(request, form)
    found, view = await service.gate.run(lambda: _viewed(pack, form, service.settings.firings))
    return page(request, "claim_live.html", form=found.form, error=found.error, claim=view)


async def ahead(request: Request) -> Response:
    """What would turn the claim, what to ask next, and what if."""
    form, service = await form_of(request), service_of(request)
    pack = await _pack(request, form)

    def found() -> dict[str, object]:
        decided = _decided(read_form(pack, form), service.settings.firings)
        view = outlook(decided.form, decided.outcome) if decided.outcome else None
        return {"form": decided.form, "outlook": view}

    return page(request, "outlook.html", **await service.gate.run(found))


async def warrant(request: Request) -> Response:
    """The whole explanation of what is filled in."""
    form, service = await form_of(request), service_of(request)
    pack = await _pack(request, form)

    def found() -> dict[str, object]:
        decided = _decided(read_form(pack, form), service.settings.firings)
        drawing = sections(explain(decided.outcome), pack.model) if decided.outcome else None
        return {"warrant": drawing, "error": decided.error}

    return page(request, "warrant.html", **await service.gate.run(found))


async def why(request: Request) -> Response:
    """Why a question is asked: the rules that look at its field, those first that wait for the answer."""
    form, service = await form_of(request), service_of(request)
    named = request.query_params.get("input", "")
    pack = await _pack(request, form)

    def found() -> dict[str, object]:
        decided = _decided(read_form(pack, form), service.settings.firings)
        asked = next((each for each in decided.form.inputs if each.name == named), None)
        if asked is None:
            raise problem(404, UNKNOWN, "there is no such question here")
        return {
            "rules": waiting_rules(pack, decided.outcome, asked),
            "input": asked,
            "text": question_text(asked),
            "pack": pack,
        }

    return page(request, "why.html", **await service.gate.run(found))


async def record(request: Request) -> Response:
    """Decide on record: the decision's number, which the log holds from now on."""
    return page(request, "recorded.html", **await _on_record(request, await form_of(request)))


# --- how --------------------------------------------------------------------------------------------------------------


async def _whole(request: Request, form: Form) -> Response:
    service, named, id = service_of(request), form.get("example", ()), form.get("decision", ())
    if id:
        need(principal_of(request), Permission.AUDIT)
        form = await service.gate.run(lambda: _recorded(service, id[-1]))
    elif named:
        pack = await _pack(request, form)
        case = await service.gate.run(lambda: example(pack, named[-1]))
        form = {**form_of_facts(pack, case), "pack": form.get("pack", (pack.name,))}
    return await _page(request, "decide.html", form)


def _recorded(service: Service, id: str) -> Form:
    """A form with the facts of a decision on record, and the pack that decided it. Raises: Problem (404)."""
    record = found_of(service, log_of(service), id)
    pack = service.shop.find(f"{record.pack}@{record.digest}")
    return {**form_of_facts(pack, pack.case(record.facts, record.case)), "pack": (f"{record.pack}@{record.digest}",)}


async def _on_record(request: Request, form: Form) -> dict[str, object]:
    """Put the decision on record. Raises: Problem (422) where some of it cannot be read; Refused; LogError."""
    service, principal = service_of(request), principal_of(request)
    pack = await _pack(request, form)
    key = _key(form, pack, principal.name)

    def decided() -> Answered:
        read = read_form(pack, form)
        if read.errors:
            raise problem(422, REQUEST, "some answers cannot be read", "correct what is marked, then record again")
        asked = Asked((read.case,), {}, OUTCOME)
        return wholly(asked.cases[0], asked, pack, service.settings.firings, service.note(pack, principal, key))

    found = await service.gate.run(decided)
    (receipt,) = await service.record(pack, [found.entry])
    audits = principal.may(Permission.AUDIT) and service.records
    return {"decision": receipt, "records": service.records, "audits": audits}


async def _page(request: Request, template: str, form: Form, more: dict[str, object] | None = None) -> Response:
    service = service_of(request)
    pack = await _pack(request, form)
    form, skipped = _told(form, pack)
    told = await service.gate.run(lambda: _asked(pack, form, skipped, service.settings.firings))
    named = form.get("pack", (pack.name,))[-1]
    packs = [held[-1] for held in service.shop.shelf.packs.values()]
    about = {"pack": pack, "named": named, "packs": packs, "skipped": skipped, "key": secrets.token_hex(8)}
    return page(request, template, **{"decision": None, **about, **told, **(more or {})})


def _asked(pack: Pack, form: Form, skipped: tuple[str, ...], firings: int) -> dict[str, object]:
    decided, view = _viewed(pack, form, firings)
    order = order_of(decided.form, decided.outcome) if decided.outcome else None
    return {"form": decided.form, "error": decided.error, "claim": view, "asking": asking(decided.form, order, skipped)}


def warm(service: Service) -> None:
    """Make ready what whoever opens a page first would wait for: the templates, and for each pack the order of its
    questions where nothing is known yet.
    """
    read_templates()
    for held in service.shop.shelf.packs.values():
        _asked(held[-1], {}, (), service.settings.firings)


async def _pack(request: Request, form: Form) -> Pack:
    service = service_of(request)
    named = (form.get("pack") or (next(iter(service.shop.shelf.packs), ""),))[-1]
    if named in service.shop.shelf.packs:
        return service.shop.find(named)
    return await service.gate.run(lambda: service.shop.find(named))


def _viewed(pack: Pack, form: Form, firings: int) -> tuple[Decided, object]:
    decided = _decided(read_form(pack, form), firings)
    return decided, claim_view(decided.outcome) if decided.outcome else None


def _decided(form: CaseForm, firings: int) -> Decided:
    try:
        return Decided(form, form.pack.decide(form.case, firings=firings), None)
    except Refused as error:
        return Decided(form, None, error)


def _told(form: Form, pack: Pack) -> tuple[Form, tuple[str, ...]]:
    """The form after what its button does, and the questions that are put off."""
    skipped = form.get("skip", ())
    for do in form.get("do", ()):
        if do.startswith(_LATER):
            skipped = (*skipped, do.removeprefix(_LATER))
        elif do.startswith(_DROP):
            form = without_record(form, do.removeprefix(_DROP))
        elif do.startswith(_RECORD):
            of = pack.model.types.get(do.removeprefix(_RECORD))
            if of is not None and not of.one and not of.derived:
                form = with_record(form, of, read_form(pack, form).many[of.name])
    return form, skipped


def _key(form: Form, pack: Pack, principal: str) -> str:
    """The same for the same facts sent twice from the same page: a button pressed twice records once."""
    named = next(iter(form.get("key", ())), "")
    if not named:
        return ""
    said = repr((pack.digest, sorted((name, texts) for name, texts in form.items() if name != "do")))
    return f"{principal}/page-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


P, _MANY = Permission.DECIDE, {"pack": "the pack, by name, version or digest", "case": "the name of the case"}

ROUTES = (
    Route("GET", "/", Permission.OPEN, start, "Leads to the page.", media=HTML),
    Route("GET", "/decide", P, shown, "The page that decides a case.", query=_MANY, media=HTML),
    Route("POST", "/decide", P, sent, "The same, filled in.", media=HTML),
    Route("POST", "/decide/questions", P, questions, "Its questions, in the next best order.", media=HTML),
    Route("POST", "/decide/claim", P, claim, "The claim of what is filled in.", media=HTML),
    Route("POST", "/decide/outlook", P, ahead, "What would turn it, and what to ask next.", media=HTML),
    Route("POST", "/decide/warrant", P, warrant, "Its whole warrant.", media=HTML),
    Route("POST", "/decide/why", P, why, "Why a question is asked.", media=HTML),
    Route("POST", "/decide/record", P, record, "Decide it on record.", media=HTML),
)
