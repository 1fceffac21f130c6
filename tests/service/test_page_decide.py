"""The page *Decide*: what it asks, how the claim follows what is filled in, and what it puts on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service
from tests.service.pages import Elements, send

import averment
from averment.audit.log import open_log
from averment.audit.replay import State, replay
from averment.ir.digest import canonical
from averment.recent import Recent
from averment.recording import Redecider
from averment_service.app import application
from averment_service.pages import questions_view
from averment_service.pages.case_form import form_of_facts, read_form
from averment_service.pages.examples import examples
from averment_service.routes.decide_page import warm

SOME = {"product.technical_complexity": "high", "engineering.team_size": "24"}


def test_somebody_who_knows_nothing_is_asked_the_best_question_first(client: TestClient) -> None:
    page = client.get("/decide")
    found = Elements(page.text)
    outcome = averment.load("pm_tpm").decide({})
    assert page.status_code == 200 and "Product Manager or Technical Product Manager?" in found.text
    assert "The first question How many engineers work on the product?" in found.text
    assert f"0 answered · {len(outcome.hangs_on)} that may still matter" in found.text
    assert "Presumably product manager" in found.text
    asked = {name for _, attributes in found.found if (name := attributes.get("name")) and "." in name}
    types = averment.load("pm_tpm").model.types
    assert asked == {f"{of.name}.{field.name}" for of in types.values() if of.one for field in of.fields}


def test_the_claim_follows_what_is_filled_in(client: TestClient) -> None:
    found = send(client, "/decide/claim", SOME)
    assert "Presumably technical product manager" in Elements(found.text).text
    assert "The engineering team of 24 engineers is large." in found.text
    ahead = Elements(send(client, "/decide/outlook", SOME).text)
    assert "What would move it most" in ahead.text and "Unless" in ahead.text
    (slider,) = [each for _, each in ahead.found if each.get("data-moves") == "engineering.team_size"] or [None]
    assert slider is None or slider["value"] == "24"


def test_a_slider_has_its_turning_points_marked(client: TestClient) -> None:
    case = {"example": "warehouse-suite"}
    filled = {
        str(each["name"]): str(each["value"])
        for tag, each in Elements(client.get("/decide", params=case).text).found
        if tag == "input" and "." in str(each.get("name")) and (each.get("type") == "text" or "checked" in each)
    }
    ahead = send(client, "/decide/outlook", filled)
    sliders = [each for _, each in Elements(ahead.text).found if each.get("data-moves")]
    assert sliders and "What would turn it to" in Elements(ahead.text).text
    assert all(int(str(each["min"])) <= int(str(each["value"])) <= int(str(each["max"])) for each in sliders)
    assert ahead.text.count('class="claim-') > len(sliders)


def test_every_example_is_filled_in_as_it_was_given(client: TestClient) -> None:
    pack = averment.load("pm_tpm")
    for each in examples(pack):
        form = read_form(pack, form_of_facts(pack, each))
        assert not form.errors
        assert (form.case.facts, form.case.mentioned) == (each.facts, each.mentioned)
    assert client.get("/decide", params={"example": "no-such"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("engineering.team_size", "many", "write a whole number"),
        ("engineering.team_size", "-1", "is out of the range"),
        ("engineering.rework_share", "12,5", "write a number"),
        ("product.stage", "finished", "is not a value"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_input(client: TestClient, name: str, written: str, told: str) -> None:
    found = send(client, "/decide/claim", {**SOME, name: written})
    assert "left out, because it cannot be read" in Elements(found.text).text
    assert told in Elements(send(client, "/decide/questions", {**SOME, name: written}).text).text
    refused = send(client, "/decide/record", {**SOME, name: written})
    assert refused.status_code == 422 and "some answers cannot be read" in refused.text


def test_records_come_and_go(client: TestClient) -> None:
    one = send(client, "/decide/questions", {"do": "record:component"})
    assert Elements(one.text).named("component.1.name")
    kept = {"component.1.name": "scanner", "component.1.team": "devices"}
    two = Elements(send(client, "/decide/questions", {**kept, "do": "record:component"}).text)
    assert two.named("component.1.name")[0]["value"] == "scanner" and two.named("component.2.name")
    again = send(client, "/decide/questions", {**kept, "component.2.name": "scanner", "component.2.team": "core"})
    assert "there is one like this already" in again.text
    gone = Elements(send(client, "/decide/questions", {**kept, "do": "drop:component.1"}).text)
    assert not gone.named("component.1.name")


def test_a_link_fills_in_the_same_case(client: TestClient) -> None:
    found = Elements(send(client, "/decide/claim", {**SOME, "case": "our app", "none": "team"}).text)
    (link,) = [str(each["href"]) for _, each in found.found if each.get("id") == "share"]
    page = Elements(client.get(link).text)
    assert page.named("engineering.team_size")[0]["value"] == "24"
    assert page.named("case")[0]["value"] == "our app"
    assert "checked" in next(each for each in page.named("none") if each["value"] == "team")


def test_why_a_question_is_asked(client: TestClient) -> None:
    found = send(client, "/decide/why?input=engineering.team_size", {})
    assert "wait for the answer" in Elements(found.text).text
    assert "The engineering team of [number of engineers] is large." in Elements(found.text).text
    assert send(client, "/decide/why?input=nothing.here", {}).status_code == 404


def test_the_warrant_is_a_tree_that_opens(client: TestClient) -> None:
    found = send(client, "/decide/warrant", SOME)
    assert "<details" in found.text and "Facts given" in found.text


def test_what_is_decided_is_on_record_once(client: TestClient, tmp_path: Path) -> None:
    sent: dict[str, Any] = {**SOME, "case": "our app", "key": "page-1"}
    first, again = send(client, "/decide/record", sent), send(client, "/decide/record", sent)
    assert first.status_code == 200 and "On record" in first.text
    assert first.text == again.text
    other = send(client, "/decide/record", {**sent, "engineering.team_size": "4"})
    assert other.status_code == 200 and other.text != first.text
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        assert [one.state for one in replay(log, Redecider())] == [State.SAME, State.SAME]
        record = next(one for one in log.records() if one.kind == "decision")
        expected = averment.load("pm_tpm").decide(
            {"product": {"technical_complexity": "high"}, "engineering": {"team_size": 24}}
        )
        assert record.case == "our app" and record.claim == expected.claim
        assert canonical(record.facts) == canonical(json.loads(json.dumps(expected.document["facts"])))


def test_without_script_the_form_still_decides(client: TestClient) -> None:
    found = send(client, "/decide", {**SOME, "do": "next"})
    assert "<!doctype html>" in found.text and "Presumably technical product manager" in Elements(found.text).text


def test_a_page_is_ready_before_it_is_opened_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = service(tmp_path, packs=(str(LOAN),))
    kept = Recent[Any, Any](256)  # what other tests had found is none of this service's
    monkeypatch.setattr(questions_view, "_orders", kept)
    warm(state)
    assert len(kept) == 1
    with TestClient(application(state), base_url="http://localhost") as client:
        assert client.get("/decide").status_code == 200
    assert len(kept) == 1
