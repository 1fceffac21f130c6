"""Documents that are sent to be quoted: bounded, one's own, and the evidence for them by every door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx")

from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.test_evidence import DIGEST, FACTS, SIZE, TEXT, packed

import averment
from averment.client import Client, NotServed
from averment_service import documents
from averment_service.agents.desk import Desk
from averment_service.agents.tools import call
from averment_service.app import application
from averment_service.documents import Folder, Sent
from averment_service.principals import ROLES, Doorkeeper, Principal
from averment_service.service import Service
from averment_service.tokens import add, read_tokens

HTTP = dict[str, str]


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, HTTP], Service]]:
    """A service with tokens for two who decide, and one who only reads."""
    file = tmp_path / "tokens.yaml"
    tokens = {name: add(file, name, [role]) for name, role in
              (("ann", "evaluator"), ("bob", "agent"), ("eve", "auditor"))}  # fmt: skip
    (tmp_path / "shared").mkdir()
    told = {"documents": str(tmp_path / "shared"), "data": str(tmp_path / "data"), "upload": 1000}
    state = service(tmp_path, Doorkeeper(read_tokens(file)), packs=(str(packed(tmp_path)),), **told)
    with TestClient(application(state), base_url="http://localhost") as client:
        yield client, {name: {"authorization": f"Bearer {token}"} for name, token in tokens.items()}, state


def keep(client: TestClient, who: HTTP, text: str | bytes, name: str = "") -> Any:
    return client.post("/v1/documents", params={"name": name}, content=text,
                       headers={**who, "content-type": "text/plain; charset=utf-8"})  # fmt: skip


def test_a_document_is_sent_once_and_quoted_by_its_digest(held: tuple[TestClient, dict[str, HTTP], Service]) -> None:
    client, who, _ = held
    decide = {"facts": FACTS, "evidence": [SIZE]}
    sent = client.post("/v1/packs/demo/decide", json=decide, headers=who["ann"])
    assert sent.json()["diagnostics"][0]["code"] == "AV611"
    told = keep(client, who["ann"], TEXT, "interview.txt")
    assert told.status_code == 201
    assert told.json() == {"document": DIGEST, "name": "interview.txt", "characters": len(TEXT), "shared": False}
    assert keep(client, who["ann"], TEXT).json()["document"] == DIGEST  # once more is no other
    for body, kind in ((json.dumps(decide), "json"), (json.dumps(decide), "x-ndjson")):
        headers = {**who["ann"], "content-type": f"application/{kind}"}
        found = client.post("/v1/packs/demo/decide", content=body, headers=headers)
        assert found.json()["answer"]["evidence"]["quotes"][0]["document"] == DIGEST
    many = client.post("/v1/packs/demo/decide", json={"cases": [decide, decide]}, headers=who["ann"]).json()["results"]
    assert [each["answer"]["evidence"]["quotes"][0]["compared"] for each in many] == ["agrees"] * 2
    text = client.get(f"/v1/documents/{DIGEST}", headers=who["ann"])
    assert text.text == TEXT and text.headers["content-type"].startswith("text/plain")
    assert client.delete(f"/v1/documents/{DIGEST}", headers=who["ann"]).status_code == 204
    assert client.get(f"/v1/documents/{DIGEST}", headers=who["ann"]).status_code == 404
    again = client.post("/v1/packs/demo/decide", json=decide, headers=who["ann"])
    assert again.json()["diagnostics"][0]["code"] == "AV611"


def test_what_a_process_left_halfway_goes_with_the_next_document(tmp_path: Path) -> None:
    sent = Sent(tmp_path / "ann", 1000)
    sent.keep(b"one", "one")
    left = tmp_path / "ann" / f".{'0' * 64}.document"
    left.write_bytes(b"half of")
    sent.keep(b"two", "two")
    assert not left.exists() and [each.name for each in sent] == ["one", "two"]


def test_a_document_is_its_sender_s_and_nobody_else_s(held: tuple[TestClient, dict[str, HTTP], Service]) -> None:
    client, who, state = held
    keep(client, who["ann"], TEXT)
    decide = {"facts": FACTS, "evidence": [SIZE]}
    assert client.get("/v1/documents", headers=who["bob"]).json()["documents"] == []
    for method in ("GET", "DELETE"):
        assert client.request(method, f"/v1/documents/{DIGEST}", headers=who["bob"]).status_code == 404
        assert client.request(method, f"/v1/documents/{DIGEST}", headers=who["eve"]).status_code == 403
        assert client.request(method, f"/v1/documents/{DIGEST}").status_code == 401
        for name in ("sha256:..", "%2e%2e%2f%2e%2e%2fpasswd", DIGEST.upper()):
            assert client.request(method, f"/v1/documents/{name}", headers=who["ann"]).status_code in (404, 405)
    refused = client.post("/v1/packs/demo/decide", json=decide, headers=who["bob"])
    assert refused.json()["diagnostics"][0]["code"] == "AV611"

    def tool(name: str) -> Any:
        desk = Desk(state, state.shop.find("demo"), Principal(name, ROLES["agent"]))
        return asyncio.run(call(desk, "decide", {"facts": FACTS, "evidence": [SIZE]}))

    assert tool("ann")["answer"]["evidence"]["quotes"]
    with pytest.raises(averment.Refused, match="AV611"):
        tool("bob")


def test_those_of_the_folder_are_everybody_s(held: tuple[TestClient, dict[str, HTTP], Service], tmp_path: Path) -> None:
    client, who, _ = held
    (tmp_path / "shared" / "handbook.txt").write_text(TEXT)
    (told,) = client.get("/v1/documents", headers=who["bob"]).json()["documents"]
    assert (told["name"], told["characters"], told["shared"]) == ("handbook.txt", len(TEXT), True)
    assert client.get(f"/v1/documents/{DIGEST}", headers=who["bob"]).text == TEXT
    assert client.delete(f"/v1/documents/{DIGEST}", headers=who["bob"]).status_code == 404
    assert (tmp_path / "shared" / "handbook.txt").exists()


def test_a_document_of_the_folder_is_found_where_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(str(tmp_path))
    (tmp_path / "first.txt").write_text(TEXT)
    assert folder(DIGEST) == TEXT
    (tmp_path / "first.txt").rename(tmp_path / "second.txt")
    assert folder(DIGEST) == TEXT

    def going(file: Path) -> bool:
        if file.name == "gone.txt":
            file.unlink()
        return True

    (tmp_path / "gone.txt").write_text("x")
    monkeypatch.setattr(Path, "is_file", going)
    assert [each.name for each in folder] == ["second.txt"]


def test_what_may_be_kept_is_bounded(
    held: tuple[TestClient, dict[str, HTTP], Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, who, _ = held
    assert keep(client, who["ann"], "a" * 500).status_code == 201
    many = keep(client, who["ann"], "b" * 500)
    assert many.status_code == 429 and many.headers["retry-after"]
    assert keep(client, who["bob"], "b" * 500).status_code == 201  # everybody has a measure of their own
    monkeypatch.setattr(documents, "MOST", 1)
    assert keep(client, who["ann"], "c").status_code == 429
    assert keep(client, who["ann"], "a" * 500).status_code == 201  # which is there already
    assert len(client.get("/v1/documents", headers=who["ann"]).json()["documents"]) == 1


@pytest.mark.parametrize(
    ("content", "name", "kind", "status"),
    [
        (b"\xff\xfe", "", "text/plain", 422),
        (b"", "", "text/plain", 422),
        (b"text", "a\nb", "text/plain", 422),
        (b"text", "n" * 201, "text/plain", 422),
        (b"text", "", "application/pdf", 415),
        (b"t" * (5 << 20), "", "text/plain", 413),
    ],
)
def test_what_is_no_document_is_refused(
    held: tuple[TestClient, dict[str, HTTP], Service], content: bytes, name: str, kind: str, status: int
) -> None:
    client, who, _ = held
    headers = {**who["ann"], "content-type": kind}
    assert client.post("/v1/documents", params={"name": name}, content=content, headers=headers).status_code == status
    assert client.get("/v1/documents", headers=who["ann"]).json()["documents"] == []


def test_the_client_of_a_program_sends_evidence_and_documents(tmp_path: Path) -> None:
    state = service(tmp_path, packs=(str(packed(tmp_path)),), data=str(tmp_path))
    library = averment.load(tmp_path / "pack")
    expected = library.decide(FACTS, evidence=[SIZE], documents={DIGEST: TEXT})
    with TestClient(application(state), base_url="http://localhost") as http:
        client = Client("http://localhost", http=http)
        pack = client.pack("demo")
        found = pack.decide(FACTS, evidence=[SIZE], documents={DIGEST: TEXT}, whole=True)
        assert found.canonical == expected.canonical
        with pytest.raises(averment.Refused, match="AV611"):
            pack.decide(FACTS, evidence=[SIZE])
        (lines,) = pack.decide_all([("case", FACTS, [SIZE])], documents={DIGEST: TEXT, "sha256:unused": ""}, whole=True)
        assert lines.outcome and lines.outcome.canonical == expected.canonical
        assert client.keep_document(TEXT, "interview") == DIGEST and client.document(DIGEST) == TEXT
        assert [each["name"] for each in client.documents()] == ["interview"]
        assert pack.decide(FACTS, evidence=[SIZE], whole=True).canonical == expected.canonical
        client.delete_document(DIGEST)
        with pytest.raises(NotServed):
            client.document(DIGEST)
