"""A log of each kind to test on, and a small world to record: one vocabulary, one pack, outcome documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.postgres import new_schema, postgres

from averment.audit.batches import BatchEntries
from averment.audit.log import DecisionLog, open_log
from averment.audit.mask import Mask
from averment.audit.record import Entry, Maker, decision
from averment.core.program import FactType, Field, Kind

__all__ = ["new_schema", "postgres"]  # fixtures

PACK = {"name": "staffing", "version": "1.0.0", "digest": "sha256:" + "ab" * 32}
FILES = {"pack.yaml": b"pack: staffing\n", "rules/all.yaml": b"rules: []\n"}
MAKER = Maker("reference", "0.1.0", "ann")
KEY = b"k" * 32
START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Ticking:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class World:
    """What the tests record; ``open`` opens the log again, as another program would."""

    pack, files, maker, key, start = PACK, FILES, MAKER, KEY, START

    types: ClassVar = {
        "person": FactType(
            "person",
            (
                Field("name", Kind.TEXT, sensitive="drop"),
                Field("insurance", Kind.TEXT, sensitive="hash"),
                Field("card", Kind.TEXT, sensitive="last4"),
                Field("salary", Kind.INTEGER, sensitive="hash"),
                Field("role", Kind.TEXT),
            ),
            one=True,
        ),
        "visit": FactType("visit", (Field("day", Kind.DATE), Field("ward", Kind.TEXT, sensitive="drop")), key=("day",)),
    }

    def __init__(self, url: str, path: Path | None) -> None:
        self.url = url
        self.path = path

    def open(self, **options: Any) -> DecisionLog:
        return open_log(self.url, **{"clock": Ticking(), "key": b"" if self.path else KEY, **options})

    def read(self) -> DecisionLog:
        return open_log(self.url)

    def outcome(self, case: str = "one", claim: str = "hire", status: str = "settled", **more: Any) -> dict[str, Any]:
        warrant = {"nodes": [{"says": f"{case} needs a role."}], "edges": []}
        return {
            "case": case,
            "claim": claim,
            "status": status,
            "strength": None,
            "possible": [claim],
            "hangs_on": [],
            "assumptions": [],
            "fired": ["some-rule"],
            "warrant": warrant,
            "pack": PACK,
            "parameters": {"large_team": 20},
            **more,
        }

    def entry(self, case: str = "one", claim: str = "hire", *, key: str = "", **more: Any) -> Entry:
        facts = {"person": {"role": f"role of {case}"}}
        return decision(self.outcome(case, claim, **more), facts, mask=Mask(), maker=MAKER, key=key)

    def batch(self, part: str = "sha256:01", requester: str = "ann") -> list[Entry]:
        """A run of one part, with its end: nine cases of ten rows."""
        maker, digest = Maker("columnar", "0.1.0", requester), "sha256:aa"
        files = [{"path": "in.csv", "format": "csv", "digest": digest}]
        header = {"kind": "run", "hash": "sha256:run", "pack": PACK, "parameters": {}, "files": files, "mapping": []}
        entries = BatchEntries({**header, "firings": 1, "input": "in.csv", "engine": "columnar"}, Mask())
        counts = [["claim:hire", 5], ["claim:open", 4], ["status:open", 1], ["status:presumed", 3]]
        counts += [["status:settled", 5], ["presumed:hire", 3], ["rule:some-rule", 8], ["reject:AV312", 1]]
        about = {"part": 0, "first": 1, "rows": 10, "file": 0, "decided": 9, "counts": counts}
        line = {**about, "hash": part, "files": {"output": [9, "sha256:07"]}}
        end = {"digest": "sha256:08", "rows": 10, "decided": 9}
        return [entries.run(maker), entries.part(line, maker), entries.done(end, "", maker)]

    def fill(self, log: DecisionLog, count: int) -> None:
        """The pack and ``count`` decisions: ``count`` + 1 records."""
        log.put_pack(PACK["digest"], FILES, PACK["name"])
        for number in range(count):
            log.append(self.entry(f"case {number}", ["hire", "wait", "open"][number % 3]))


# Of a test of what only a server can do.
POSTGRES = pytest.mark.parametrize("world", ["postgres"], indirect=True)


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A place for a log on each store."""
    if request.param == "sqlite":
        return World(f"sqlite:{tmp_path / 'log.db'}", tmp_path / "log.db")
    return World(request.getfixturevalue("new_schema")(), None)


@pytest.fixture
def sqlite_world(tmp_path: Path) -> World:
    """A place for a log in a file."""
    return World(f"sqlite:{tmp_path / 'log.db'}", tmp_path / "log.db")


@pytest.fixture
def tamper(world: Any) -> Callable[..., Any]:
    """Run SQL on the log behind its back; the rows found."""

    def run(query: str, *values: Any) -> Any:
        if world.path:
            connection: Any = sqlite3.connect(world.path, isolation_level=None)
        else:
            import psycopg

            connection = psycopg.connect(world.url, autocommit=True)
            query = query.replace("?", "%s")
        try:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    return run
