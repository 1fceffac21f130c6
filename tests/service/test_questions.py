"""What is asked over HTTP is answered as the library answers it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient
from tests.service.conftest import LOAN

import averment
import averment_schemas
from averment.ir.digest import canonical
from averment.questions.flip.flip import flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import matters
from averment.questions.missing.missing import missing
from averment.questions.whatif import sweep, whatif

BASE = "/v1/packs/pm_tpm"
OPEN = {"case": "open", "facts": {"product": {"technical_complexity": "high"}}}


LOAN_CASE = {
    "case": "ann",
    "facts": {"applicant": {"income": 3000, "debt": "200.50", "housed": True}, "loan": [{"id": "a", "amount": 500}]},
}


def test_answers_are_those_of_the_library(shared: TestClient) -> None:
    pack, base = averment.load(LOAN), "/v1/packs/loan"
    outcome = pack.decide(LOAN_CASE["facts"], name="ann")
    given, path = pack.case(LOAN_CASE["facts"], "ann"), "applicant.income"
    strict = Knowledge(pack, {"least": 3500})
    asked: list[tuple[str, dict[str, Any], Any]] = [
        ("flip", {"most": 3}, flip(outcome, None, 3)),
        ("flip", {"to": "refused"}, flip(outcome, "refused")),
        ("matters", {}, matters(outcome, Knowledge(pack))),
        ("missing", {}, missing(outcome)),
        ("whatif", {"change": {"sets": {path: 100, 'loan["a"].amount': "9.5"}}},
         whatif(Knowledge(pack), given, {path: 100, 'loan["a"].amount': "9.5"})),
        ("whatif", {"sweep": {"name": path, "high": 5000}}, sweep(Knowledge(pack), outcome, path, None, 5000)),
        ("whatif", {"parameters": {"least": 3500}, "change": {"unsets": [path]}}, whatif(strict, given, unsets=[path])),
        ("whatif", {"change": {"parameters": {"least": 3500}}},
         whatif(Knowledge(pack), given, None, (), {"least": 3500})),
    ]  # fmt: skip
    for name, options, expected in asked:
        found = shared.post(f"{base}/{name}", json={**LOAN_CASE, **options})
        assert found.status_code == 200, found.text
        assert found.content == canonical(expected.document()), name
        assert found.headers["averment-pack"].endswith(pack.digest)
        jsonschema.validate(found.json(), averment_schemas.load("questions"))
        text = shared.post(f"{base}/{name}", json={**LOAN_CASE, **options}, headers={"accept": "text/plain"})
        assert text.status_code == 200 and text.text.startswith("ann: ")


@pytest.mark.parametrize(
    ("accept", "query", "media", "begins"),
    [
        ("application/json", "", "application/json", "{"),
        ("text/plain", "", "text/plain; charset=utf-8", ""),
        ("*/*", "?format=html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("text/html;q=0.9, image/svg+xml", "", "image/svg+xml", "<svg"),
        ("*/*", "?format=dot", "text/vnd.graphviz; charset=utf-8", "digraph"),
        ("*/*", "?format=mermaid", "text/vnd.mermaid; charset=utf-8", "flowchart"),
    ],
)
def test_an_explanation_comes_as_it_is_asked_for(
    shared: TestClient, accept: str, query: str, media: str, begins: str
) -> None:
    found = shared.post(f"{BASE}/explain{query}", json=OPEN, headers={"accept": accept})
    assert (found.status_code, found.headers["content-type"]) == (200, media), found.text
    assert found.text.lower().startswith(begins.lower())


def test_why_not_and_why_a_fact(shared: TestClient) -> None:
    denied = shared.post(f"{BASE}/explain", json={**OPEN, "why_not": "product_manager"})
    jsonschema.validate(denied.json(), averment_schemas.load("questions"))
    assert denied.json()["question"] == "why_not"
    fact = shared.post(f"{BASE}/explain", json={**OPEN, "fact": "product"})
    jsonschema.validate(fact.json(), averment_schemas.load("explanation"))


def test_records_may_be_called_anything(shared: TestClient) -> None:
    sent = {"facts": {"loan": [{"id": "Küche 😀", "amount": 5000}]}}
    found = shared.post("/v1/packs/loan/explain", json=sent)
    assert found.status_code == 200 and 'loan["Küche 😀"]' in found.json()["places"]["facts"]
    begun = shared.post("/v1/packs/loan/ask", json=sent)
    assert begun.json()["provenance"]['loan["Küche 😀"].amount'] == "given"


@pytest.mark.parametrize(
    ("name", "sent", "status", "code"),
    [
        ("flip", OPEN, 422, "AV580"),
        ("flip", {**OPEN, "most": 0}, 422, "AV207"),
        ("flip", {"case": "x"}, 422, "AV202"),
        ("flip", {**OPEN, "too": "x"}, 422, "AV201"),
        ("whatif", OPEN, 422, "AV591"),
        ("whatif", {**OPEN, "change": {"sets": {"product.size": 1}}}, 422, "AV585"),
        ("explain", {**OPEN, "fact": "prodct"}, 422, "AV560"),
        ("explain?format=pdf", OPEN, 422, "AV591"),
        ("missing", {**OPEN, "facts": {"product": {"technical_complexity": "hihg"}}}, 422, "AV303"),
        ("missing", {**OPEN, "parameters": {"margin": 1}}, 422, "AV330"),
    ],
)
def test_what_is_wrong_is_told(shared: TestClient, name: str, sent: dict[str, Any], status: int, code: str) -> None:
    found = shared.post(f"{BASE}/{name}", json=sent)
    assert (found.status_code, found.json()["diagnostics"][0]["code"]) == (status, code), found.text
    jsonschema.validate(found.json()["diagnostics"][0], averment_schemas.load("diagnostic"))


def test_no_more_time_is_given_than_the_service_allows(shared: TestClient) -> None:
    found = shared.post("/v1/packs/loan/flip", json={**LOAN_CASE, "seconds": 0})
    assert (found.status_code, found.json()["diagnostics"][0]["code"]) == (422, "AV582")
    other = shared.post(f"{BASE}/missing", json=OPEN, headers={"accept": "image/png"})
    assert other.status_code == 406
