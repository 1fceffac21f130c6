"""Batch jobs: from a table in other words to decisions on record."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.test_decide import examples

import averment
from averment.audit.log import open_log
from averment_cli.main import run
from averment_service.app import application
from averment_service.principals import ROLES, Doorkeeper, Principal
from averment_service.principals import hashed as hash_of

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
