"""The audit of batches: replayed from their input, found by name, counted, turned by another pack; no lie passes."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_batch_log import _PACK, _SECRET
from tests.draws import parts

from averment.audit.chain import FIELDS, follow, genesis
from averment.audit.log import open_log
from averment.ir.digest import canonical

LOG = "sqlite:log.db"
_AGES = [str(age) if age != 5 else "old" for age in range(40)]


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packs, of which the second is stricter, a table with a bad row, and a case."""
    monkeypatch.chdir(tmp_path)
    for folder, limit in (("loans", "30"), ("strict", "35")):
        for name, text in _PACK.items():
            place = tmp_path / folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            version = "1.0.0" if folder == "loans" else "2.0.0"
            place.write_text(text.replace("30", limit).replace("1.0.0", version), "utf-8")
    Path("in.csv").write_text("case,age\n" + "".join(f"c{number},{age}\n" for number, age in enumerate(_AGES)))
    Path("one.yaml").write_text("case: ann\nfacts: {person: {age: 32}}\n")
    return tmp_path


@pytest.fixture
def batch(averment: Any) -> Any:
    """Decide the table on the record."""

    def call(output: str = "out.jsonl", *more: str, table: str = "in.csv") -> None:
        words = ("batch", table, "-o", output, "-p", "loans", "--chunk", "11", "--log", LOG, "--requester", "ann")
        ran = averment(*words, *more)
        assert ran.code == 0, ran.err

    return call


@pytest.fixture
def audit(averment: Any) -> Any:
    """An audit command on the log."""
    return lambda command, *more: averment("audit", command, "--log", LOG, *more)


@pytest.mark.parametrize("output", ["out.jsonl", "out.csv", "out.parquet", "out.arrow", "out.xlsx"])
def test_a_batch_is_replayed_from_its_input_and_its_cases_found(batch: Any, audit: Any, output: str) -> None:
    batch(output)
    run = json.loads(audit("list", "--format", "jsonl").out.splitlines()[0])["id"]
    ran = audit("replay", "--all")
    assert (ran.code, "39 decisions decided again, 39 of them of 1 batch: 39 the same, to the byte" in ran.out) == (
        0,
        True,
    )
    for _ in range(2):  # from the output; when that is gone, from the input
        ran = audit("list", "--case", "c33", "--format", "jsonl")
        found = json.loads(ran.out)
        assert (found["id"], found["claim"], found["fired"]) == (f"{run}/34", "give", ["old-enough"])
        assert audit("list", "--claim", "refuse", "--limit", "100").out.count("\n") == 30
        assert json.loads(audit("stats", "--case", "c33", "--format", "json").out)["claims"] == {"give": 1}
        Path(output).unlink(missing_ok=True)
    shown = audit("show", f"{run}/34")
    assert shown.code == 0 and "decided again, it is the same" in shown.out
    assert "c33: give · settled" in shown.out and "the age is 33" in shown.out


def test_whole_outcomes_are_found_by_row_too(batch: Any, audit: Any) -> None:
    batch("out.jsonl", "--warrants", "full")
    ran = audit("replay", "--id", "2", "--id", "2/40")
    assert (ran.code, "40 the same" in ran.out) == (0, True)
    assert json.loads(audit("list", "--case", "c39", "--format", "jsonl").out)["row"] == 40
    assert json.loads(audit("show", "2/40", "--format", "json").out)["again"]["state"] == "same"
    assert "AV533" in audit("show", "2/6").err and "AV561" in audit("show", "2/41").err


def test_input_is_found_by_its_digest_and_missed_aloud(batch: Any, audit: Any, world: Path) -> None:
    batch()
    moved = world / "elsewhere" / "copy.csv"
    moved.parent.mkdir()
    Path("in.csv").rename(moved)
    ran = audit("replay", "--all")
    assert (ran.code, "left out: 39 decisions" in ran.out) == (1, True)
    assert "the input `in.csv` is not there any more (say with --input" in ran.out
    Path("in.csv").write_text("case,age\n")
    assert "is not what was decided: its digest is another one" in audit("replay", "--all").out
    assert audit("replay", "--all", "--input", str(moved)).code == 0
    assert audit("list", "--case", "c33").code == 0  # the output has it
    Path("out.jsonl").unlink()
    ran = audit("list", "--case", "c33")
    assert (ran.code, "left out: 39 decisions" in ran.err) == (1, True)


def test_another_pack_turns_rows_and_single_decisions(batch: Any, audit: Any, averment: Any) -> None:
    batch()
    batch("again.csv")
    averment("decide", "one.yaml", "-p", "loans", "--log", LOG)
    ran = audit("replay", "--all", "--pack", "./strict")
    assert ran.code == 0
    assert "Under loans 2.0.0, 6 of 40 cases turn: 6 give → refuse." in ran.out
    assert "no longer: old-enough (6)" in ran.out and "now: too-young (6)" in ran.out
    assert "ann: give → refuse" in ran.out and "c31: give → refuse" in ran.out
    assert "left out: 1 earlier run of the same order, with the same cases" in ran.out
    found = json.loads(audit("replay", "--claim", "give", "--pack", "./strict", "--format", "json").out)
    assert (found["cases"], found["turned"]) == (11, 6)
    found = json.loads(audit("replay", "--case", "c31", "--pack", "./strict", "--format", "json").out)
    assert [turned["case"] for turned in found["first"]] == ["c31"]


def test_deciding_a_table_again_is_a_run_of_the_same_order(batch: Any, audit: Any) -> None:
    batch()
    batch("again.parquet", "--jobs", "2")
    Path("less.csv").write_text("case,age\nc1,31\n")
    batch("less.jsonl", table="less.csv")
    stats = json.loads(audit("stats", "--format", "json").out)
    assert (stats["runs"], stats["orders"], stats["cases"], stats["decided"]) == (3, 2, 40, 79)
    assert "runs of the same order counted once" in audit("stats").out


def test_decisions_are_exported_a_row_each(batch: Any, audit: Any, averment: Any) -> None:
    averment("decide", "one.yaml", "-p", "loans", "--log", LOG)
    batch()
    assert audit("export", "--decisions", "-o", "all.csv").code == 0
    rows = list(csv.DictReader(Path("all.csv").read_text().splitlines()))
    assert [row["kind"] for row in rows] == ["decision", *["row"] * 39]
    assert {row["case"]: row["claim"] for row in rows}["c33"] == "give"


def test_a_batch_without_an_end_is_left_out_aloud(batch: Any, audit: Any) -> None:
    batch()
    rewritten("DELETE FROM averment_record WHERE kind = 'done'")
    ran = audit("replay", "--all")
    assert (ran.code, "no end of its run is recorded" in ran.out) == (1, True)
    assert json.loads(audit("stats", "--format", "json").out)["unfinished"] == 1


def test_a_batch_with_secrets_is_replayed_with_the_key_only(batch: Any, audit: Any, world: Path) -> None:
    Path("loans/facts.yaml").write_text(_SECRET)
    Path("in.csv").write_text("case,age,card\nc1,40,1234\nc2,20,5678\n")
    Path("map.yaml").write_text("columns: {age: person.age, card: person.card}\nconstants: {person.name: Canary}\n")
    batch("out.jsonl", "--mapping", "map.yaml")
    assert b"Canary" not in Path("log.db").read_bytes()
    assert "2 the same, to the byte" in audit("replay", "--all").out
    Path("out.jsonl.manifest").unlink()
    ran = audit("replay", "--all")
    assert (ran.code, "its mapping is masked" in ran.out) == (0, True)
    Path("log.db.key").unlink()
    assert "2 masked, not decided again" in audit("replay", "--all").out


def test_a_dossier_of_a_row_proves_itself(batch: Any, averment: Any) -> None:
    batch()
    assert averment("dossier", "--log", LOG, "--id", "2/34", "-o", "case.zip").code == 0
    ran = averment("dossier", "--verify", "case.zip")
    assert (ran.code, "a part of a batch that has row 34" in ran.out, "c33: give, proved" in ran.out) == (0, True, True)


# --- lies: whoever writes the log can write its chain anew; what is decided again still tells


def rewritten(*statements: str, change: tuple[int, dict[str, Any]] | None = None) -> None:
    """Alter the log behind its back, with a body changed by record, and chain it anew."""
    with closing(sqlite3.connect("log.db", isolation_level=None)) as store:
        for statement in statements:
            store.execute(statement)
        if change:
            store.execute(
                "UPDATE averment_record SET body = ? WHERE sequence = ?", (canonical(change[1]).decode(), change[0])
            )
        with open_log(LOG) as log:
            head = log.head()._replace(size=0, hash=genesis(log.id))
        names = ", ".join(FIELDS)
        rows = store.execute(f"SELECT sequence, {names} FROM averment_record ORDER BY sequence").fetchall()
        store.execute("UPDATE averment_record SET sequence = sequence + 1000000")
        for old, *fields in rows:
            row = follow(head, tuple(str(field).encode() for field in fields))
            head = head._replace(size=row.sequence, hash=row.hash)
            store.execute(
                "UPDATE averment_record SET sequence = ?, previous = ?, hash = ? WHERE sequence = ?",
                (row.sequence, row.previous, row.hash, old + 1000000),
            )


def _lies(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths to all that can be altered in a body."""
    if isinstance(value, dict):
        return [found for key in value for found in _lies(value[key], (*path, key))]
    if isinstance(value, list):
        return [found for key, one in enumerate(value) for found in _lies(one, (*path, str(key)))]
    return [path]


def _altered(value: Any, path: tuple[str, ...], draw: random.Random) -> Any:
    if path:
        keyed: Any = int(path[0]) if isinstance(value, list) else path[0]
        changed = value.copy()
        changed[keyed] = _altered(value[keyed], path[1:], draw)
        return changed
    if isinstance(value, int):
        return value + draw.choice([-1, 1, 7])
    return value[:-1] + ("0" if value[-1:] != "0" else "1")


_MAY_DIFFER = {"engine", "version", "requester", "folder", "place"}


@pytest.mark.parametrize("part", parts(100, quick=1, slow=20))
def test_no_altered_record_of_a_batch_is_believed(batch: Any, audit: Any, part: int) -> None:
    """A body altered anywhere, and the chain made to fit: a replay finds it, with the output's manifest beside it."""
    batch()
    with open_log(LOG) as log:
        records = [record for record in log.records() if record.kind in ("run", "part", "done")]
        whole = Path("log.db").read_bytes()
    lies = [(record, path) for record in records for path in _lies(record.body) if path[0] not in _MAY_DIFFER]
    draw = random.Random(part)
    for record, path in draw.sample(lies, 8):
        rewritten(change=(record.sequence, _altered(record.body, path, draw)))
        assert audit("verify").code == 0
        ran = audit("replay", "--all")
        assert ran.code in (1, 3), (record.kind, path, ran.out)
        Path("log.db").write_bytes(whole)


def test_an_altered_output_is_told(batch: Any, audit: Any) -> None:
    batch()
    text = Path("out.jsonl").read_text()
    Path("out.jsonl").write_text(text.replace('"claim":"give"', '"claim":"refuse"', 1))
    ran = audit("replay", "--all")
    assert (ran.code, "out.jsonl` is not as its run left it" in ran.out) == (1, True)
    assert json.loads(audit("list", "--case", "c30", "--format", "jsonl").out)["claim"] == "give"
