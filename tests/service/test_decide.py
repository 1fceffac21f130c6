"""Deciding over HTTP: the quick way and the whole one answer alike, and what was answered is on record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from tests.service.conftest import service

import averment
from averment.audit.log import open_log
from averment.audit.replay import State, replay
from averment.ir.digest import canonical
from averment.model.case import Case
from averment.outcome.outcome import answer_of
from averment.recording import Redecider
from averment_service import hot, streaming
from averment_service.answering import wholly
from averment_service.app import application

CASES = Path("knowledge/averment_knowledge/pm_tpm/cases")
URL = "/v1/packs/pm_tpm/decide"


def examples() -> list[dict[str, Any]]:
    """The example cases as requests."""
    found = [case for file in sorted(CASES.glob("*.yaml")) for case in yaml.safe_load_all(file.read_text())]
    return [{"case": case["case"], "facts": json.loads(json.dumps(case["facts"], default=str))} for case in found]


def test_an_answer_is_that_of_the_library_and_replays(client: TestClient, tmp_path: Path) -> None:
    pack = averment.load("pm_tpm")
    ways: set[str] = set()
    for case in examples():
        expected = pack.decide(case["facts"], engine="reference", name=case["case"])
        found = client.post(URL, json=case)
        assert found.status_code == 200, found.text
        assert canonical(found.json()["answer"]) == canonical(answer_of(expected.document))
        ways.add(found.json()["engine"]["name"])
        whole = client.post(URL, json={**case, "detail": "outcome"})
        assert canonical(whole.json()["outcome"]) == expected.canonical
    assert ways == {"scalar", "durable"}
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        states = [one.state for one in replay(log, Redecider())]
    assert states == [State.SAME] * 2 * len(examples())


def test_many_are_answered_in_order_and_what_is_wrong_does_not_hide_the_rest(client: TestClient) -> None:
    good, bad = examples()[0], {"case": "wrong", "facts": {"product": {"technical_complexity": "hihg"}}}
    lines = b"\n".join(json.dumps(case).encode() for case in (good, bad, good))
    found = client.post(URL, content=lines, headers={"content-type": "application/x-ndjson"})
    first, second, third = map(json.loads, found.text.splitlines())
    assert first["answer"] == third["answer"] and first["decision"] != third["decision"]
    (diagnostic,) = second["problem"]["diagnostics"]
    assert diagnostic["code"] == "AV303" and diagnostic["labels"][0]["line"] == 2


def test_a_key_makes_a_request_exact_once(client: TestClient) -> None:
    case, other = examples()[:2]
    headers = {"idempotency-key": "order-7"}
    first, again = (client.post(URL, json=case, headers=headers).json() for _ in range(2))
    assert first["decision"] == again["decision"] and first["answer"] == again["answer"]
    named, strict = {**case, "case": "another name"}, {**case, "parameters": {"decision_margin": 3}}
    for sent in (other, named, strict, {"cases": []}, {"cases": [case]}):
        refused = client.post(URL, json=sent, headers=headers)
        assert refused.status_code == 409 and refused.json()["diagnostics"][0]["code"] == "AV596"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b'{"facts": {"product": {"technical_complexity": "high", "technical_complexity": "low"}}}', 422, "AV101"),
        (b'{"facts": {}, "fact": {}}', 422, "AV201"),
        (b"[]", 422, "AV203"),
        (b"{}", 422, "AV591"),
        (b"{", 422, "AV113"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(client: TestClient, sent: bytes, status: int, code: str) -> None:
    found = client.post(URL, content=sent, headers={"content-type": "application/json"})
    assert found.headers["content-type"] == "application/problem+json"
    assert (found.status_code, found.json()["diagnostics"][0]["code"]) == (status, code), found.text


@pytest.mark.parametrize(
    ("named", "status"), [("pm_tpm@2.0.0", 200), ("pm_tpm@1.0.0", 404), ("pm_tpn", 404), ("pm_tpm@sha256:00", 404)]
)
def test_a_version_is_pinned(client: TestClient, named: str, status: int) -> None:
    assert client.post(f"/v1/packs/{named}/decide", json=examples()[0]).status_code == status


def test_a_stream_that_cannot_go_on_ends_in_a_problem(tmp_path: Path) -> None:
    lines = json.dumps(examples()[0]).encode() + b"\n" + b"x" * 10_000
    with TestClient(application(service(tmp_path, body=9_000)), base_url="http://localhost") as client:
        found = client.post(URL, content=lines, headers={"content-type": "application/x-ndjson"})
    first, last = map(json.loads, found.text.splitlines())
    assert found.status_code == 200 and last["problem"]["status"] == 413
    assert "answer" in first  # though it came in one piece with what is too long


def test_a_mistake_of_ours_in_one_case_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = {**examples()[0], "case": "one"}, {"case": "other", "facts": {}}

    def wrong(case: Case, *told: Any) -> Any:
        if case.name == "other":
            raise RuntimeError("a mistake")
        return wholly(case, *told)

    with TestClient(application(service(tmp_path)), base_url="http://localhost") as client:
        for module in (streaming, hot):
            monkeypatch.setattr(module, "wholly", wrong)
        lines = "".join(json.dumps(case) + "\n" for case in (one, other, one))
        told = client.post(URL, content=lines, headers={"content-type": "application/x-ndjson"})
        found = [json.loads(line) for line in told.text.splitlines()]
        many = client.post(URL, json={"cases": [one, other, one]}).json()["results"]
    for answers in (found, many):
        assert ["answer" in answer for answer in answers] == [True, False, True]
        assert answers[1]["problem"]["status"] == 500 and answers[1]["problem"]["diagnostics"][0]["code"] == "AV599"


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_no_line_of_a_stream_is_longer_than_a_body_may_be(tmp_path: Path, end: bytes) -> None:
    short, long = json.dumps(examples()[0]).encode(), json.dumps(examples()[0]).encode() + b" " * 10_000
    with TestClient(application(service(tmp_path, body=9_000)), base_url="http://localhost") as client:
        found = client.post(
            URL, content=short + b"\n" + long + b"\n" + short + end, headers={"content-type": "application/x-ndjson"}
        )
    first, last = map(json.loads, found.text.splitlines())
    assert "answer" in first and last["problem"]["status"] == 413


@pytest.mark.parametrize(
    ("told", "sent", "kind", "status", "code"),
    [
        ({"body": 100}, b" " * 101, "application/json", 413, "AV594"),
        ({"cases": 2}, json.dumps({"cases": [{"facts": {}}] * 3}).encode(), "application/json", 422, "AV594"),
        ({}, b"facts=1", "application/x-www-form-urlencoded", 415, "AV591"),
        ({}, b"[" * 100_000, "application/json", 422, "AV105"),
        ({"pending": 0}, b"{}", "application/json", 503, "AV595"),
        ({"firings": 1}, json.dumps(examples()[0]).encode(), "application/json", 422, "AV503"),
    ],
)
def test_what_is_too_much_is_refused(
    tmp_path: Path, told: dict[str, Any], sent: bytes, kind: str, status: int, code: str
) -> None:
    with TestClient(application(service(tmp_path, **told)), base_url="http://localhost") as client:
        found = client.post(URL, content=sent, headers={"content-type": kind})
    assert (found.status_code, found.json()["diagnostics"][0]["code"]) == (status, code), found.text
    assert ("retry-after" in found.headers) == (status == 503)


def test_a_new_version_is_taken_up_whole_and_the_old_one_stays_pinned(tmp_path: Path) -> None:
    folder = tmp_path / "pm_tpm"
    shutil.copytree(CASES.parent, folder)
    case = examples()[0]
    with TestClient(application(service(tmp_path, packs=(str(folder),))), base_url="http://localhost") as client:
        before = client.post(URL, json=case).json()["answer"]["pack"]
        manifest = folder / "pack.yaml"
        manifest.write_text(manifest.read_text().replace("version: 2.0.0", "version: 2.0.1"))
        (new,) = client.post("/v1/refresh").json()["new"]
        assert client.post(URL, json=case).json()["answer"]["pack"]["digest"] == new["digest"] != before["digest"]
        old = f"/v1/packs/pm_tpm@{before['digest']}/decide"
        assert client.post(old, json=case).json()["answer"]["pack"] == before
        manifest.write_text("pack: [")
        assert client.post("/v1/refresh").status_code == 422
        assert client.post(URL, json=case).json()["answer"]["pack"]["digest"] == new["digest"]
    with TestClient(application(service(tmp_path)), base_url="http://localhost") as client:  # from the log alone
        assert client.post(f"/v1/packs/pm_tpm@{new['digest']}/decide", json=case).json()["answer"]["pack"] == {
            name: new[name] for name in ("name", "version", "digest")
        }
