"""Rows of batches that are on record, over HTTP and on the page: listed, paged, opened, held to the log; or why not."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("starlette")
pytest.importorskip("httpx")

from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service

from averment.client import Client
from averment_cli.main import run
from averment_service.app import application

MAPPING = "names: [case]\ncolumns:\n  income: applicant.income\n  debt: applicant.debt\n  housed: applicant.housed\n"
TABLE = (
    "case,income,debt,housed\n" + "".join(f"r{row},{row * 1000},10,true\n" for row in range(1, 6)) + "bad,x,1,true\n"
)


class World:
    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.singles = [self.decide("before")]
        self.job = self.batch()
        self.singles.append(self.decide("after"))

    def decide(self, name: str) -> str:
        facts = {"applicant": {"income": 3000, "debt": "1.00", "housed": True}}
        return str(self.client.post("/v1/packs/loan/decide", json={"case": name, "facts": facts}).json()["decision"])

    def batch(self) -> Path:
        id = self.client.post("/v1/packs/loan/jobs?name=t.csv", content=TABLE).json()["id"]
        self.client.put(f"/v1/jobs/{id}/mapping", content=MAPPING)
        self.client.post(f"/v1/jobs/{id}/start")
        for _ in range(400):
            job = self.client.get(f"/v1/jobs/{id}").json()
            if job["state"] not in ("waiting", "running"):
                break
            time.sleep(0.05)
        assert job["state"] == "done", job
        return self.folder / "data" / id

    def list(self, **query: Any) -> Any:
        found = self.client.get("/v1/decisions", params=query)
        assert found.status_code == 200, found.text
        return found.json()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    pack = tmp_path / "loan"
    shutil.copytree(LOAN, pack)
    with TestClient(application(service(tmp_path, packs=(str(pack),))), base_url="http://localhost") as client:
        yield World(client, tmp_path)


def test_rows_are_listed_among_the_decisions_and_paged(world: World) -> None:
    whole = world.list()
    assert whole["next"] is None and whole["left"] == []
    names = [each["case"] for each in whole["decisions"]]
    assert names == ["after", "r1", "r2", "r3", "r4", "r5", "before"]
    row = whole["decisions"][2]
    assert (row["kind"], row["row"], row["id"].endswith("/2"), row["pack"]) == ("row", 2, True, "loan")
    for limit in (1, 2, 3):
        paged: list[str] = []
        before = "0"
        while before is not None:
            page = world.list(limit=limit, before=before)
            assert len(page["decisions"]) <= limit
            paged += [each["case"] for each in page["decisions"]]
            before = page["next"]
        assert paged == names, limit
    claims = {each["case"]: each["claim"] for each in whole["decisions"]}
    for claim in set(claims.values()):
        found = [each["case"] for each in world.list(claim=claim)["decisions"]]
        assert found == [name for name in names if claims[name] == claim]
    assert [each["case"] for each in world.list(case="r4")["decisions"]] == ["r4"]
    assert world.client.get("/v1/decisions?before=1/x").status_code == 422


def test_a_row_is_opened_explained_and_verified(world: World) -> None:
    row = world.list(case="r2")["decisions"][0]
    run = row["id"].partition("/")[0]
    opened = world.client.get(f"/v1/decisions/{run}?row=2").json()
    assert opened["facts"]["applicant"]["income"] == 2000 and opened["claim"] == row["claim"]
    verified = world.client.get(f"/v1/decisions/{run}/verify?row=2").json()
    assert (verified["state"], verified["case"], verified["claim"]) == ("same", "r2", row["claim"])
    client = Client("http://localhost", http=world.client)
    assert client.decision(row["id"]) == opened and client.verify(row["id"]) == verified
    explained = world.client.get(f"/v1/decisions/{run}/explain?row=2").json()
    assert explained["again"]["outcome"]["claim"] == row["claim"]
    text = world.client.get(f"/v1/decisions/{run}/explain?row=2&format=text").text
    assert "r2" in text
    for missing, status in ((f"{run}?row=6", 422), (f"{run}?row=99", 422), (f"{run}?row=x", 404), ("9-a?row=1", 404)):
        assert world.client.get(f"/v1/decisions/{missing}").status_code == status, missing


def test_the_page_shows_rows_too(world: World) -> None:
    page = world.client.get("/audit").text
    row = world.list(case="r2")["decisions"][0]["id"]
    run = row.partition("/")[0]
    assert f'href="/audit/{run}?row=2"' in page and f'value="{row}"' in page
    one = world.client.get(f"/audit/{run}?row=2").text
    assert "the same, byte for byte" in one and "row 2 of a batch" in one
    compared = world.client.get("/audit/compare", params={"id": [row, world.singles[0]]})
    assert compared.status_code == 200 and "applicant.income" in compared.text.replace(
        "applicant income", "applicant.income"
    )
    head = world.folder / "loan" / "pack.yaml"
    head.write_text(head.read_text().replace("1.0.0", "1.0.1"))
    assert world.client.post("/v1/refresh").status_code == 200
    versions = world.client.get("/v1/packs/loan").json()
    turned = world.client.get("/audit/turns", params={"pack": "loan", "against": versions["digest"]})
    assert turned.status_code == 200 and "7" in turned.text
    assert (
        world.client.get("/audit", params={"id": row}, follow_redirects=False).headers["location"]
        == f"/audit/{run}?row=2"
    )


def test_what_is_gone_is_said(world: World) -> None:
    row = world.list(case="r2")["decisions"][0]["id"]
    run = row.partition("/")[0]
    (world.job / "decisions.csv").write_text("something else")
    listed = world.list()
    assert [each["case"] for each in listed["decisions"]] == ["after", "before"]
    (left,) = listed["left"]
    assert (left["run"], left["cases"], left["why"]["code"]) == (run, 5, "AV534") and "its input is there" in str(left)
    assert "cannot be shown here" in world.client.get("/audit").text
    verified = world.client.get(f"/v1/decisions/{run}/verify?row=2").json()  # all of it is decided again
    assert verified["state"] == "same"
    shutil.rmtree(world.job)
    (left,) = world.list()["left"]
    assert "is not there any more" in left["why"]["message"] and str(world.folder) not in str(left)
    gone = world.client.get(f"/v1/decisions/{run}?row=2")
    assert gone.status_code == 422 and gone.json()["diagnostics"][0]["code"] == "AV559"  # names are sensitive
    assert str(world.folder) not in gone.text


def test_a_run_that_is_left_out_is_told_of_on_one_page(world: World) -> None:
    newer = world.batch()
    world.decide("last")
    shutil.rmtree(newer)
    names, left, before = list[str](), list[str](), "0"
    while before is not None:
        page = world.list(limit=1, before=before)
        names += [each["case"] for each in page["decisions"]]
        left += [each["run"] for each in page["left"]]
        before = page["next"]
    assert names == ["last", "after", "r1", "r2", "r3", "r4", "r5", "before"]
    assert len(left) == 1


def test_a_table_that_a_service_keeps_is_found_again_by_itself(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    log = ["--log", f"sqlite:{tmp_path / 'decisions.db'}"]
    assert run(["audit", "replay", *log, "--all"]) == 0
    assert "7" in capsys.readouterr().out
    assert run(["audit", "show", *log, world.list(case="r2")["decisions"][0]["id"]]) == 0
    (world.job / "table.csv").rename(tmp_path / "cases.csv")
    capsys.readouterr()
    assert run(["audit", "replay", *log, "--all"]) == 1
    told = "".join(capsys.readouterr())
    assert "`t.csv` is not there any more" in told and "--input" in told, told
    assert run(["audit", "replay", *log, "--all", "--input", str(tmp_path / "cases.csv")]) == 0


def test_sensitive_values_of_a_row_are_masked(tmp_path: Path) -> None:
    pack = tmp_path / "loan"
    shutil.copytree(LOAN, pack)
    facts = pack / "facts.yaml"
    text = facts.read_text()
    facts.write_text(text.replace("income: {", "income: {sensitive: drop, ", 1))
    assert facts.read_text() != text
    with TestClient(application(service(tmp_path, packs=(str(pack),))), base_url="http://localhost") as client:
        world = World(client, tmp_path)
        run = world.list(case="r2")["decisions"][0]["id"].partition("/")[0]
        opened = client.get(f"/v1/decisions/{run}?row=2")
        assert opened.status_code == 200 and '"income":2000' not in opened.text
        assert client.get(f"/v1/decisions/{run}/verify?row=2").json()["state"] == "masked"
        for what in (f"/v1/decisions/{run}/explain?row=2", f"/audit/{run}?row=2"):
            assert '"income":2000' not in client.get(what).text and "2000 EUR" not in client.get(what).text
