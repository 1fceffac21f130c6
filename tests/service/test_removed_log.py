"""A log that is removed, replaced or put back while a service runs: what is answered is on record, or nothing is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.service.conftest import LOAN, service

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from averment.audit.log import open_log
from averment_service.app import application

URL = "/v1/packs/loan/decide"


def test_a_log_that_is_removed_takes_no_decision_with_it(tmp_path: Path) -> None:
    place, aside = tmp_path / "decisions.db", tmp_path / "aside"
    with TestClient(application(service(tmp_path, packs=(str(LOAN),))), base_url="http://localhost") as client:
        assert client.post(URL, json={"facts": {}}).status_code == 200
        place.rename(aside)
        refused = client.post(URL, json={"facts": {}})
        assert refused.status_code == 503 and refused.headers["retry-after"] == "1"
        aside.rename(place)
        answered = client.post(URL, json={"facts": {}})
        assert answered.status_code == 200
        with open_log(f"sqlite:{place}") as log:
            assert log.get(answered.json()["decision"]) is not None


def test_an_older_copy_that_is_put_back_is_written_on(tmp_path: Path) -> None:
    place, older = tmp_path / "decisions.db", tmp_path / "older.db"
    held = service(tmp_path, packs=(str(LOAN),))
    shutil.copy(place, older)  # of before the pack was in it
    with TestClient(application(held), base_url="http://localhost") as client:
        assert client.post(URL, json={"facts": {}}).status_code == 200
        for name in tmp_path.glob("decisions.db*"):
            name.unlink()
        shutil.copy(older, place)
        found = [client.post(URL, json={"facts": {}}) for _ in range(2)]
        assert [answer.status_code for answer in found] == [503, 200], [answer.text for answer in found]
        with open_log(f"sqlite:{place}") as log:
            assert [record.id for record in log.records()][-1] == found[1].json()["decision"]
            assert log.head().size == 2


def test_another_log_in_its_place_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "decisions.db"
    with TestClient(application(service(tmp_path, packs=(str(LOAN),))), base_url="http://localhost") as client:
        for name in tmp_path.glob("decisions.db*"):
            name.unlink()
        service(tmp_path / ".")  # makes another
        assert client.post(URL, json={"facts": {}}).status_code == 503
        with open_log(f"sqlite:{place}") as log:
            assert log.head().size == 0
