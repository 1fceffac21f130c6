"""Idempotency keys: each stands for one request of one principal, and is answered as it is on record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.service.conftest import LOAN, service

pytest.importorskip("starlette")

from starlette.testclient import TestClient
from tests.service.test_decide import examples

from averment.audit.log import open_log
from averment_service.app import application
from averment_service.principals import Doorkeeper
from averment_service.tokens import add, read_tokens

HIGH: dict[str, Any] = {"product": {"technical_complexity": "high"}}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str], Path]]:
    folder = tmp_path_factory.mktemp("keys")
    tokens = {name: add(folder / "tokens.yaml", name, ["admin"]) for name in ("a", "a/b")}
    state = service(folder, Doorkeeper(read_tokens(folder / "tokens.yaml")), packs=("pm_tpm", str(LOAN)))
    with TestClient(application(state), base_url="http://localhost") as client:
        yield client, tokens, folder


def _sent(
    held: tuple[TestClient, dict[str, str], Path], key: str, body: Any, who: str = "a", pack: str = "pm_tpm"
) -> Any:
    client, tokens, _ = held
    headers = {"authorization": f"Bearer {tokens[who]}", "idempotency-key": key}
    return client.post(f"/v1/packs/{pack}/decide", json=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "pack"),
    [
        ({"facts": HIGH, "parameters": {"decision_margin": 50}}, "pm_tpm"),
        ({"facts": {}}, "pm_tpm"),
        ({"facts": {}}, "loan"),
        ({"cases": [{"case": "case", "facts": HIGH}]}, "pm_tpm"),
    ],
)
def test_another_request_under_the_same_key_is_refused(
    held: tuple[TestClient, dict[str, str], Path], body: Any, pack: str
) -> None:
    assert _sent(held, "one", {"facts": HIGH}).status_code == 200
    found = _sent(held, "one", body, pack=pack)
    assert found.status_code == 409 and found.json()["diagnostics"][0]["code"] == "AV596", found.text


def test_a_key_is_its_principal_s_whatever_the_names(held: tuple[TestClient, dict[str, str], Path]) -> None:
    first, other = _sent(held, "b/x", {"facts": HIGH}), _sent(held, "x", {"facts": HIGH}, "a/b")
    assert first.json()["decision"] != other.json()["decision"]
    assert _sent(held, "x", {"facts": HIGH}, "a/b").json() == other.json()


def test_many_under_one_key_are_answered_as_they_were(held: tuple[TestClient, dict[str, str], Path]) -> None:
    cases = [{"case": "1", "facts": HIGH}, {"case": "2", "facts": {}}]
    first, again = (_sent(held, "many", {"cases": cases}) for _ in range(2))
    assert first.status_code == 200 and first.content == again.content
    with open_log(f"sqlite:{held[2] / 'decisions.db'}") as log:
        size = log.head().size
        other = [cases[0], {"case": "2", "facts": HIGH}, {"case": "3", "facts": HIGH}]
        for body in ({"cases": other}, {"cases": cases[1:]}, {"cases": cases[:1]}, {"cases": []}, {"facts": HIGH}):
            found = _sent(held, "many", body)
            assert found.status_code == 409 and found.json()["diagnostics"][0]["code"] == "AV596", found.text
        assert log.head().size == size  # what was refused is not on record
    assert (
        _sent(held, "many/0", {"case": "1", "facts": HIGH}).json()["decision"] != first.json()["results"][0]["decision"]
    )


def test_many_under_a_key_are_answered_by_the_pack_of_then(tmp_path: Path) -> None:
    pack = tmp_path / "loan"
    shutil.copytree(LOAN, pack)
    state = service(tmp_path, packs=(str(pack),))
    with TestClient(application(state), base_url="http://localhost") as client:
        body, headers = {"cases": [{"case": "1", "facts": {}}]}, {"idempotency-key": "k"}
        first = client.post("/v1/packs/loan/decide", json=body, headers=headers)
        head = pack / "pack.yaml"
        head.write_text(head.read_text().replace("1.0.0", "1.0.1"))
        (new,) = state.refresh()
        again = client.post("/v1/packs/loan/decide", json=body, headers=headers)
        assert first.status_code == 200 and again.content == first.content
        assert (
            client.post("/v1/packs/loan/decide", json=body).json()["results"][0]["answer"]["pack"]["digest"]
            == new.digest
        )


def test_a_key_sent_by_several_at_once_is_one_decision(held: tuple[TestClient, dict[str, str], Path]) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _sent(held, "at once", {"facts": HIGH}), range(8)))
    assert {answer.status_code for answer in found} == {200} and len({answer.content for answer in found}) == 1


@pytest.mark.parametrize(
    ("key", "kind", "status"), [('""', "json", 400), ("k" * 201, "json", 400), ("k", "x-ndjson", 422)]
)
def test_what_cannot_be_a_key_is_told(
    held: tuple[TestClient, dict[str, str], Path], key: str, kind: str, status: int
) -> None:
    client, tokens, _ = held
    headers = {"authorization": f"Bearer {tokens['a']}", "idempotency-key": key, "content-type": f"application/{kind}"}
    assert client.post("/v1/packs/pm_tpm/decide", content=b'{"facts": {}}', headers=headers).status_code == status


def _lines(held: tuple[TestClient, dict[str, str], Path], *lines: Any, query: str = "") -> list[Any]:
    client, tokens, _ = held
    headers = {"authorization": f"Bearer {tokens['a']}", "content-type": "application/x-ndjson"}
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    found = client.post(f"/v1/packs/pm_tpm/decide{query}", content=content, headers=headers)
    return [json.loads(line) for line in found.content.splitlines()]


@pytest.mark.parametrize("query", ["", "?detail=outcome"])
def test_a_line_has_a_key_of_its_own(held: tuple[TestClient, dict[str, str], Path], query: str) -> None:
    lines = [{"key": f"l1{query}", "case": "1", "facts": HIGH}, {"key": f"l2{query}", "case": "2", "facts": {}},
             {"case": "3", "facts": HIGH}]  # fmt: skip
    first, again = _lines(held, *lines, query=query), _lines(held, *reversed(lines), query=query)[::-1]
    assert first[:2] == again[:2] and first[2]["decision"] != again[2]["decision"]
    (other,) = _lines(held, {**lines[0], "facts": {}}, query=query)
    assert other["problem"]["diagnostics"][0]["code"] == "AV596" and other["problem"]["status"] == 409
    alone = _sent(held, f"l1{query}", {"case": "1", "facts": HIGH})  # which is the same request
    assert alone.json()["decision"] == first[0]["decision"]


def test_a_key_that_comes_twice_in_one_stream_is_one_decision(held: tuple[TestClient, dict[str, str], Path]) -> None:
    line = {"key": "twice", "case": "1", "facts": HIGH}
    first, again, other = _lines(held, line, line, {**line, "case": "2"})
    assert first == again and other["problem"]["status"] == 409


@pytest.mark.parametrize("key", ["", "é", 1, None, "k" * 201, ["k"]])
def test_what_cannot_be_the_key_of_a_line_is_told_at_its_place(
    held: tuple[TestClient, dict[str, str], Path], key: Any
) -> None:
    right, wrong = _lines(held, {"facts": HIGH}, {"facts": HIGH, "key": key})
    (diagnostic,) = wrong["problem"]["diagnostics"]
    assert "answer" in right and diagnostic["labels"][0]["line"] == 2
    assert "key" in diagnostic["message"]


def test_a_complete_case_has_no_key_that_is_none(held: tuple[TestClient, dict[str, str], Path]) -> None:
    (wrong,) = _lines(held, {**examples()[0], "key": None})
    assert wrong["problem"]["diagnostics"][0]["labels"][0]["line"] == 1


def test_a_line_under_a_key_is_answered_by_the_pack_of_then(tmp_path: Path) -> None:
    pack = tmp_path / "loan"
    shutil.copytree(LOAN, pack)
    state = service(tmp_path, packs=(str(pack),))
    with TestClient(application(state), base_url="http://localhost") as client:

        def sent() -> bytes:
            lines, headers = b'{"facts": {}, "key": "k"}', {"content-type": "application/x-ndjson"}
            return client.post("/v1/packs/loan/decide", content=lines, headers=headers).content

        first = sent()
        head = pack / "pack.yaml"
        head.write_text(head.read_text().replace("1.0.0", "1.0.1"))
        state.refresh()
        assert sent() == first
