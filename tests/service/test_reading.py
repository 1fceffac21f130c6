"""What is read over HTTP: packs, and decisions on record."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient
from tests.service.conftest import LOAN

import averment
from averment.ir.digest import canonical
from averment_service.routes import decisions, documents, packs

FACTS = {"applicant": {"name": "Ann Smith", "income": 3000, "debt": "200.50", "housed": True}}


@pytest.mark.parametrize(
    "route",
    (*packs.ROUTES, *decisions.ROUTES, *documents.ROUTES),
    ids=lambda each: each.path,
)
def test_every_answer_is_as_the_route_says(shared: TestClient, route: Any) -> None:
    decided = shared.post("/v1/packs/loan/decide", json={"case": "ann", "facts": FACTS}).json()["decision"]
    for pack in ("loan", "pm_tpm"):
        path = route.path.format(pack=pack, id=decided, name="case", code="AV591")
        found = shared.get(path)
        assert found.status_code == 200, found.text
        assert found.headers["content-type"].partition(";")[0] == route.media
        if isinstance(route.answer, dict):
            jsonschema.validate(found.json(), route.answer)


def test_the_schema_of_a_pack_holds_its_examples(shared: TestClient) -> None:
    for pack in ("loan", "pm_tpm"):
        schema = shared.get(f"/v1/packs/{pack}/schema").json()
        examples = shared.get(f"/v1/packs/{pack}/examples").json()["examples"]
        assert examples
        for example in examples:
            jsonschema.validate({"case": example["case"], "facts": example["facts"]}, schema)


def test_rules_are_told_with_their_sources(shared: TestClient) -> None:
    found = shared.get("/v1/packs/pm_tpm/rules").json()
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert len(rules) == len(averment.load("pm_tpm").model.rules)
    api = rules["api-product"]
    assert api["when"][0]["words"].startswith("the set of technologies") and api["backing"][0]["digest"]
    (source,) = found["sources"]
    assert any("api-product" in section["rules"] for section in source["sections"])


def test_decisions_are_listed_opened_and_decided_again(client: TestClient) -> None:
    pack = averment.load("pm_tpm")
    facts: dict[str, Any] = {"product": {"technical_complexity": "high"}}
    sent = [client.post("/v1/packs/pm_tpm/decide", json={"case": name, "facts": facts}).json() for name in "abc"]
    ids = [one["decision"] for one in sent]
    first = client.get("/v1/decisions", params={"limit": 2}).json()
    assert [one["id"] for one in first["decisions"]] == ids[:0:-1]
    rest = client.get("/v1/decisions", params={"limit": 2, "before": first["next"]}).json()
    assert [one["id"] for one in rest["decisions"]] == ids[:1]
    for query, expected in (({"case": "b"}, 1), ({"claim": "nonesuch"}, 0), ({"status": "presumed"}, 3),
                            ({"since": "2020-01-01"}, 3), ({"until": "2020-01-01"}, 0),
                            ({"pack": pack.digest[:20]}, 3), ({"pack": "other"}, 0)):  # fmt: skip
        assert len(client.get("/v1/decisions", params=query).json()["decisions"]) == expected, query
    told = client.get(f"/v1/decisions/{ids[0]}").json()
    assert told["facts"] == facts and told["requester"] == "local"
    assert client.get(f"/v1/decisions/{ids[0]}/verify").json()["state"] == "same"
    again = client.get(f"/v1/decisions/{ids[0]}/explain").json()["again"]
    assert canonical(again["outcome"]) == pack.decide(facts, name="a").canonical
    page = client.get(f"/v1/decisions/{ids[0]}/explain", headers={"accept": "text/html"})
    assert (
        page.text.lower().startswith("<!doctype html>")
        and "default-src 'none'" in page.headers["content-security-policy"]
    )
    log = client.get("/v1/log").json()
    whole = client.get("/v1/log/verify").json()
    assert whole["whole"] and (whole["records"], whole["head"]) == (log["size"], log["head"])


def test_what_is_sensitive_is_masked_and_not_decided_again(shared: TestClient) -> None:
    id = shared.post("/v1/packs/loan/decide", json={"case": "masked", "facts": FACTS}).json()["decision"]
    told = shared.get(f"/v1/decisions/{id}")
    assert "Ann Smith" not in told.text and told.json()["facts"]["applicant"]["income"] == 3000
    assert shared.get(f"/v1/decisions/{id}/verify").json()["state"] == "masked"
    page = shared.get(f"/v1/decisions/{id}/explain?format=html")
    assert (page.status_code, page.json()["diagnostics"][0]["code"]) == (422, "AV559")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/decisions/999999", 404), ("/v1/decisions/1", 404), ("/v1/decisions/x", 404),
        ("/v1/decisions?since=soon", 422), ("/v1/decisions?limit=many", 422), ("/v1/decisions?kind=pack", 422),
        ("/v1/decisions?status=done", 422), ("/v1/schemas/none", 404), ("/v1/packs/none/rules", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(shared: TestClient, path: str, status: int) -> None:
    found = shared.get(path)
    assert found.status_code == status and found.json()["diagnostics"]


def test_the_small_pack_is_as_it_should_be() -> None:
    pack = averment.load(LOAN)
    assert pack.decide({"applicant": {"income": 1000}}).claim == "refused"
