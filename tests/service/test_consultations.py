"""Consultations over HTTP: any process can go on with one, each belongs to who began it, and ends or expires."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service

import averment
import averment_schemas
from averment.ir.digest import canonical
from averment.model.evidence import document_digest
from averment.outcome.outcome import answer_of
from averment_service.app import application
from averment_service.kept import Store
from averment_service.principals import Doorkeeper
from averment_service.routes import consultations
from averment_service.tokens import add, read_tokens

BEGIN = "/v1/packs/loan/ask"


def sent(client: TestClient, method: str, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    found = client.request(method, path, json=body)
    assert found.status_code == status, found.text
    return found.json() if found.content else {}


def say(client: TestClient, state: dict[str, Any], status: int = 200, **reply: Any) -> dict[str, Any]:
    return sent(client, "POST", f"/v1/sessions/{state['session']}/replies", {"said": "answer", **reply}, status)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[TestClient]]:
    """Two processes of one service, as far as consultations know."""
    folder = tmp_path_factory.mktemp("workers")
    states = [service(folder, shared=folder, packs=("pm_tpm", str(LOAN))) for _ in range(2)]
    first, second = (TestClient(application(state), base_url="http://localhost") for state in states)
    with first, second:
        yield [first, second]


def test_whichever_process_answers_it_is_one_consultation(workers: list[TestClient]) -> None:
    one, other = workers
    state = sent(one, "POST", BEGIN, {"case": "ann", "facts": {"applicant": {"debt": "200.50"}}}, 201)
    jsonschema.validate(state["ask"], averment_schemas.load("questions"))
    assert state["question"]["path"] in ("applicant.income", "applicant.housed") and state["why"]
    state = say(other, state, field="applicant.income", value=3000)
    state = say(one, state, said="added", field="loan", value={"id": "a", "amount": 500})
    state = say(other, state, said="added", field="loan", value={"id": "b"})
    assert state["ask"]["replies"][-1] == {"said": "added", "field": 'loan["b"]', "value": {"id": "b"}}
    state = say(one, state, field='loan["b"].amount', value="20.5")
    assert sent(other, "GET", f"/v1/sessions/{state['session']}") == state
    state = say(other, state, said="removed", field='loan["a"]')
    state = say(one, state, field="applicant.housed", value=True)
    assert state["ask"]["finished"] and state["question"] is None
    ended = sent(other, "POST", f"/v1/sessions/{state['session']}/decide?detail=outcome")
    facts = {
        "applicant": {"debt": "200.50", "housed": True, "income": 3000}, "loan": [{"id": "b", "amount": "20.50"}],
    }  # fmt: skip
    assert ended["facts"] == facts
    assert canonical(ended["outcome"]) == averment.load(LOAN).decide(facts, name="ann").canonical
    again = sent(one, "POST", f"/v1/sessions/{state['session']}/decide")
    assert again["decision"] == ended["decision"] and again["answer"] == answer_of(ended["outcome"])
    assert sent(one, "GET", f"/v1/decisions/{ended['decision']}")["status"] == "settled"
    gone = sent(one, "GET", f"/v1/sessions/{state['session']}", status=410)
    assert gone["diagnostics"][0]["code"] == "AV597" and ended["decision"] in gone["detail"]


def test_declined_is_kept_apart_from_not_asked_and_from_unknown(workers: list[TestClient]) -> None:
    one, other = workers
    state = sent(one, "POST", BEGIN, {}, 201)
    state = say(other, state, said="declined", field="applicant.debt")
    state = say(one, state, said="unknown", field="applicant.housed")
    expected = {
        "applicant.debt": "declined",
        "applicant.housed": "unknown",
        "applicant.income": "not asked",
        "applicant.name": "not asked",
        "applicant.remote": "assumed",
    }
    assert state["provenance"] == expected
    assert [reply["said"] for reply in state["ask"]["replies"]] == ["declined", "unknown"]
    assert state["question"]["path"] == "applicant.income", "what was declined is not asked again"
    state = say(other, state, field="applicant.income", value=5000)
    assert state["ask"]["finished"] and state["ask"]["claim"] == "open"
    ended = sent(one, "POST", f"/v1/sessions/{state['session']}/decide")
    assert ended["provenance"] == {**expected, "applicant.income": "answer"}
    assert ended["answer"]["hangs_on"] == ["applicant.debt", "applicant.housed"]


def test_what_was_said_is_taken_back(workers: list[TestClient]) -> None:
    one, other = workers
    first = sent(one, "POST", BEGIN, {"facts": {}}, 201)
    state = say(one, first, field="applicant.income", value=100)
    assert state["ask"]["claim"] == "refused"
    state = say(other, state, field="applicant.income", value=3000)
    state = say(other, state, said="unknown", field="applicant.income")
    assert state["facts"] == {"applicant": {}} and state["provenance"]["applicant.income"] == "unknown"
    path = f"/v1/sessions/{state['session']}/back"
    assert sent(one, "POST", path)["facts"] == {"applicant": {"income": 3000}}
    state = sent(other, "POST", path)
    assert state["facts"] == {"applicant": {"income": 100}} and state["ask"]["claim"] == "refused"
    state = say(one, state, said="withdrawn", field="applicant.income")
    assert (
        not state["facts"].get("applicant")
        and state["ask"]["replies"] == []
        and state["ask"]["next"] == first["ask"]["next"]
    )
    assert sent(other, "POST", path)["ask"]["claim"] == "refused"


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        ({"field": "applicant.income", "value": "much"}, 422, "AV312"),
        ({"field": "applicant.incme", "value": 1}, 422, "AV585"),
        ({"field": "applicant.income"}, 422, "AV591"),
        ({"said": "added", "field": "lone", "value": {"id": "a"}}, 422, "AV301"),
        ({"said": "added", "field": "loan", "value": {"ident": "a"}}, 422, "AV301"),
        ({"said": "added", "field": "loan", "value": {}}, 422, "AV342"),
        ({"said": "added", "field": "loan", "value": "a"}, 422, "AV591"),
        ({"said": "removed", "field": 'loan["z"]'}, 422, "AV585"),
        ({"said": "withdrawn", "field": "applicant.income"}, 422, "AV585"),
        ({"said": "refused"}, 422, "AV204"),
        ({"said": "unknown", "step": 7}, 409, "AV620"),
    ],
)
def test_a_reply_that_cannot_be_changes_nothing(
    workers: list[TestClient], reply: dict[str, Any], status: int, code: str
) -> None:
    state = sent(workers[0], "POST", BEGIN, {}, 201)
    assert say(workers[0], state, status, **reply)["diagnostics"][0]["code"] == code
    for worker in workers:
        assert sent(worker, "GET", f"/v1/sessions/{state['session']}") == state


def test_a_whole_consultation_about_the_shipped_pack(workers: list[TestClient]) -> None:
    state = sent(workers[0], "POST", "/v1/packs/pm_tpm/ask", {"until_presumed": True, "seconds": 1}, 201)
    for number in range(12):
        if state["ask"]["finished"]:
            break
        question = state["question"]
        value = question["of"][-1] if "of" in question else True if question["type"] == "boolean" else 5
        value = [value] if question["type"] == "set" else value
        state = say(workers[number % 2], state, value=value, step=state["step"])
    ended = sent(workers[1], "POST", f"/v1/sessions/{state['session']}/decide")
    assert ended["answer"]["claim"] == state["ask"]["claim"]


def test_a_consultation_belongs_to_who_began_it(tmp_path: Path) -> None:
    tokens = {name: add(tmp_path / "tokens.yaml", name, ["evaluator"]) for name in ("ann", "ben")}
    state = service(tmp_path, Doorkeeper(read_tokens(tmp_path / "tokens.yaml")), packs=(str(LOAN),), sessions=2)
    headers = {name: {"authorization": f"Bearer {token}"} for name, token in tokens.items()}
    with TestClient(application(state)) as client:
        begun = [client.post(BEGIN, json={}, headers=headers["ann"]) for _ in range(3)]
        assert [each.status_code for each in begun] == [201, 201, 429] and int(begun[2].headers["retry-after"]) > 0
        place = begun[0].headers["location"]
        assert client.get(place, headers=headers["ben"]).status_code == 404
        assert client.post(f"{place}/decide", headers=headers["ben"]).status_code == 404
        assert client.post(BEGIN, json={}, headers=headers["ben"]).status_code == 503
        assert client.delete(place, headers=headers["ann"]).status_code == 204
        assert client.get(place, headers=headers["ann"]).json()["diagnostics"][0]["code"] == "AV597"
        assert client.post(BEGIN, json={}, headers=headers["ben"]).status_code == 201


def test_nobody_answers_for_too_long(tmp_path: Path) -> None:
    state = service(tmp_path, packs=(str(LOAN),), expires=60)
    now = [1000.0]
    state.consultations.store = Store(None, 10, 60, lambda: now[0])
    with TestClient(application(state), base_url="http://localhost") as client:
        begun = client.post(BEGIN, json={"facts": {"applicant": {"name": "Ann Smith"}}}).json()
        place = f"/v1/sessions/{begun['session']}"
        now[0] += 59
        assert client.get(place).status_code == 200
        now[0] += 61
        assert client.get(place).status_code == 410
        client.post(BEGIN, json={})
        rows = state.consultations.store._database().execute("SELECT * FROM consultation").fetchall()
        assert len(rows) == 2 and "Ann Smith" not in str(rows), "its facts are not kept"
        now[0] += 61
        client.post(BEGIN, json={})
        assert client.get(place).status_code == 404


def test_whoever_sets_the_time_of_day_ends_no_consultation(
    workers: list[TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = workers
    state = sent(one, "POST", BEGIN, {}, 201)
    for years in (1, -1):
        off = years * 365 * 86_400
        monkeypatch.setattr(time, "time", lambda off=off: off + datetime.now(UTC).timestamp())
        sent(one, "POST", BEGIN, {}, 201)  # which forgets what expired
        sent(other, "GET", f"/v1/sessions/{state['session']}")


def test_a_disk_that_takes_nothing_is_told_and_not_a_mistake_of_ours(tmp_path: Path) -> None:
    (tmp_path / "consultations.db").mkdir()
    app = application(service(tmp_path, shared=tmp_path, packs=(str(LOAN),)))
    with TestClient(app, base_url="http://localhost") as client:
        found = client.post(BEGIN, json={})
        assert found.status_code == 503 and found.headers["retry-after"], found.text
        assert client.get("/v1/sessions/x").status_code == 503


def test_what_is_no_text_is_refused_and_two_at_once_do_not_mix(workers: list[TestClient]) -> None:
    found = workers[0].post(BEGIN, content=b'{"case": "\xff"}', headers={"content-type": "application/json"})
    assert (found.status_code, found.json()["diagnostics"][0]["code"]) == (422, "AV110")
    state = sent(workers[0], "POST", BEGIN, {}, 201)
    path = f"/v1/sessions/{state['session']}/replies"

    def tell(income: int) -> int:
        reply = {"said": "answer", "field": "applicant.income", "value": income}
        return workers[income % 2].post(path, json=reply).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(tell, range(1, 13)))
    after = sent(workers[1], "GET", f"/v1/sessions/{state['session']}")
    assert set(statuses) <= {200, 409} and after["step"] == statuses.count(200) == len(after["ask"]["replies"])


def test_every_standing_is_as_the_route_says(workers: list[TestClient]) -> None:
    document = workers[0].get("/openapi.json").json()
    schema = document["paths"]["/v1/sessions/{session}"]["get"]["responses"]["200"]["content"]["application/json"]
    state = sent(workers[0], "POST", BEGIN, {}, 201)
    whole = {**schema["schema"], "components": document["components"]}
    jsonschema.validate(state, whole)
    jsonschema.validate(say(workers[1], state, said="skipped"), whole)
    assert {route.path for route in consultations.ROUTES} <= set(document["paths"])


# --- evidence ---------------------------------------------------------------------------------------------------------

TEXT = "I earn 3000 euros. My debt is 12.50 euros. Loan b is of 20.5 euros."
DIGEST = document_digest(TEXT)


def quoted(field: str, quote: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "document": DIGEST, "quote": quote, **more}


INCOME = quoted("applicant.income", "3000 euros")
AMOUNT = quoted('loan["b"].amount', "20.5 euros")


def test_replies_carry_evidence_and_the_decision_has_it(workers: list[TestClient]) -> None:
    one, other = workers
    documents = {DIGEST: TEXT}
    begun = {"facts": {"applicant": {"debt": "12.50"}}, "evidence": [quoted("applicant.debt", "12.50 euros")]}
    state = sent(one, "POST", BEGIN, {**begun, "documents": documents}, 201)
    assert [each["field"] for each in state["evidence"]["quotes"]] == ["applicant.debt"]
    state = say(other, state, field="applicant.income", value=3000, evidence=[INCOME], documents=documents)
    added = {"field": "loan", "value": {"id": "b", "amount": "20.50"}, "evidence": [AMOUNT], "documents": documents}
    state = say(one, state, said="added", **added)
    state = say(other, state, field="applicant.housed", value=True)
    assert sent(one, "GET", f"/v1/sessions/{state['session']}") == state
    fields = ["applicant.debt", "applicant.income", 'loan["b"].amount']
    assert [each["field"] for each in state["evidence"]["quotes"]] == fields
    assert state["evidence"]["without"] == ["applicant.housed", 'loan["b"].id']
    ended = sent(other, "POST", f"/v1/sessions/{state['session']}/decide?detail=outcome")
    evidence = [quoted("applicant.debt", "12.50 euros"), INCOME, AMOUNT]
    case = averment.load(LOAN).case(ended["facts"], "case", evidence, documents)
    assert canonical(ended["outcome"]) == averment.load(LOAN).decide(case).canonical
    assert ended["evidence"] == state["evidence"] == ended["outcome"]["evidence"]
    record = sent(one, "GET", f"/v1/decisions/{ended['decision']}")
    assert record["evidence"] == state["evidence"]


def test_a_quote_counts_as_long_as_the_value_that_it_is_for(workers: list[TestClient]) -> None:
    one, _ = workers
    documents = {DIGEST: TEXT}
    told = {"field": "applicant.income", "value": 3000, "evidence": [INCOME], "documents": documents}

    def fields(state: dict[str, Any]) -> list[str]:
        return [each["field"] for each in (state["evidence"] or {"quotes": []})["quotes"]]

    state = say(one, sent(one, "POST", BEGIN, {}, 201), **told)
    assert fields(state) == ["applicant.income"]
    state = say(one, state, field="applicant.income", value=2500)
    assert fields(state) == []
    state = sent(one, "POST", f"/v1/sessions/{state['session']}/back")
    assert fields(state) == ["applicant.income"]
    state = say(one, state, said="withdrawn", field="applicant.income")
    assert fields(state) == []
    loan = {"field": "loan", "value": {"id": "b", "amount": "20.5"}, "documents": documents}
    state = say(one, state, said="added", evidence=[AMOUNT], **loan)
    state = say(one, state, said="removed", field='loan["b"]')
    state = say(one, state, said="added", field="loan", value={"id": "b", "amount": "20.5"})
    assert fields(state) == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ({"evidence": [{**INCOME, "quote": "4000 euros"}]}, "AV613"),
        ({"evidence": [{**INCOME, "quote": "12.50 euros"}]}, "AV614"),
        ({"evidence": [quoted("applicant.debt", "12.50 euros")]}, "AV615"),
        ({"evidence": [{**INCOME, "document": "sha256:" + "0" * 64}]}, "AV611"),
        ({"evidence": [INCOME], "documents": {DIGEST: TEXT + " "}}, "AV612"),
        ({"said": "unknown", "value": None, "evidence": [INCOME]}, "AV615"),
        ({"evidence": [{"field": "applicant.income"}]}, "AV202"),
    ],
)
def test_evidence_that_is_not_there_is_refused_and_nothing_was_said(
    workers: list[TestClient], reply: dict[str, Any], code: str
) -> None:
    one, other = workers
    state = sent(one, "POST", BEGIN, {}, 201)
    told = {"field": "applicant.income", "value": 3000, "documents": {DIGEST: TEXT}, **reply}
    found = say(one, state, 422, **told)
    assert found["diagnostics"][0]["code"] == code, found
    for client in workers:
        assert sent(client, "GET", f"/v1/sessions/{state['session']}") == state
    assert say(other, state, field="applicant.income", value=3000)["step"] == 1


def test_what_takes_a_value_back_carries_no_evidence(workers: list[TestClient]) -> None:
    one, _ = workers
    state = say(one, sent(one, "POST", BEGIN, {}, 201), field="applicant.income", value=3000)
    for said in ("withdrawn", "unknown", "declined", "skipped"):
        told = {"said": said, "field": "applicant.income", "evidence": [INCOME], "documents": {DIGEST: TEXT}}
        assert say(one, state, 422, **told)["diagnostics"][0]["code"] == "AV615"
    assert sent(one, "GET", f"/v1/sessions/{state['session']}") == state


def test_a_pack_that_takes_nothing_without_evidence_is_consulted_with_it(tmp_path: Path) -> None:
    pack = shutil.copytree(LOAN, tmp_path / "loan")
    text = (pack / "pack.yaml").read_text()
    (pack / "pack.yaml").write_text(text.replace("version: 1.0.0", "version: 1.0.0\nevidence: required"))
    with TestClient(application(service(tmp_path, packs=(str(pack),))), base_url="http://localhost") as client:
        state = say(client, sent(client, "POST", BEGIN, {}, 201), field="applicant.income", value=1)
        found = sent(client, "POST", f"/v1/sessions/{state['session']}/decide", status=422)
        assert found["diagnostics"][0]["code"] == "AV616" and "applicant.income" in found["detail"]
        kept = client.post("/v1/documents?name=a", content="I earn 1 euro.", headers={"content-type": "text/plain"})
        quote = {"field": "applicant.income", "document": kept.json()["document"], "quote": "1 euro"}
        state = say(client, state, field="applicant.income", value=1, evidence=[quote])
        ended = sent(client, "POST", f"/v1/sessions/{state['session']}/decide")
        assert ended["answer"]["claim"] == "refused" and ended["evidence"]["without"] == []


def test_of_a_record_somebody_may_decline_a_field(workers: list[TestClient]) -> None:
    one, _ = workers
    state = say(one, sent(one, "POST", BEGIN, {}, 201), said="added", field="loan", value={"id": "b"})
    state = say(one, state, said="declined", field='loan["b"].amount')
    assert state["provenance"]['loan["b"].amount'] == "declined"
