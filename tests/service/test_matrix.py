"""One matrix: the same cases through every door, and the same bytes out of each.

A door gives for each case either its whole outcome, which must be the canonical bytes of the reference, or, where what
comes out is a table, its row, which must say what the outcome says.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("mcp")
pytest.importorskip("httpx")

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from mcp.client.client import Client as McpClient
from starlette.testclient import TestClient
from tests.service.conftest import service
from tests.service.pages import send
from tests.service.test_decide import URL, examples

import averment
from averment.audit.log import open_log
from averment.audit.replay import State, replay
from averment.client import Client
from averment.ir.digest import canonical, digest_of
from averment.recording import Redecider
from averment_cli.main import run
from averment_service.agents.desk import Desk
from averment_service.agents.protocol import server
from averment_service.app import application
from averment_service.principals import ROLES, Principal
from averment_service.service import Service

Case = dict[str, Any]
PACK = averment.load("pm_tpm")
MANY = int(os.environ.get("AVERMENT_MATRIX", "30"))  # the target is 1,000: see tests/README.md


def drawn(count: int, seed: int = 11) -> list[Case]:
    """Cases made from the examples: fields taken away, numbers and truth values turned, records dropped."""
    chance, found = random.Random(seed), examples()
    cases: list[Case] = []
    for number in range(count):
        case = json.loads(json.dumps(found[number % len(found)]))
        for kind, held in list(case["facts"].items()):
            if isinstance(held, list):
                case["facts"][kind] = [record for record in held if chance.random() < 0.8]
                continue
            for name, value in list(held.items()):
                if chance.random() < 0.12:
                    del held[name]
                elif isinstance(value, bool) and chance.random() < 0.15:
                    held[name] = not value
                elif name == "team_size" and chance.random() < 0.3:
                    held[name] = chance.randrange(60)
        cases.append({"case": f"case-{number}", "facts": case["facts"]})
    return cases


class World:
    """The cases, what the reference says of each, and a service."""

    def __init__(self, folder: Path, cases: Sequence[Case], client: TestClient, state: Service) -> None:
        self.folder, self.cases, self.client, self.state = folder, cases, client, state
        self.outcomes = [PACK.decide(PACK.case(case["facts"], case["case"]), engine="reference") for case in cases]
        self.lines = "".join(json.dumps(case) + "\n" for case in cases)
        (folder / "cases.jsonl").write_text(self.lines)


# --- doors that give whole outcomes ---------------------------------------------------------------------------------


def library(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    for case in world.cases:
        yield PACK.decide(case["facts"], name=case["case"]).canonical


def command_line(world: World, printed: Callable[[], str]) -> Iterator[bytes]:
    assert run(["decide", str(world.folder / "cases.jsonl"), "--format", "json"]) == 0
    yield from printed().encode().splitlines()


def batch_with_warrants(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    output = world.folder / "whole.jsonl"
    assert run(["batch", str(world.folder / "cases.jsonl"), "-o", str(output), "--warrants", "full"]) == 0
    for line in output.read_bytes().splitlines():
        document = json.loads(line)
        yield canonical(document.get("outcome", document))


def one(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    for case in world.cases:
        found = world.client.post(URL, json={**case, "detail": "outcome"})
        assert found.status_code == 200, found.text
        yield canonical(found.json()["outcome"])


def many(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    for start in range(0, len(world.cases), 100):
        sent = {"cases": world.cases[start : start + 100], "detail": "outcome"}
        for result in world.client.post(URL, json=sent).json()["results"]:
            yield canonical(result["outcome"])


def stream(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    headers = {"content-type": "application/x-ndjson"}
    found = world.client.post(f"{URL}?detail=outcome", content=world.lines.encode(), headers=headers)
    for line in found.text.splitlines():
        yield canonical(json.loads(line)["outcome"])


def client(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    pack = Client("http://localhost", http=world.client).pack("pm_tpm")
    for case in world.cases:
        yield pack.decide(case["facts"], name=case["case"], whole=True).canonical


def session(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    """A consultation that begins with what is known, and ends at once."""
    pack = Client("http://localhost", http=world.client).pack("pm_tpm")
    for case in world.cases:
        yield pack.ask(case["facts"], name=case["case"]).decide(whole=True).canonical


def agent(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    """The tool of an agent, by the client of the protocol's own SDK."""

    async def talk() -> list[bytes]:
        desk = Desk(world.state, PACK, Principal("agent", ROLES["agent"]))
        async with McpClient(server(desk)) as client:
            found = [await client.call_tool("decide", {**case, "detail": "outcome"}) for case in world.cases]
        return [canonical((each.structured_content or {})["outcome"]) for each in found]

    yield from asyncio.run(talk())


def page(world: World, _: Callable[[], str]) -> Iterator[bytes]:
    """The form of the page: what it puts on record has the digest of the answer to these facts."""
    for case in world.cases:
        found = send(world.client, "/decide/record", {"case": case["case"], **_form(case["facts"])})
        assert found.status_code == 200, found.text
        log = world.state.log
        assert log is not None
        record = next(log.records(newest_first=True, limit=1))
        outcome = PACK.decide(record.facts, name=record.case, engine="reference")
        assert record.body["outcome"] == digest_of(outcome.canonical)
        yield outcome.canonical


def _form(facts: Case) -> dict[str, Any]:
    """The inputs that a person would fill in."""
    told: dict[str, Any] = {"none": [name for name, held in facts.items() if held == []]}
    for kind, held in facts.items():
        rows = enumerate(held, 1) if isinstance(held, list) else [(0, held)]
        for number, row in rows:
            for name, value in row.items():
                words = value if isinstance(value, list) else [value]
                written = [str(word).lower() if isinstance(word, bool) else str(word) for word in words]
                told[f"{kind}.{number}.{name}" if number else f"{kind}.{name}"] = written or "-"
    return told


WHOLE = (library, command_line, batch_with_warrants, one, many, stream, client, session, agent, page)


# --- doors that give a row ------------------------------------------------------------------------------------------


def frame(world: World, _: Callable[[], str]) -> Iterator[Case]:
    flat = pa.Table.from_pylist([_flat(case) for case in world.cases], schema=None)
    yield from PACK.decide_table(flat, fired="names").to_pylist()


def lines(world: World, _: Callable[[], str]) -> Iterator[Case]:
    yield from map(json.loads, _batch(world, "jsonl").read_text().splitlines())


def sheet(world: World, _: Callable[[], str]) -> Iterator[Case]:
    for row in csv.DictReader(io.StringIO(_batch(world, "csv").read_text())):
        split = {name: row[name].split("|") if row[name] else [] for name in ("fired", "hangs_on")}
        yield {**{name: value or None for name, value in row.items()}, **split}


def parquet(world: World, _: Callable[[], str]) -> Iterator[Case]:
    yield from _named(pq.read_table(_batch(world, "parquet")))


def arrow(world: World, _: Callable[[], str]) -> Iterator[Case]:
    with pa.ipc.open_file(_batch(world, "arrow")) as file:
        yield from _named(file.read_all())


ROWS = (frame, lines, sheet, parquet, arrow)


def _batch(world: World, suffix: str) -> Path:
    output = world.folder / f"rows.{suffix}"
    assert run(["batch", str(world.folder / "cases.jsonl"), "-o", str(output)]) == 0
    return output


def _flat(case: Case) -> Case:
    """A case as a row: the fields of single records as columns, the records of a type of many as a list."""
    row: Case = {"case": case["case"]}
    for name, kind in PACK.model.types.items():
        if kind.derived:
            continue
        held = case["facts"].get(name)
        if not kind.one:
            row[name] = held
            continue
        row.update((f"{name}.{field.name}", (held or {}).get(field.name)) for field in kind.fields)
    return row


def _named(table: pa.Table) -> Iterator[Case]:
    names = averment.fired_names(table).to_pylist()
    for row, fired in zip(table.to_pylist(), names, strict=True):
        yield {**row, "fired": fired, "hangs_on": json.loads(row["hangs_on"])}


# --- the matrix -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[10, pytest.param(MANY, marks=pytest.mark.slow)], ids=["some", "many"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    state = service(folder, sessions=2000)
    with TestClient(application(state), base_url="http://localhost") as asked:
        yield World(folder, drawn(request.param), asked, state)


@pytest.mark.parametrize("door", WHOLE, ids=lambda door: door.__name__)
def test_the_outcome_is_the_same_bytes(world: World, door: Any, capsysbinary: Any) -> None:
    found = list(door(world, lambda: capsysbinary.readouterr().out.decode()))
    assert found == [outcome.canonical for outcome in world.outcomes]


@pytest.mark.parametrize("door", ROWS, ids=lambda door: door.__name__)
def test_the_row_says_what_the_outcome_says(world: World, door: Any, capsys: Any) -> None:
    found = list(door(world, lambda: capsys.readouterr().out))
    for row, outcome in zip(found, world.outcomes, strict=True):
        told = {"case": outcome.name, "claim": outcome.claim, "status": outcome.status.value}
        told |= {"strength": outcome.strength, "fired": list(outcome.fired), "hangs_on": list(outcome.hangs_on)}
        held = {**row, "fired": sorted(row["fired"]), "hangs_on": sorted(row["hangs_on"])}
        assert {name: held[name] for name in told} == told
        assert row["presumed"] == (outcome.presumed.claim if outcome.presumed else None)


def test_what_went_on_record_replays_to_the_same_bytes(world: World) -> None:
    with open_log(f"sqlite:{world.folder / 'decisions.db'}") as log:
        states = [again.state for again in replay(log, Redecider())]
    assert states and set(states) == {State.SAME}
