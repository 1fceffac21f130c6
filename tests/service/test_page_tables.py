"""The page of tables: sent, corrected, decided, looked through; whatever is written in them stays what it is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

pytest.importorskip("pyarrow")

from httpx import Response
from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service
from tests.service.pages import Elements, proof, send
from tests.service.test_page_security import PAYLOADS, is_clean, sign_in

from averment_service.app import application
from averment_service.principals import ROLES, Doorkeeper, Principal, hashed

TABLE = b"name;Earns;house;Notes\nann;1.500;yes;x\nbob;2.500;no;y\ncy;n/a;yes;\ndi;lots;no;z\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("tables")
    state = service(folder, packs=(str(LOAN),), data=str(folder / "jobs"), upload=200_000)
    with TestClient(application(state), base_url="http://localhost") as found:
        yield found


def upload(client: TestClient, content: bytes = TABLE, name: str = "people.csv", **headers: str) -> Response:
    """The form of the page sent with a file, as a browser without script sends it."""
    data = {"csrf": proof(client, "/tables"), "pack": "loan"}
    told = {"origin": str(client.base_url), **headers}
    return cast("Response", client.post("/tables", data=data, files={"table": (name, content)}, headers=told))


def address(found: Response) -> str:
    assert found.status_code == 200, found.text
    return found.url.path


def chosen(page: Response) -> dict[str, str]:
    """What each column is taken for, by its heading."""
    told: dict[str, str] = {}
    for number, heading in re.findall(r'<label for="c-(\d+)">([^<]*)</label>', page.text):
        (select,) = re.findall(rf'<select id="c-{number}".*?</select>', page.text, re.DOTALL)
        (value,) = re.findall(r'<option value="([^"]*)" selected>', select)
        told[heading] = value
    return told


def decided(client: TestClient, path: str, **said: str) -> Response:
    """The page of the decisions, once they are there."""
    sent = send(client, f"{path}/mapping", {"do": "start", "format": "csv", **said})
    assert sent.status_code == 200, sent.text
    for _ in range(600):
        found = cast("Response", client.get(path))
        if "/events" not in found.text:
            return found
        time.sleep(0.05)
    raise AssertionError("it is not decided")


def mapping(client: TestClient, path: str) -> str:
    return client.get(path.replace("/tables/", "/v1/jobs/") + "/mapping").text


# --- a table comes in -------------------------------------------------------------------------------------------------


def test_the_draft_is_shown_with_cells_doubts_and_what_is_missing(client: TestClient) -> None:
    found = upload(client)
    assert chosen(found)["Earns"] == "applicant.income" and chosen(found)["Notes"] == "ignore"
    text = Elements(found.text).text
    assert "applicant.debt" in text and "lots" in text and is_clean(found.text) == []
    assert "people.csv" in Elements(client.get("/tables").text).text


@pytest.mark.parametrize("content", [b"", b"\x00\x01"])
def test_what_is_no_table_is_told_and_leaves_nothing(client: TestClient, content: bytes) -> None:
    before = len(client.get("/v1/jobs").json()["jobs"])
    found = upload(client, content)
    assert found.status_code == 422 and "cannot be read as a table" in found.text
    assert len(client.get("/v1/jobs").json()["jobs"]) == before


def test_no_file_and_one_that_is_too_large_are_told(client: TestClient) -> None:
    assert "choose a file" in send(client, "/tables", {"pack": "loan"}).text
    found = upload(client, b"a\n" + b"1\n" * 200_000)
    assert found.status_code == 413 and "200,000 bytes" in found.text
    assert "at most 0 MB" in client.get("/tables").text


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "..\\..\\x.csv", '<img src=x onerror="a()">.csv', "a\u202eb.csv", "é\n.csv"]
)
def test_a_hostile_name_is_only_a_name(client: TestClient, name: str) -> None:
    found = upload(client, name=name)
    path = address(found)
    assert is_clean(found.text) == [] and re.fullmatch(r"/tables/[0-9a-f]{16}", path)
    assert "\u202e" not in found.text
    assert send(client, f"{path}/delete").status_code == 200


def test_the_form_needs_its_proof_and_its_origin(client: TestClient) -> None:
    assert upload(client, origin="https://evil.example").status_code == 403
    files = {"table": ("a.csv", TABLE)}
    for data in ({}, {"csrf": "0" * 64}):
        headers = {"origin": str(client.base_url)}
        assert client.post("/tables", data=data, files=files, headers=headers).status_code == 403


# --- the mapping --------------------------------------------------------------------------------------------------


def test_a_correction_changes_its_column_and_nothing_else(client: TestClient) -> None:
    path = address(upload(client))
    before = mapping(client, path)
    send(client, f"{path}/text", {"text": before + "# a note of mine\nconstants: {applicant.remote: true}\n"})
    noted = mapping(client, path)
    found = send(client, f"{path}/mapping", {"column.1": "applicant.income", "do": "save"})
    after = mapping(client, path)
    assert "# a note of mine" in after and "constants: {applicant.remote: true}" in after
    assert chosen(found)["Earns"] == "applicant.income"
    changed = set(after.splitlines()) ^ set(noted.splitlines())
    assert all("Earns" in line for line in changed), changed
    back = send(client, f"{path}/mapping", {"column.1": "ignore", "do": "save"})
    assert chosen(back)["Earns"] == "ignore" and "# a note of mine" in mapping(client, path)


def test_what_cannot_be_read_so_is_told_and_not_started(client: TestClient) -> None:
    path = address(upload(client))
    found = send(client, f"{path}/mapping", {"column.3": "applicant.income", "do": "start"})
    assert found.status_code == 422 and "It cannot be read like this" in found.text
    assert client.get(path.replace("/tables/", "/v1/jobs/")).json()["state"] == "drafted"


def test_a_mistake_in_the_text_is_told_at_its_line_and_nothing_is_lost(client: TestClient) -> None:
    path = address(upload(client))
    before = mapping(client, path)
    written = "# mine\r\ndelimiter: ';'\r\ncolums: {name: case}\r\n<script>: x\r\n"
    found = send(client, f"{path}/text", {"text": written})
    text = Elements(found.text).text
    assert found.status_code == 422 and "Line 3:" in text and is_clean(found.text) == []
    assert "# mine\ndelimiter: &#x27;;&#x27;\ncolums: {name: case}\n&lt;script&gt;: x\n</textarea>" in found.text
    assert mapping(client, path) == before


def test_cells_of_a_sensitive_field_are_not_shown(client: TestClient) -> None:
    found = upload(client, b"case,applicant.name,income\n1,Zebulon Quark,4\n2,Xanthe Quark,5\n")
    assert "Zebulon" not in found.text and "sensitive" in found.text


# --- what comes out -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def path(client: TestClient) -> str:
    """A table that is decided."""
    lines = ["name;income;Notes"]
    lines += [f"{PAYLOADS[number] if number < len(PAYLOADS) else number};{number * 40};x" for number in range(120)]
    quoted = "\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in line.rsplit(";", 2)) for line in lines)
    found = address(upload(client, (quoted + '\n"last";"lots";"x"\n').encode()))
    decided(client, found)
    return found


def test_the_sum_and_the_rejects_are_told(client: TestClient, path: str) -> None:
    found = client.get(path)
    text = Elements(found.text).text
    assert "120 decided" in text and "1 row not decided" in text and "`lots`" in text, text
    assert is_clean(found.text) == []
    assert client.get(path.replace("/tables/", "/v1/jobs/") + "/result").text.startswith("case,row,")


def test_rows_are_sorted_filtered_and_paged(client: TestClient, path: str) -> None:
    def numbers(query: str) -> list[int]:
        found = client.get(f"{path}?{query}")
        assert found.status_code == 200 and is_clean(found.text) == []
        return [int(each) for each in re.findall(rf"{path}/rows/(\d+)", found.text)]

    assert numbers("") == list(range(1, 51))
    assert numbers("page=3") == list(range(101, 121)) == numbers("page=999")
    assert numbers("sort=row&down=1") == list(range(120, 70, -1))
    second = numbers("claim=open&page=2")
    assert set(numbers("claim=open")) & set(second) == set() and min(second) > 50
    assert numbers("text=SCRIPT") and set(numbers("text=SCRIPT")) < set(range(1, 121))
    assert numbers("text=%25") != list(range(1, 51)) and numbers("status=nothing") == []
    assert numbers("text=118") == [119]
    for odd in ("page=-1", "page=x", "sort=1;drop", "claim=%27%22--"):
        numbers(odd)


def test_a_row_opens_with_its_whole_explanation(client: TestClient, path: str) -> None:
    for number in (1, 7, 120):
        found = client.get(f"{path}/rows/{number}")
        assert found.status_code == 200 and "Facts given" in found.text and is_clean(found.text) == []
    for odd in ("0", "121", "999999", "x", "9" * 40):
        assert client.get(f"{path}/rows/{odd}").status_code == 404, odd


def test_what_would_mend_the_rejects_is_put_into_the_mapping(client: TestClient) -> None:
    table = b"case,housed\na,yes\nb,no\nc,ja\nd,nein\n"
    path = address(upload(client, table))
    send(client, f"{path}/text", {"text": "# mine\ncolumns: {housed: applicant.housed}\n"})
    found = decided(client, path)
    assert "this would mend" in found.text, Elements(found.text).text
    mended = send(client, f"{path}/mend")
    assert mended.status_code == 200 and mapping(client, path).startswith("# mine\n")
    assert "4 decided" in Elements(decided(client, path).text).text


def test_progress_is_told_until_it_ends(client: TestClient) -> None:
    path = address(upload(client))
    found = send(client, f"{path}/mapping", {"do": "start"})
    assert "sse-connect" in found.text and '<noscript><meta http-equiv="refresh"' in found.text
    told = client.get(f"{path}/events").text
    assert told.startswith("event: progress\ndata: ") and told.endswith("event: ended\ndata: done\n\n")
    assert send(client, f"{path}/again").status_code == 200 and "Decide the table" in client.get(path).text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_heading_or_cell_becomes_markup(client: TestClient, payload: str) -> None:
    cell = payload.replace('"', '""')
    found = upload(client, f'"{cell}","income"\n"{cell}","1"\n'.encode())
    assert found.status_code in (200, 422) and is_clean(found.text) == []
    if found.status_code == 200:
        again = send(client, f"{found.url.path}/mapping", {"column.0": "case", "do": "save"})
        assert again.status_code in (200, 422) and is_clean(again.text) == []
        assert is_clean(client.get(f"{found.url.path}/text").text) == []
        send(client, f"{found.url.path}/delete")


# --- whose it is ----------------------------------------------------------------------------------------------------


def test_another_person_s_table_is_not_there(tmp_path: Path) -> None:
    people = {hashed(name.encode()): Principal(name, ROLES["evaluator"]) for name in ("ann", "bob")}
    held = service(tmp_path, Doorkeeper(people), packs=(str(LOAN),), data=str(tmp_path / "jobs"))
    with TestClient(application(held), base_url="http://testserver") as client:
        sign_in(client, "ann")
        path = address(upload(client))
        client.cookies.clear()
        sign_in(client, "bob")
        for part in ("", "/text", "/events", "/rows/1"):
            assert client.get(path + part).status_code == 404, part
        for part in ("/mapping", "/text", "/mend", "/again", "/start", "/cancel", "/delete"):
            assert send(client, path + part).status_code == 404, part
        assert "people.csv" not in client.get("/tables").text
