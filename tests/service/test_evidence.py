"""Evidence over HTTP and on record: checked, marked, masked, required, and decided again to the same bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.service.conftest import service

import averment
from averment.audit.log import open_log
from averment.audit.replay import State, replay
from averment.model.evidence import document_digest
from averment.recording import Redecider
from averment_service.app import application

SAMPLE = Path("tests/unit/sample")
TEXT = "We are a team of 25 engineers. It sells at 12.5 euros."
DIGEST = document_digest(TEXT)
FACTS = {"engineering": {"team_size": 25}, "product": {"price": "12.50"}}
SIZE = {"field": "engineering.team_size", "document": DIGEST, "quote": "team of 25"}
PRICE = {"field": "product.price", "document": DIGEST, "quote": "12.5 euros", "offset": TEXT.index("12.5")}


def packed(folder: Path, edit: dict[str, tuple[str, str]] | None = None) -> Path:
    """The sample pack, with a file edited."""
    found = folder / "pack"
    shutil.copytree(SAMPLE, found)
    for name, (old, new) in (edit or {}).items():
        text = (found / name).read_text()
        assert old in text
        (found / name).write_text(text.replace(old, new, 1))
    return found


def client_of(folder: Path, edit: dict[str, tuple[str, str]] | None = None, **told: Any) -> TestClient:
    packs = (str(packed(folder, edit)),)
    return TestClient(application(service(folder, packs=packs, **told)), base_url="http://localhost")


def states(folder: Path) -> list[State]:
    with open_log(f"sqlite:{folder / 'decisions.db'}") as log:
        return [one.state for one in replay(log, Redecider())]


def bodies(folder: Path) -> list[dict[str, Any]]:
    with open_log(f"sqlite:{folder / 'decisions.db'}") as log:
        return [record.body for record in log.records() if record.kind == "decision"]


def test_one_many_and_lines_carry_evidence_and_replay(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        one = {"facts": FACTS, "evidence": [SIZE], "documents": {DIGEST: TEXT}, "detail": "outcome"}
        outcome = client.post("/v1/packs/demo/decide", json=one).json()["outcome"]
        assert outcome["evidence"]["without"] == ["product.price"]
        many = {"cases": [{"facts": FACTS, "evidence": [SIZE, PRICE]}, {"facts": FACTS}], "documents": {DIGEST: TEXT}}
        first, second = client.post("/v1/packs/demo/decide", json=many).json()["results"]
        assert first["answer"]["evidence"]["without"] == [] and "evidence" not in second["answer"]
        line = {"case": "a", "facts": FACTS, "evidence": [PRICE], "documents": {DIGEST: TEXT}}
        lines = client.post(
            "/v1/packs/demo/decide", content=json.dumps(line), headers={"content-type": "application/x-ndjson"}
        )
        assert json.loads(lines.text)["answer"]["evidence"]["quotes"][0]["compared"] == "agrees"
    assert states(tmp_path) == [State.SAME] * 4
    assert [("evidence" in body) for body in bodies(tmp_path)] == [True, True, False, True]


@pytest.mark.parametrize(
    ("quote", "code"),
    [
        ({**SIZE, "quote": "team of 26"}, "AV613"),
        ({**SIZE, "offset": 0}, "AV613"),
        ({**SIZE, "quote": "12.5 euros"}, "AV614"),
        ({**SIZE, "field": "engineering.size"}, "AV615"),
        ({**SIZE, "document": "sha256:" + "0" * 64}, "AV611"),
    ],
)
def test_false_evidence_is_refused_with_its_place_and_nothing_is_recorded(
    tmp_path: Path, quote: dict[str, Any], code: str
) -> None:
    with client_of(tmp_path) as client:
        found = client.post(
            "/v1/packs/demo/decide", json={"facts": FACTS, "evidence": [quote], "documents": {DIGEST: TEXT}}
        )
        (diagnostic,) = found.json()["diagnostics"]
        assert (found.status_code, diagnostic["code"], diagnostic["labels"][0]["file"]) == (422, code, "request")
    assert bodies(tmp_path) == []


def test_documents_that_are_kept_need_not_be_sent(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with client_of(tmp_path, documents=str(tmp_path / "kept")) as client:
        told = {"facts": FACTS, "evidence": [SIZE]}
        assert client.post("/v1/packs/demo/decide", json=told).json()["diagnostics"][0]["code"] == "AV611"
        (tmp_path / "kept" / "interview.txt").write_text(TEXT)
        (tmp_path / "kept" / "photo.jpg").write_bytes(b"\xff\xd8")
        assert client.post("/v1/packs/demo/decide", json=told).status_code == 200
        (tmp_path / "kept" / "interview.txt").write_text(TEXT.replace("25", "26"))
        assert client.post("/v1/packs/demo/decide", json=told).json()["diagnostics"][0]["code"] == "AV611"


def test_a_key_stands_for_its_evidence_too(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        told: dict[str, Any] = {"facts": FACTS, "evidence": [SIZE], "documents": {DIGEST: TEXT}}
        key = {"idempotency-key": "one"}
        first, again = (client.post("/v1/packs/demo/decide", json=told, headers=key) for _ in range(2))
        assert first.content == again.content
        other = client.post("/v1/packs/demo/decide", json={**told, "evidence": [SIZE, PRICE]}, headers=key)
        assert other.status_code == 409


def test_a_pack_may_refuse_what_is_given_without(tmp_path: Path) -> None:
    with client_of(tmp_path, {"pack.yaml": ("version: 1.0.0", "version: 1.0.0\nevidence: required")}) as client:
        for told in ({"facts": FACTS}, {"facts": FACTS, "evidence": [SIZE], "documents": {DIGEST: TEXT}}):
            found = client.post("/v1/packs/demo/decide", json=told)
            assert {each["code"] for each in found.json()["diagnostics"]} == {"AV616"}
        told = {"facts": FACTS, "evidence": [SIZE, PRICE], "documents": {DIGEST: TEXT}}
        assert client.post("/v1/packs/demo/decide", json=told).status_code == 200
        assert client.post("/v1/packs/demo/decide", json={"facts": {}}).status_code == 200  # nothing is given
    pack = averment.load(tmp_path / "pack")
    for _ in range(3):  # the quick way would be taken from the second call on
        with pytest.raises(averment.Refused, match="AV616"):
            pack.decide(FACTS)
    with pytest.raises(averment.Refused, match="AV616"):
        pack.decide_table({"case": ["a"]})
    assert pack.digest != averment.load(SAMPLE).digest
    assert states(tmp_path) == [State.SAME] * 2


def test_a_consultation_cannot_put_on_record_what_a_request_may_not(tmp_path: Path) -> None:
    with client_of(tmp_path, {"pack.yaml": ("version: 1.0.0", "version: 1.0.0\nevidence: required")}) as client:
        begun = client.post("/v1/packs/demo/ask", json={"facts": FACTS})
        assert begun.status_code == 201  # what is only asked needs none
        ended = client.post(f"/v1/sessions/{begun.json()['session']}/decide")
        assert ended.status_code == 422
        assert {each["code"] for each in ended.json()["diagnostics"]} == {"AV616"}
    assert bodies(tmp_path) == []


def test_one_field_may_require_it_or_be_exempt(tmp_path: Path) -> None:
    edit = {"facts.yaml": ("team_size: {", "team_size: {evidence: required, ")}
    pack = averment.load(packed(tmp_path, edit))
    assert pack.decide({"product": {"price": "12.50"}}).claim
    with pytest.raises(averment.Refused, match=r"AV616.*engineering\.team_size"):
        pack.decide(FACTS)
    assert pack.decide(FACTS, evidence=[SIZE], documents={DIGEST: TEXT}).answer["evidence"]["without"]


def test_of_a_sensitive_field_no_word_is_kept(tmp_path: Path) -> None:
    edit = {"facts.yaml": ("team_size: {", "team_size: {sensitive: drop, ")}
    with client_of(tmp_path, edit) as client:
        told = {"facts": FACTS, "evidence": [SIZE, PRICE], "documents": {DIGEST: TEXT}}
        assert client.post("/v1/packs/demo/decide", json=told).status_code == 200
        wrong = client.post(
            "/v1/packs/demo/decide", json={**told, "facts": {**FACTS, "engineering": {"team_size": 31}}}
        )
        assert "31" not in wrong.text and "AV614" in wrong.text
    (body,) = bodies(tmp_path)
    size, price = body["evidence"]["quotes"]
    assert price["quote"] == "12.5 euros" and size["quote"] == {"masked": "drop"}
    assert "team of 25" not in json.dumps(body) and states(tmp_path) == [State.MASKED]
