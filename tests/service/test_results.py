"""Results at the service: decided, asked of, shown on the page, told to agents; of packs with and without a claim."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.pages import Elements, send

import averment
from averment_service.app import application

FACTS: dict[str, Any] = {
    "trip": {
        "cardinality": "one",
        "fields": {"days": {"type": "integer", "min": 1, "max": 60}, "abroad": {"type": "boolean"}},
    },
    "verdict": {"derived": True, "fields": {"says": {"type": "choice", "of": ["allowed", "refused"]}}},
    "paid": {"derived": True, "fields": {"eur": {"type": "integer", "unit": "EUR"}}},
    "approval": {"derived": True, "fields": {"by": {"type": "level", "of": ["head", "board"]}}},
}
RULES = """
- {rule: short, says: It is short., when: [{trip: {days: "<= 30"}}], then: [{verdict: {says: allowed}}]}
- {rule: long, says: It is long., when: [{trip: {days: "> 30"}}], then: [{verdict: {says: refused}}]}
- {rule: paid, says: A day is paid with 20., when: [{trip: {days: $d}}], then: [{paid: {eur: $d * 20}}]}
- {rule: head, says: The head approves., when: [{trip: {abroad: false}}], then: [{approval: {by: head}}]}
- {rule: board, says: The board approves., when: [{trip: {abroad: true}}], then: [{approval: {by: board}}]}
"""
RESULTS = {"amount": {"fact": "paid", "field": "eur"}, "approval": {"fact": "approval", "field": "by"}}


def written(folder: Path, name: str, claim: bool) -> Path:
    pack = {"pack": name, "version": "1.0.0", "title": "What is paid?", "results": RESULTS}
    manifest = pack | ({"claim": {"fact": "verdict", "field": "says"}} if claim else {})
    rules = [{"backing": "judgement", **rule} for rule in yaml.safe_load(RULES)]
    (folder / name / "rules").mkdir(parents=True)
    for path, content in (
        ("pack.yaml", manifest),
        ("facts.yaml", {"facts": FACTS}),
        ("rules/all.yaml", {"author": "Tests", "rules": rules}),
    ):
        (folder / name / path).write_text(yaml.safe_dump(content, sort_keys=False))
    return folder / name


@pytest.fixture(params=[True, False], ids=["with a claim", "results only"])
def asked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[TestClient, bool]]:
    pack = written(tmp_path, "trips", request.param)
    (tmp_path / "state").mkdir()
    state = service(tmp_path / "state", packs=(str(pack),))
    with TestClient(application(state), base_url="http://localhost") as client:
        yield client, request.param


def test_decide_and_questions_tell_of_results(asked: tuple[TestClient, bool], tmp_path: Path) -> None:
    client, claim = asked
    whole = {"case": "a", "facts": {"trip": {"days": 3, "abroad": True}}}
    decided = client.post("/v1/packs/trips/decide", json=whole)
    assert decided.status_code == 200
    outcome = averment.load(tmp_path / "trips").decide(whole["facts"])
    assert decided.json()["answer"]["results"] == json.loads(outcome.canonical)["results"]
    assert decided.json()["answer"]["claim"] == ("allowed" if claim else None)
    flipped = client.post("/v1/packs/trips/flip", json={**whole, "of": "approval"}).json()
    assert flipped["flips"][0]["claim"] == "head"
    missing = client.post("/v1/packs/trips/missing", json={"facts": {}, "of": "amount >= 100"}).json()
    assert {each["claim"] for each in missing["possible"]} == {"yes", "no"}
    if not claim:
        refused = client.post("/v1/packs/trips/flip", json=whole)
        assert refused.status_code == 422 and "AV631" in refused.text
    change = {"change": {"sets": {"trip.days": 4}}}
    changed = client.post("/v1/packs/trips/whatif", json={**whole, **change}).json()
    assert [changed["results"]["amount"][side]["value"] for side in ("before", "after")] == [60, 80]
    explained = client.post("/v1/packs/trips/explain?format=text", json=whole)
    assert "amount: 60 EUR" in explained.text
    for format in ("json", "html", "svg"):
        assert client.post(f"/v1/packs/trips/explain?format={format}", json=whole).status_code == 200


def test_the_page_shows_results(asked: tuple[TestClient, bool]) -> None:
    client, _ = asked
    page = client.get("/decide", params={"pack": "trips"})
    assert page.status_code == 200
    found = send(client, "/decide/claim", {"pack": "trips", "trip.days": "3", "trip.abroad": "true"})
    text = Elements(found.text).text
    assert "mount" in text and "60 EUR" in text and "Approval board" in text
    assert send(client, "/decide/outlook", {"pack": "trips", "trip.days": "3"}).status_code == 200
    assert send(client, "/decide/warrant", {"pack": "trips", "trip.days": "3"}).status_code == 200
