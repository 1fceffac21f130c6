"""The client of a program: what it gives is what the library gives, and what the service refuses is raised."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

import httpx
from starlette.testclient import TestClient
from tests.service.conftest import LOAN

import averment
from averment.client import AsyncClient, Client, NotServed, asynchronous, synchronous
from averment.client.sending import Patience
from averment.ir.digest import canonical
from averment.model.evidence import document_digest
from averment.outcome.outcome import answer_of
from averment.questions.flip.flip import flip
from averment.questions.missing.missing import missing

FACTS: dict[str, Any] = {"applicant": {"income": 3000, "debt": Decimal("200.50"), "housed": True}}


@pytest.fixture
def asked(shared: TestClient) -> Client:
    return Client("http://localhost", http=shared)


def test_a_decision_is_that_of_the_library(asked: Client) -> None:
    pack, expected = asked.pack("loan"), averment.load(LOAN).decide(FACTS, name="ann")
    found = pack.decide(FACTS, name="ann", whole=True)
    assert found.canonical == expected.canonical
    answer = pack.decide(FACTS, name="ann")
    assert canonical(dict(answer.document)) == canonical(answer_of(expected.document))
    for name in ("claim", "settled", "status", "strength", "possible", "hangs_on", "fired"):
        assert getattr(answer, name) == getattr(expected, name), name
    assert asked.decision(answer.decision)["claim"] == "granted" and asked.verify(answer.decision)["state"] == "same"
    assert pack.decide(FACTS, key="once").decision == pack.decide(FACTS, key="once").decision
    opened = pack.decide({})
    assert (opened.claim, opened.settled, opened.hangs_on[0]) == ("open", False, "applicant.debt")
    assert asked.decisions(status="open", limit=1)["decisions"][0]["id"] == opened.decision


def test_many_come_in_order_and_what_is_wrong_does_not_hide_the_rest(asked: Client) -> None:
    cases = [(f"c{number}", {"applicant": {"income": number}}) for number in (1, 10**9, 5000)]
    first, second, third = asked.pack("loan").decide_all(cases)
    assert first.outcome and third.outcome and (first.outcome.claim, third.outcome.claim) == ("refused", "open")
    assert second.outcome is None and second.diagnostics[0].code == "AV313" and second.case == "c1000000000"
    assert list(asked.pack("loan").decide_all([], {"least": 1})) == []
    (strict,) = asked.pack("loan").decide_all([("a", FACTS)], {"least": 99999}, whole=True)
    assert strict.outcome and strict.outcome.claim == "refused" and "warrant" in strict.outcome.document


def test_questions_are_answered_with_the_documents_of_the_library(asked: Client) -> None:
    pack, here = asked.pack("loan"), averment.load(LOAN)
    outcome = here.decide(FACTS, name="ann")
    assert canonical(pack.flip(FACTS, "refused", name="ann")) == canonical(flip(outcome, "refused").document())
    assert canonical(pack.missing({}, name="none")) == canonical(missing(here.decide({}, name="none")).document())
    assert pack.whatif(FACTS, {"applicant.income": 1})["after"]["claim"] == "refused"
    assert pack.whatif(FACTS, parameters={"least": 9000}, under={"least": 1})["turns"]
    assert pack.whatif(FACTS, sweep={"name": "applicant.income", "low": 0, "high": 9000})["question"] == "sweep"
    assert pack.matters(FACTS)["question"] == "matters" and pack.explain(FACTS)["claim"] == "granted"
    assert pack.explain(FACTS, why_not="refused")["question"] == "why_not"
    assert pack.shown(FACTS, "svg").startswith("<svg") and pack.shown(FACTS).startswith("case")
    assert pack.about()["digest"] == here.digest and pack.rules()["rules"] and pack.vocabulary()["types"]
    assert pack.parameters()["parameters"] and pack.examples()["examples"] and pack.schema()["type"] == "object"
    assert [each["name"] for each in asked.packs()] == ["pm_tpm", "loan"]


def test_a_consultation(asked: Client) -> None:
    session = asked.pack("loan").ask({"applicant": {"debt": Decimal("1.50")}}, name="ann")
    assert session.standing.question and session.standing.question["ask"].endswith("?")
    session.decline("applicant.name")
    session.add("loan", {"id": "a", "amount": 1})
    session.answer(3000, "applicant.income")
    session.back()
    assert session.look().provenance["applicant.income"] == "not asked"
    session.answer(3000, "applicant.income")
    session.answer(True)
    assert session.standing.finished and session.standing.claim == "granted"
    ended = session.decide()
    assert (ended.claim, ended.provenance["applicant.name"]) == ("granted", "declined")
    assert ended.facts["loan"] == [{"amount": "1.00", "id": "a"}]
    with pytest.raises(NotServed) as gone:
        session.look()
    assert gone.value.status == 410 and gone.value.diagnostics[0].code == "AV597"
    other = asked.pack("loan").ask()
    other.leave()
    with pytest.raises(NotServed):
        other.unknown()


def test_what_is_refused_is_raised_as_the_library_raises_it(asked: Client) -> None:
    with pytest.raises(averment.Refused) as refused:
        asked.pack("loan").decide({"applicant": {"incme": 1}})
    (found,) = refused.value.diagnostics
    assert found.code == "AV301" and found.labels[0].span.line == 1 and "income" in found.help[0]
    with pytest.raises(NotServed) as missed:
        asked.pack("lone").decide({})
    assert missed.value.status == 404
    with pytest.raises(TypeError):
        asked.pack("loan").decide({"applicant": {"income": object()}})
    with pytest.raises(averment.Refused):
        asked.pack("loan").decide({"applicant": {"income": date(2020, 1, 1)}})


def test_the_other_client_is_the_same_with_await(shared: TestClient) -> None:
    async def all_of_it() -> None:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(shared.app))
        async with AsyncClient("http://localhost", http=http) as client:
            pack = client.pack("loan")
            assert (await pack.decide(FACTS)).claim == "granted"
            assert [each.outcome.claim async for each in pack.decide_all([("a", FACTS)]) if each.outcome] == ["granted"]
            assert (await pack.missing({}))["claim"] == "open" and await client.packs()
            session = await pack.ask()
            assert (await session.answer(1, "applicant.income")).claim == "refused"
            assert (await session.decide()).settled

    asyncio.run(all_of_it())


@pytest.mark.parametrize(
    ("body", "why"), [(b"", "0 of 2"), (b'{"decision": "1-a"}\n', "1 of 2"), (b'{"decision": "1-a"}\n{"dec', "1 of 2")]
)
def test_a_stream_that_was_cut_off_is_no_answer(body: bytes, why: str) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    with pytest.raises(NotServed, match=why) as refused:
        list(Client("http://localhost", http=http).pack("loan").decide_all([("a", {}), ("b", {})], key="once"))
    assert refused.value.status == 502 and "same key" in refused.value.diagnostics[0].help[0]


def test_answers_of_a_consultation_carry_evidence(asked: Client) -> None:
    text = "I earn 3000 euros."
    quote = {"field": "applicant.income", "document": document_digest(text), "quote": "3000 euros"}
    session = asked.pack("loan").ask()
    standing = session.answer(3000, "applicant.income", evidence=[quote], documents={document_digest(text): text})
    assert standing.evidence is not None and standing.evidence["quotes"][0]["compared"] == "agrees"
    assert session.decide().evidence == standing.evidence
    begun = asked.pack("loan").ask(
        {"applicant": {"income": 3000}}, evidence=[quote], documents={document_digest(text): text}
    )
    assert begun.standing.evidence == standing.evidence
    with pytest.raises(averment.Refused, match="AV613"):
        session = asked.pack("loan").ask()
        wrong = {**quote, "quote": "4000"}
        session.answer(4000, "applicant.income", evidence=[wrong], documents={document_digest(text): text})


def test_one_client_is_made_from_the_other() -> None:
    """``synchronous.py`` is ``asynchronous.py`` without ``await``; REWRITE_GOLDEN=1 makes it anew."""
    made, place = _without_await(Path(asynchronous.__file__).read_text()), Path(synchronous.__file__)
    if os.environ.get("REWRITE_GOLDEN"):
        place.write_text(made)
    assert place.read_text() == made


def _without_await(text: str) -> str:
    for old, new in (
        (r'^""".*?"""', '"""The client of a program without an event loop. Made from ``asynchronous``."""'),
        (r"for (\w+) in await (.*):\n +yield \1\n", r"yield from \2\n"),
        (r"\bawait |\basync (?=def )", ""),
        (r"__a(enter|exit)__", r"__\1__"),
        (r"\bAsync(?=[A-Z])", ""),
    ):
        text = re.sub(old, new, text)
    for how in (["check", "--select", "I", "--fix", "--exit-zero", "--quiet"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *how, "--stdin-filename", synchronous.__file__, "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout
    return text


def _statuses(answers: list[Any]) -> tuple[Client, list[httpx.Request], list[float]]:
    """A client of a service that answers so, one after the other; what it sent, and how long it waited."""
    sent: list[httpx.Request] = []
    waited: list[float] = []
    coming: Iterator[Any] = iter(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        found = next(coming)
        if isinstance(found, Exception):
            raise found
        return found

    http = httpx.Client(transport=httpx.MockTransport(handler))
    return Client("http://x", "secret", http=http, sleep=waited.append, patience=Patience(3, 5)), sent, waited


def _busy(seconds: str) -> httpx.Response:
    return httpx.Response(503, headers={"retry-after": seconds})


DONE = httpx.Response(200, json={
    "decision": "1-a", "engine": {"name": "x", "version": "1"}, "answer": {"case": "case", "claim": "granted"},
})  # fmt: skip


def test_what_is_too_busy_is_asked_again_when_it_says_with_the_same_key() -> None:
    client, sent, waited = _statuses([_busy("2"), httpx.Response(429), httpx.ReadError("cut"), DONE])
    assert client.pack("loan").decide({}).claim == "granted"
    assert waited == [2.0, 0.2, 0.4]
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert sent[0].headers["authorization"] == "Bearer secret"


def test_a_stream_that_was_cut_is_sent_again_and_each_case_is_on_record_once(shared: TestClient) -> None:
    cut = iter([True])
    sent: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        content = request.read()
        sent.append(content)
        found = shared.request(request.method, str(request.url), content=content, headers=dict(request.headers))
        if next(cut, False):
            raise httpx.ReadError("cut")
        return httpx.Response(found.status_code, content=found.content, headers=found.headers)

    http = httpx.Client(transport=httpx.MockTransport(handler))
    client = Client("http://localhost", http=http, sleep=lambda _: None)
    cases = [(name, FACTS) for name in ("cut-1", "cut-2")]
    decided = list(client.pack("loan").decide_all(cases))
    assert len(sent) == 2 and sent[0] == sent[1]
    for (name, _), one in zip(cases, decided, strict=True):
        (there,) = Client("http://localhost", http=shared).decisions(case=name)["decisions"]
        assert one.outcome and there["id"] == one.outcome.decision
    (again,) = client.pack("loan").decide_all([("x", FACTS)], key="mine")
    (other,) = client.pack("loan").decide_all([("y", FACTS)], key="mine")
    assert again.outcome and other.diagnostics[0].code == "AV596"


def test_what_ends_a_stream_is_raised() -> None:
    ended = {"problem": {"status": 503, "diagnostics": [], "type": "", "title": "", "detail": ""}}
    client, _, _ = _statuses([httpx.Response(200, json=ended)])
    with pytest.raises(NotServed):
        list(client.pack("loan").decide_all([("a", {}), ("b", {})]))


def test_it_is_given_up_where_it_takes_too_long_or_may_have_been_heard() -> None:
    client, sent, waited = _statuses([_busy("60")])
    with pytest.raises(NotServed):
        client.pack("loan").decide({})
    assert (len(sent), waited) == (1, [])
    client, sent, _ = _statuses([httpx.ReadError("cut")])
    with pytest.raises(httpx.ReadError):
        client.pack("loan").ask()
    client, sent, _ = _statuses([_busy("1")] * 4)
    with pytest.raises(NotServed):
        client.packs()
    assert len(sent) == 4
