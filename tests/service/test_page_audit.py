"""The page *Audit*: decisions are found, opened, decided again, compared, and held against another version."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service
from tests.service.pages import Elements, send

from averment.audit.log import DecisionLog
from averment.audit.replay import Replayed, State
from averment_service import on_record
from averment_service.app import application
from averment_service.journal import Off
from averment_service.principals import Doorkeeper
from averment_service.service import Service
from averment_service.settings import Settings


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """A service of two versions of a pack, with decisions of the first on record; their numbers by case."""
    folder = tmp_path_factory.mktemp("audit")
    newer = folder / "newer"
    shutil.copytree(LOAN, newer)
    manifest = (newer / "pack.yaml").read_text("utf-8")
    (newer / "pack.yaml").write_text(manifest.replace("1.0.0", "1.1.0").replace("value: 2000", "value: 4000"), "utf-8")
    state = service(folder, packs=(str(LOAN), str(newer)))
    with TestClient(application(state), base_url="http://localhost") as client:
        found: dict[str, str] = {}
        facts: list[tuple[str, dict[str, Any]]] = [
            ("poor", {"income": 1000, "debt": "0", "housed": True}),
            ("middling", {"income": 3000, "debt": "0", "housed": True}),
            ("rich", {"income": 9000, "debt": "0", "housed": True}),
            ("unsaid", {"housed": True}),
            ("named", {"name": "Ann Smithson", "income": 3000, "debt": "0", "housed": True}),
        ]
        for case, applicant in facts:
            answer = client.post("/v1/packs/loan@1.0.0/decide", json={"case": case, "facts": {"applicant": applicant}})
            found[case] = answer.json()["decision"]
        yield client, found


def text(client: TestClient, path: str, status: int = 200, **query: Any) -> str:
    found = client.get(path, params=query, headers={"accept": "text/html"})
    assert found.status_code == status, found.text
    return Elements(found.text).text


def test_why_one_cannot_be_decided_again_says_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(log: DecisionLog, _: object, ids: tuple[str, ...]) -> Iterator[Replayed]:
        record = log.get(ids[0])
        assert record is not None
        yield Replayed(record, State.REFUSED, reason=f"`{tmp_path}/decisions.db` is gone")

    state = service(tmp_path, packs=(str(LOAN),))
    with TestClient(application(state), base_url="http://localhost") as client:
        ids = [client.post("/v1/packs/loan/decide", json={"facts": {}}).json()["decision"] for _ in range(2)]
        monkeypatch.setattr(on_record, "replay", refused)
        one, both = f"/audit/{ids[0]}", f"/audit/compare?id={ids[0]}&id={ids[1]}"
        for path in (one, both, f"/v1/decisions/{ids[0]}/verify", f"/v1/decisions/{ids[0]}/explain"):
            found = client.get(path).text
            assert "decisions.db" in found and str(tmp_path) not in found, path


def test_decisions_are_searched(log: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = log
    everything = text(client, "/audit")
    assert all(case in everything for case in ids)
    refused = text(client, "/audit", claim="refused", case="", since="")
    assert "poor" in refused and "rich" not in refused
    assert "middling" in text(client, "/audit", case="middling", since="2026-01-01")
    assert "No decision on record is like that" in text(client, "/audit", until="2020-01-01")
    assert "is not a time" in text(client, "/audit", 422, since="yesterday")
    found = client.get("/audit", params={"id": ids["rich"]}, follow_redirects=False)
    assert found.headers["location"] == f"/audit/{ids['rich']}"


def test_the_list_is_in_pages(log: tuple[TestClient, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    client, ids = log
    monkeypatch.setattr("averment_service.routes.audit_page._AT_ONCE", 2)
    seen: list[str] = []
    page = client.get("/audit")
    for _ in range(3):
        found = Elements(page.text).found
        seen += [str(each["value"]) for tag, each in found if tag == "input" and each.get("type") == "checkbox"]
        more = [str(each["href"]) for _, each in found if "before=" in str(each.get("href", ""))]
        page = client.get(more[0]) if more else page
    assert seen == [*reversed(ids.values())]


def test_a_decision_is_opened_and_decided_again(log: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = log
    shown = text(client, f"/audit/{ids['rich']}")
    assert "the same, byte for byte" in shown and "rich: granted" in shown and "Why" in shown
    assert client.get(f"/decide?decision={ids['rich']}").text.count('value="9000"') == 1
    assert "no decision `9-000000000000` on record" in text(client, "/audit/9-000000000000", 404)


def test_what_is_sensitive_is_masked(log: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = log
    page = client.get(f"/audit/{ids['named']}").text
    assert "cannot be decided again, because facts of it are masked" in Elements(page).text
    assert "Smithson" not in page and "masked" in page and "/decide?decision" not in page
    said = {"pack": "loan", "applicant.name": "Ann Smithson", "applicant.income": "3000"}
    link = next(
        each for _, each in Elements(send(client, "/decide/claim", said).text).found if each.get("id") == "share"
    )
    assert "Smithson" not in str(link["href"]) and "3000" in str(link["href"])


def test_two_are_compared(log: tuple[TestClient, dict[str, str]]) -> None:
    client, ids = log
    shown = text(client, "/audit/compare", id=[ids["poor"], ids["rich"]])
    assert "claim refused granted" in shown and "applicant.income 1000 9000" in shown
    assert "Only in rich" in shown and "applicant.housed" not in shown
    assert "They are the same in everything" in text(client, "/audit/compare", id=[ids["poor"], ids["poor"]])
    assert "two decisions are compared" in text(client, "/audit/compare", 422, id=ids["poor"])


def test_another_version_turns_what_it_turns(log: tuple[TestClient, dict[str, str]]) -> None:
    client, _ = log
    page = Elements(client.get("/audit/turns?pack=loan").text)
    versions = [str(each["value"]) for tag, each in page.found if tag == "option"]
    assert len(versions) == 2
    shown = text(client, "/audit/turns", pack="loan", against=versions[0])
    assert "1 of 4 decisions would turn" in shown and "middling : granted → refused" in shown
    assert "1: facts of this case are masked" in shown
    assert "0 of 4 decisions would turn" in text(client, "/audit/turns", pack="loan", against=versions[1])


def test_the_log_is_verified(log: tuple[TestClient, dict[str, str]]) -> None:
    assert "The log is whole" in text(log[0], "/audit/verify")


def test_a_service_without_a_log_says_so() -> None:
    state = Service(Settings(log="none", packs=(str(LOAN),)), Off(), Doorkeeper(None))
    with TestClient(application(state), base_url="http://localhost") as client:
        assert "keeps no record" in text(client, "/audit")
        said = {"pack": "loan", "applicant.income": "3000"}
        assert "keeps no record" in send(client, "/decide/record", said).text
