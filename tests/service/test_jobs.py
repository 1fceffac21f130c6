"""Batch jobs: from a table in other words to decisions on record."""

from __future__ import annotations

import asyncio
import csv
import fcntl
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, cast

import pytest

pytest.importorskip("pyarrow")

from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.pages import send
from tests.service.test_decide import examples

import averment
from averment.audit.log import open_log
from averment_cli.main import run
from averment_service import jobs, recorded_rows, routes
from averment_service.apart import apart
from averment_service.app import application
from averment_service.principals import ROLES, Doorkeeper, Principal
from averment_service.principals import hashed as hash_of
from averment_service.service import Service

NEW = "/v1/packs/pm_tpm/jobs?name=cases.csv"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Of a service of two people."""
    people = {hash_of(name.encode()): Principal(name, ROLES["evaluator"]) for name in ("ann", "bob")}
    held = service(tmp_path, Doorkeeper(people), data=str(tmp_path / "jobs"))
    with TestClient(application(held), headers={"authorization": "Bearer ann"}) as found:
        yield found


def _facts(case: dict[str, Any]) -> tuple[Any, Any]:
    """What the table tells of a case: the size of the team, and how complex the product is."""
    facts = case["facts"]
    return facts.get("engineering", {}).get("team_size"), facts.get("product", {}).get("technical_complexity")


def _table(rows: int = 12) -> tuple[bytes, list[dict[str, Any]]]:
    """Cases as an analyst has them: semicolons, and words of their own."""
    cases = examples()[:rows]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["name", "Team size", "Technical complexity"])
    for case in cases:
        size, level = _facts(case)
        writer.writerow([case["case"], "NA" if size is None else size, "NA" if level is None else level.upper()])
    return stream.getvalue().encode(), cases


def _ended(client: TestClient, id: str) -> dict[str, Any]:
    job: dict[str, Any] = {}
    for _ in range(600):
        job = client.get(f"/v1/jobs/{id}").json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def test_a_foreign_table_is_read_as_drafted_decided_and_on_record(client: TestClient, tmp_path: Path) -> None:
    table, cases = _table()
    sent = client.post(NEW, content=table)
    assert sent.status_code == 201, sent.text
    job = sent.json()
    assert job["state"] == "drafted" and "company.headcount" in job["absent"]
    text = client.get(f"/v1/jobs/{job['id']}/mapping").text
    assert "engineering.team_size" in text and "delimiter" in text
    assert client.post(f"/v1/jobs/{job['id']}/start?format=jsonl").status_code == 202
    done = _ended(client, job["id"])
    assert done["state"] == "done" and done["rows"] == done["summary"]["decided"] == len(cases), done
    assert client.get(f"/v1/jobs/{job['id']}/events").text.startswith("event: done\n")
    pack = averment.load("pm_tpm")
    for line, case in zip(client.get(f"/v1/jobs/{job['id']}/result").text.splitlines(), cases, strict=True):
        told = json.loads(line)
        size, level = _facts(case)
        expected = pack.decide({"engineering": {"team_size": size}, "product": {"technical_complexity": level}})
        assert (told["case"], told["claim"], told["status"]) == (case["case"], expected.claim, expected.status.value)
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        assert [record.kind for record in log.records()] == ["pack", "run", "part", "done"]


def test_a_mapping_is_corrected_and_a_wrong_one_refused_with_its_place(client: TestClient) -> None:
    id = client.post(NEW, content=_table()[0]).json()["id"]
    wrong = client.put(f"/v1/jobs/{id}/mapping", content=b"delimitr: ';'\n")
    assert wrong.status_code == 422 and wrong.json()["diagnostics"][0]["labels"][0]["line"] == 1
    right = b"delimiter: ';'\nmissing: NA\ncolumns: {name: case, Team size: engineering.team_size}\nrest: ignore\n"
    assert client.put(f"/v1/jobs/{id}/mapping", content=right).status_code == 200
    client.post(f"/v1/jobs/{id}/start?format=csv")
    assert _ended(client, id)["state"] == "done"
    assert client.delete(f"/v1/jobs/{id}").status_code == 204
    assert client.get(f"/v1/jobs/{id}").status_code == 404


def test_a_job_is_its_owner_s_alone(client: TestClient) -> None:
    id = client.post(NEW, content=_table()[0]).json()["id"]
    for method, path in (("GET", ""), ("GET", "/mapping"), ("PUT", "/mapping"), ("POST", "/start"), ("DELETE", "")):
        found = client.request(method, f"/v1/jobs/{id}{path}", headers={"authorization": "Bearer bob"})
        assert found.status_code == 404, (method, path)
    assert client.get("/v1/jobs", headers={"authorization": "Bearer bob"}).json() == {"jobs": []}
    for id in ("../../etc", "0" * 15, "%2e%2e"):
        assert client.get(f"/v1/jobs/{id}").status_code == 404


def test_what_is_no_table_leaves_nothing_behind(client: TestClient, tmp_path: Path) -> None:
    for url, content, status in (
        (NEW, b"", 422),
        ("/v1/packs/pm_tpm/jobs?name=cases.parquet", b"no parquet", 422),
        ("/v1/packs/pm_tpm/jobs", b"a,b\n1,2\n", 422),
        ("/v1/packs/nobody/jobs?name=a.csv", b"a\n1\n", 404),
    ):
        assert client.post(url, content=content).status_code == status, url
    assert list((tmp_path / "jobs").glob("[!.]*")) == []


@pytest.mark.parametrize("name", ["cases.jsonl", "cases.ndjson", "cases.json", "flat.jsonl", "flat.json"])
def test_json_is_decided_as_batch_decides_it(client: TestClient, name: str, tmp_path: Path) -> None:
    cases = examples()[:3]
    if name.startswith("flat"):
        cases = [{"case": each["case"], "engineering.team_size": number} for number, each in enumerate(cases)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    content = lines if name.endswith(("l", "ndjson")) else json.dumps(cases)
    sent = client.post(f"/v1/packs/pm_tpm/jobs?name={name}", content=content)
    assert sent.status_code == 201, sent.text
    id = sent.json()["id"]
    client.post(f"/v1/jobs/{id}/start?format=jsonl")
    job = _ended(client, id)
    assert (job["state"], job["rows"]) == ("done", 3), job
    found = [json.loads(line) for line in client.get(f"/v1/jobs/{id}/result").text.splitlines()]
    (tmp_path / name).write_text(content)
    assert run(["batch", str(tmp_path / name), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert found == [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    page = client.get(f"/tables/{id}")
    row = client.get(f"/tables/{id}/rows/{found[0]['row']}")
    assert page.status_code == row.status_code == 200 or page.status_code == 303


def _workbook(cells: str) -> bytes:
    """A workbook of one sheet, as small as there is."""
    office = "http://schemas.openxmlformats.org"
    main, parts = f"{office}/spreadsheetml/2006/main", f"{office}/package/2006"
    document, kind = f"{office}/officeDocument/2006/relationships", "application/vnd.openxmlformats-officedocument"
    related = '<Relationships xmlns="{}/relationships"><Relationship Id="r" Type="{}" Target="{}"/></Relationships>'
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.spreadsheetml.{of}+xml"/>'
        for part, of in (("workbook", "sheet.main"), ("sheet", "worksheet"))
    )
    rels = f'<Default Extension="rels" ContentType="{kind}-package.relationships+xml"/>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{parts}/content-types">{rels}{types}</Types>',
        "_rels/.rels": related.format(parts, f"{document}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{document}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": related.format(parts, f"{document}/worksheet", "sheet.xml"),
        "xl/sheet.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return found.getvalue()


def test_a_workbook_that_would_take_all_memory_takes_no_process_that_answers(client: TestClient) -> None:
    pytest.importorskip("python_calamine")
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>case</t></is></c></row>'
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'  # 17 billion cells
    found = client.post("/v1/packs/pm_tpm/jobs?name=cases.xlsx", content=_workbook(first + last))
    assert found.status_code == 413 and "AV594" in found.text and "cases.xlsx" in found.text, found.text
    assert client.get("/v1/jobs").json() == {"jobs": []}
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>acme</t></is></c></row>'
    assert client.post("/v1/packs/pm_tpm/jobs?name=cases.xlsx", content=_workbook(first + row)).status_code == 201


def test_nothing_reads_a_workbook_in_a_process_that_answers(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("python_calamine")
    from averment.batch import workbooks

    def cell(place: str, text: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    cells = [("case", "Heads"), ("acme", "12"), ("beta", "99")]
    rows = "".join(
        f'<row r="{row}">{cell(f"A{row}", name)}{cell(f"B{row}", heads)}</row>'
        for row, (name, heads) in enumerate(cells, 1)
    )

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a workbook is read by a process that answers")

    monkeypatch.setattr(workbooks, "_opened", never)
    id = client.post("/v1/packs/pm_tpm/jobs?name=cases.xlsx", content=_workbook(rows)).json()["id"]
    told = {"column.1": "engineering.team_size", "do": "start", "format": "jsonl"}
    assert send(client, f"/tables/{id}/mapping", told, authorization="Bearer ann").status_code == 200
    job = _ended(client, id)
    assert (job["state"], job["rows"]) == ("done", 2), job
    page = client.get(f"/tables/{id}/rows/1")
    assert page.status_code == 200 and "12" in page.text and "acme" in page.text
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        run_id = next(record.id for record in log.records() if record.kind == "run")
    state: Service = cast("Any", client.app)._service
    assert state.log is not None
    record = state.log.get(run_id)
    assert record is not None
    opened = recorded_rows.Rows(state, state.log).open(record, 2)
    assert opened[0].case == "beta"


def test_a_table_is_written_down_beside_what_is_answered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    class Watched(SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            with suppress(RuntimeError):
                asyncio.get_running_loop()
                seen.append(True)
                return super().write(data)
            seen.append(False)
            return super().write(data)

    monkeypatch.setattr(routes.jobs, "SpooledTemporaryFile", Watched)
    large = b"case,n\n" + b"a,1\n" * (300 << 10)
    assert client.post(NEW, content=large).status_code == 201
    assert seen and not any(seen)


def test_a_mistake_of_ours_is_not_told_as_one_of_the_table(client: TestClient, tmp_path: Path) -> None:
    id = client.post(NEW, content=b"case,n\n" + b"a,1\n" * (300 << 10)).json()[
        "id"
    ]  # large enough to be looked at apart
    with pytest.raises(RuntimeError, match="ended with 1: KeyError"):
        apart("nothing", tmp_path / "jobs" / id, averment.load("pm_tpm"))


def test_a_job_is_there_when_it_is_whole_and_one_that_never_was_is_swept_away(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def look(*told: Any) -> Any:
        seen.append([each["id"] for each in client.get("/v1/jobs").json()["jobs"]])
        return apart(*told)

    monkeypatch.setattr(jobs, "apart", look)
    dead, alive = tmp_path / "jobs" / f".{'0' * 16}", tmp_path / "jobs" / f".{'1' * 16}"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
        (folder / "work.lock").touch()
    lock = os.open(alive / "work.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert client.post(NEW, content=_table()[0]).status_code == 201
    assert seen == [[]] and len(client.get("/v1/jobs").json()["jobs"]) == 1
    assert not dead.exists() and alive.exists()
    os.close(lock)


def test_a_link_to_a_folder_elsewhere_is_no_job(client: TestClient, tmp_path: Path) -> None:
    id = client.post(NEW, content=_table()[0]).json()["id"]
    elsewhere = (tmp_path / "jobs" / id).rename(tmp_path / "elsewhere")
    (tmp_path / "jobs" / id).symlink_to(elsewhere)
    for method, path in (("GET", ""), ("GET", "/mapping"), ("POST", "/start"), ("DELETE", "")):
        assert client.request(method, f"/v1/jobs/{id}{path}").status_code == 404, path
    assert client.get("/v1/jobs").json() == {"jobs": []} and (elsewhere / "job.json").is_file()


@pytest.mark.parametrize("told", ["{}", "[]", "{", '{"id": 1}'])
def test_what_no_process_can_read_hides_no_other_job(client: TestClient, tmp_path: Path, told: str) -> None:
    broken, whole = (client.post(NEW, content=_table()[0]).json()["id"] for _ in range(2))
    (tmp_path / "jobs" / broken / "job.json").write_text(told)
    assert [each["id"] for each in client.get("/v1/jobs").json()["jobs"]] == [whole]
    assert client.get(f"/v1/jobs/{broken}").status_code == 404
    assert client.post(f"/v1/jobs/{whole}/start").status_code == 202 and _ended(client, whole)["state"] == "done"
