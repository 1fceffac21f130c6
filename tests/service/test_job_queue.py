"""So many jobs at once, and what becomes of one whose process ends before it does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from starlette.testclient import TestClient
from tests.service.conftest import LOAN, service

from averment.audit.log import open_log
from averment_service import job_queue
from averment_service.app import application
from averment_service.job import is_worked_on
from averment_service.job_queue import queue_of
from averment_service.settings import Settings

NEW = "/v1/packs/loan/jobs?name=people.csv"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Of a service in which one job runs at once."""
    held = service(tmp_path, packs=(str(LOAN),), data=str(tmp_path / "jobs"), jobs=1)
    with TestClient(application(held), base_url="http://localhost") as found:
        yield found


def _table(rows: int) -> bytes:
    lines = ["case,income,debt,housed"]
    lines += [f"p{number},{number % 9000},{number % 50_000},yes" for number in range(rows)]
    return "\n".join(lines).encode()


def _job(client: TestClient, rows: int = 3) -> str:
    found = client.post(NEW, content=_table(rows))
    assert found.status_code == 201, found.text
    return str(found.json()["id"])


def _start(client: TestClient, id: str) -> dict[str, Any]:
    found = client.post(f"/v1/jobs/{id}/start?format=jsonl")
    assert found.status_code == 202, found.text
    told: dict[str, Any] = found.json()
    return told


def _state(client: TestClient, id: str) -> str:
    return str(client.get(f"/v1/jobs/{id}").json()["state"])


def _until(wanted: Callable[[], bool]) -> None:
    for _ in range(3000):
        if wanted():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def _tell(folder: Path, id: str, sign: signal.Signals) -> None:
    """Send a signal to all who work on a job."""
    os.killpg(int((folder / "jobs" / id / "work.lock").read_text()), sign)


def test_one_waits_for_another_and_has_its_turn(client: TestClient, tmp_path: Path) -> None:
    first, second, third = (_job(client) for _ in range(3))
    assert _start(client, first)["state"] == "running"
    _tell(tmp_path, first, signal.SIGSTOP)
    assert _start(client, second)["state"] == "waiting"
    assert _start(client, third)["state"] == "waiting"
    for method, path in (("POST", "/start"), ("PUT", "/mapping"), ("DELETE", "")):
        content = b"rest: ignore\n" if method == "PUT" else b""
        assert client.request(method, f"/v1/jobs/{second}{path}", content=content).status_code == 409, path
    assert client.post(f"/v1/jobs/{third}/cancel").json()["state"] == "cancelled"
    _tell(tmp_path, first, signal.SIGCONT)
    _until(lambda: _state(client, first) == "done")
    _until(lambda: _state(client, second) == "done")
    assert _state(client, third) == "cancelled"


def test_whoever_looks_at_one_that_waits_makes_room_for_it(client: TestClient, tmp_path: Path) -> None:
    first, second = _job(client), _job(client)
    _start(client, first)
    _tell(tmp_path, first, signal.SIGSTOP)
    assert _start(client, second)["state"] == "waiting"
    _tell(tmp_path, first, signal.SIGKILL)
    _until(lambda: _state(client, second) == "done")


def test_what_is_under_way_when_a_service_ends_goes_on_in_the_next(client: TestClient, tmp_path: Path) -> None:
    first, second = _job(client), _job(client)
    _start(client, first)
    _tell(tmp_path, first, signal.SIGSTOP)
    _start(client, second)
    url = f"sqlite:{tmp_path / 'decisions.db'}"
    queue = queue_of(Settings(log=url, data=str(tmp_path / "jobs"), jobs=1), "")
    queue.close()
    assert not is_worked_on(tmp_path / "jobs" / first)
    queue.admit()  # as the process of a job does that ends meanwhile
    assert [_state(client, id) for id in (first, second)] == ["waiting", "waiting"]
    queue.open()
    _until(lambda: {_state(client, id) for id in (first, second)} == {"done"})


def test_one_job_that_cannot_be_put_off_keeps_no_other_from_it(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = _job(client), _job(client)
    _start(client, first)
    _tell(tmp_path, first, signal.SIGSTOP)
    real = job_queue.read
    asked: list[Path] = []

    def read(folder: Path) -> Any:
        asked.append(folder)
        if len(asked) > 2 and folder.name == first:
            raise ValueError("somebody wrote over it")
        return real(folder)

    monkeypatch.setattr(job_queue, "read", read)
    queue_of(Settings(data=str(tmp_path / "jobs"), jobs=1), "").close()
    assert not is_worked_on(tmp_path / "jobs" / first) and (tmp_path / "jobs" / ".closed").exists()


@pytest.mark.parametrize("end", ["killed", "cancelled"])
def test_a_job_that_was_ended_goes_on_where_it_stopped(client: TestClient, tmp_path: Path, end: str) -> None:
    rows = 60_000
    id = _job(client, rows)
    _start(client, id)
    begun = tmp_path / "jobs" / id / "decisions.jsonl.parts" / "manifest.jsonl"
    _until(lambda: begun.is_file() and b'"part"' in begun.read_bytes())
    if end == "killed":
        _tell(tmp_path, id, signal.SIGKILL)
        _until(lambda: _state(client, id) == "failed")
        (told,) = client.get(f"/v1/jobs/{id}").json()["diagnostics"]
        assert told["code"] == "AV530" and "goes on" in told["help"][0]
    else:
        assert client.post(f"/v1/jobs/{id}/cancel").json()["state"] == "cancelled"
        assert client.post(f"/v1/jobs/{id}/cancel").status_code == 409
    assert client.get(f"/v1/jobs/{id}/result").status_code == 404
    before = [line for line in begun.read_bytes().splitlines() if b'"part"' in line]
    _start(client, id)
    _until(lambda: _state(client, id) in ("done", "failed"))
    done = client.get(f"/v1/jobs/{id}").json()
    assert done["state"] == "done" and done["summary"]["decided"] == rows, done
    kept = (tmp_path / "jobs" / id / "decisions.jsonl.manifest").read_bytes().splitlines()
    assert [line for line in kept if b'"part"' in line][: len(before)] == before
    with open_log(f"sqlite:{tmp_path / 'decisions.db'}") as log:
        kinds = [record.kind for record in log.records()]
    assert kinds.count("run") == kinds.count("done") == 1


def test_another_mapping_begins_anew(client: TestClient, tmp_path: Path) -> None:
    id = _job(client)
    _start(client, id)
    _tell(tmp_path, id, signal.SIGKILL)
    _until(lambda: _state(client, id) == "failed")
    mapping = b"columns: {case: case, income: applicant.income}\nrest: ignore\n"
    (tmp_path / "jobs" / id / "decisions.jsonl.parts").mkdir(exist_ok=True)
    assert client.put(f"/v1/jobs/{id}/mapping", content=mapping).status_code == 200
    assert not (tmp_path / "jobs" / id / "decisions.jsonl.parts").exists()
