"""No answer says where anything is on the server, whatever is broken or lost there."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("mcp")

from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service
from tests.service.pages import send

from averment.core.node import Span
from averment.diagnostics.diagnostic import Diagnostic, Label
from averment.replaying.finding import SENT
from averment_service.app import application
from averment_service.places import Places, by_name
from averment_service.routes import ROUTES
from averment_service.settings import Settings

MARK = "secret-place"
MAPPING = "names: [case]\ncolumns:\n  income: applicant.income\n"
BAD = {
    "x.csv": b"", "x.xlsx": b"PK", "x.parquet": b"PAR1", "x.arrow": b"", "x.json": b"{", "x.csv.gz": b"zz",
    "x.weird": b"", "x.csv.zst": b"zz",
}  # fmt: skip


class Asked:
    """A client that holds every answer to it."""

    def __init__(self, client: TestClient) -> None:
        self._client, self.statuses = client, set[int]()

    def request(self, method: str, path: str, **how: Any) -> Any:
        found = self._client.request(method, path, **how)
        assert MARK not in found.text, (method, path, found.text[:600])
        assert MARK not in str(found.headers), (method, path, found.headers)
        self.statuses.add(found.status_code)
        return found

    def ended(self, job: str) -> Any:
        for _ in range(400):
            found = self.request("GET", f"/v1/jobs/{job}").json()
            if found["state"] not in ("waiting", "running"):
                return found
            time.sleep(0.05)
        raise AssertionError("the job does not end")

    def all_routes(self, named: dict[str, str]) -> None:
        """Ask every route, with the names of what was there before it was broken."""
        for route in ROUTES:
            if "/mcp" in route.path or route.path.startswith("/static"):
                continue
            path = re.sub(r"\{(\w+)(:\w+)?\}", lambda part: named.get(part[1], "1"), route.path)
            if route.method == "DELETE" or path.endswith(("/cancel", "/delete")):
                continue
            body: dict[str, Any] = {"json": {"facts": {}, "seconds": 0.1}} if route.method == "POST" else {}
            if route.path.endswith("/decide"):
                body = {"json": {"facts": {}}}
            self.request(route.method, path, headers={"accept": route.media}, follow_redirects=False, **body)


def test_no_answer_says_where_anything_is(tmp_path: Path) -> None:
    place = tmp_path / MARK
    (place / "packs").mkdir(parents=True)
    pack = place / "packs" / "loan"
    shutil.copytree(LOAN, pack)
    state = service(place, packs=(str(pack),), documents=str(place / "documents"), data=str(place / "data"))
    with TestClient(application(state), base_url="http://localhost", raise_server_exceptions=False) as client:
        asked = Asked(client)
        for name, content in BAD.items():
            asked.request("POST", f"/v1/packs/loan/jobs?name={name}", content=content)
        table = b"case,income\na,1\nb,x\n"
        jobs = [asked.request("POST", "/v1/packs/loan/jobs?name=t.csv", content=table).json()["id"] for _ in range(3)]
        whole, lost, unreadable = jobs
        for job in jobs:
            assert client.put(f"/v1/jobs/{job}/mapping", content=MAPPING)
        (state.jobs.folder(state.jobs.find(lost, "local")) / f"{SENT}.csv").unlink()
        (state.jobs.folder(state.jobs.find(unreadable, "local")) / f"{SENT}.csv").write_bytes(b"\x00\xff")
        for job in jobs:
            asked.request("POST", f"/v1/jobs/{job}/start")
        states = [asked.ended(job) for job in jobs]
        assert [each["state"] for each in states] == ["done", "failed", "failed"]
        for job in jobs:
            asked.request("GET", f"/tables/{job}")
            asked.request("GET", f"/v1/jobs/{job}/rejects")
            asked.request("GET", f"/tables/{job}/rows/0")
        shutil.rmtree(state.jobs.folder(state.jobs.find(whole, "local")) / "pack")
        asked.request("GET", f"/tables/{whole}/rows/0")
        decided = asked.request("POST", "/v1/packs/loan/decide", json={"facts": {}}).json()["decision"]
        named = {"pack": "loan", "job": whole, "id": decided, "one": decided, "other": decided, "name": "case"}
        asked.all_routes(named)
        (pack / "rules" / "broken.yaml").parent.mkdir(exist_ok=True)
        (pack / "pack.yaml").write_text("name: [")
        assert asked.request("POST", "/v1/refresh").status_code == 422
        shutil.rmtree(pack)
        assert asked.request("POST", "/v1/refresh").status_code == 422
        for file in place.glob("decisions.db*"):
            file.write_bytes(b"no database" * 1000)
        asked.all_routes(named)
        assert {404, 422, 503} <= asked.statuses
        assert send(client, "/login", {"token": "x"}).status_code


def test_a_path_is_called_by_its_name_where_it_stands_whole() -> None:
    named = by_name(["/srv/jobs", "data/t.csv", "/srv/jobs/data/t.csv", "-", "t.csv"])
    for told, instead in (
        ("`/srv/jobs/data/t.csv` is gone", "`t.csv` is gone"),
        ("`data/t.csv` is gone", "`t.csv` is gone"),
        ("`/other/data/t.csv` is gone", "`/other/data/t.csv` is gone"),
        ("`data/t.csv2` is gone", "`data/t.csv2` is gone"),
        ("there is nothing at /v1/data/t.csv", "there is nothing at /v1/data/t.csv"),
    ):
        assert named(told) == instead
    assert by_name(["-", "t.csv", "", "/", "./"])("t.csv - x / y") == "t.csv - x / y"


def test_what_is_told_instead_is_what_a_place_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(packs=("/srv/packs/loan",), log="postgresql://ann:pw@db.inside/log", data="/srv/data")
    places = Places(settings)
    for told, instead in (
        ("`/srv/packs/loan` cannot be read", "`loan` cannot be read"),
        ("/srv/packs/loan/rules/a.yaml", "loan/rules/a.yaml"),
        ("/srv/data/0123456789abcdef/table.csv", "table.csv"),
        ("the decision log `postgresql://ann:…@db.inside/log` is away", "the decision log `log` is away"),
        ("a team of 3 /srv/other", "a team of 3 /srv/other"),
    ):
        assert places.hidden(told) == instead
    beside = Places(Settings(packs=("packs/loan",), log="none"))
    for told, instead in (
        ("there is nothing at `/v1/packs/loan/x`", "there is nothing at `/v1/packs/loan/x`"),
        ("`packs/loan/pack.yaml` has none", "`loan/pack.yaml` has none"),
    ):
        assert beside.hidden(told) == instead
    monkeypatch.chdir(tmp_path)
    assert Places(Settings(packs=("loan",), log="none")).hidden(f"`{tmp_path}/loan/pack.yaml`") == "`loan/pack.yaml`"
    found = Diagnostic("AV117", "x", (Label(Span("/srv/data/x.csv", 1, 1, 1, 2), "/srv/data/y"),), ("/srv/data/z",))
    (hidden,) = places.told([found])
    assert "/srv" not in json.dumps([hidden.labels[0].span.file, hidden.labels[0].text, *hidden.help])
