"""A batch on the record, on every store: each part of it enters the decision log once, whatever becomes of the run."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.cli.stores import Log

from averment.batch.manifest import Manifest

_PACK = {
    "pack.yaml": "pack: loans\nversion: 1.0.0\ntitle: May the loan be given?\nclaim: {fact: advice, field: what}\n",
    "facts.yaml": """facts:
  person: {cardinality: one, fields: {age: {type: integer, min: 0, max: 200}}}
  advice: {derived: true, fields: {what: {type: choice, of: [give, refuse]}}}
""",
    "rules/all.yaml": """author: The authors
rules:
  - rule: old-enough
    says: The person is old enough.
    backing: judgement
    when: [{person: {age: '>= 30'}}]
    then: [{advice: {what: give}}]
  - rule: too-young
    says: The person is too young.
    backing: judgement
    when: [{person: {age: '< 30'}}]
    then: [{advice: {what: refuse}}]
""",
}
_SECRET = """facts:
  person:
    cardinality: one
    fields:
      age: {type: integer, min: 0, max: 200}
      name: {type: text, sensitive: drop}
      salary: {type: integer, min: 0, max: 999999999999, sensitive: hash}
      card: {type: text, sensitive: last4}
  advice: {derived: true, fields: {what: {type: choice, of: [give, refuse]}}}
"""
_CANARIES = ("Canary-Name-7391", "739155281864", "Canary-Card-1864-XYZW")
_ROWS, _CHUNK = 60, 7  # the second row is bad: nine parts, of 59 cases


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pack and a table, a row of which cannot be decided."""
    monkeypatch.chdir(tmp_path)
    for name, text in _PACK.items():
        place = tmp_path / "loans" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    ages = ["old" if number == 1 else str(number) for number in range(_ROWS)]
    (tmp_path / "in.csv").write_text("case,age\n" + "".join(f"c{age},{age}\n" for age in ages))
    return tmp_path


@pytest.fixture
def batch(averment: Any, log: Log) -> Any:
    """Decide the table on the record."""

    def call(*more: str, output: str = "out.jsonl", chunk: int = _CHUNK) -> Any:
        words = ("in.csv", "-o", output, "-p", "loans", "--chunk", str(chunk), "--requester", "ann")
        return averment("batch", *words, "--log", log.address, *log.key, *more)

    return call


@pytest.fixture
def audit(averment: Any, log: Log) -> Any:
    """An audit command on the log."""
    return lambda command, *more: averment("audit", command, "--log", log.address, *more)


@pytest.fixture
def parts(audit: Any) -> Any:
    """The parts in the log, which is whole."""

    def read() -> list[dict[str, Any]]:
        assert audit("verify").code == 0
        exported = audit("export", "-o", "-")
        assert exported.code == 0
        records = [json.loads(line) for line in exported.out.splitlines()]
        return [record for record in records if record["kind"] == "part"]

    return read


def holds_once(parts: list[dict[str, Any]], output: str = "out.jsonl") -> None:
    """The log holds each part of the output once, as the manifest of the output has them."""
    entries = [json.loads(line) for line in Path(f"{output}.manifest").read_text().splitlines()]
    assert [part["part"] for part in parts] == [entry["hash"] for entry in entries if entry["kind"] == "part"]
    claims = Counter(json.loads(line)["claim"] for line in Path(output).read_text().splitlines())
    assert sum((Counter(part["claims"]) for part in parts), Counter()) == claims
    assert sum(part["cases"] for part in parts) == claims.total() == _ROWS - 1


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_part_is_recorded(batch: Any, parts: Any, log: Log, jobs: str) -> None:
    ran = batch("--jobs", jobs)
    assert ran.code == 0, ran.err
    assert f"9 parts recorded in `{log.name}`: 3-" in ran.err
    found = parts()
    assert len(found) == 9
    holds_once(found)
    digest = "sha256:" + hashlib.sha256(Path("in.csv").read_bytes()).hexdigest()
    assert {(part["inputs"], part["engine"], part["requester"], part["pack"]) for part in found} == {
        (digest, "columnar", "ann", "loans")
    }


def test_a_finished_run_found_again_records_nothing_new(averment: Any, batch: Any, parts: Any) -> None:
    averment("batch", "in.csv", "-o", "out.jsonl", "-p", "loans", "--chunk", str(_CHUNK))
    assert "9 parts recorded in" in batch().err  # of a run that was not on the record
    first = parts()
    ran = batch()
    assert (ran.code, "60 rows were done before" in ran.err, ", 9 of them before: 3-" in ran.err) == (0, True, True)
    assert parts() == first
    holds_once(first)


def test_another_run_of_the_same_order_is_another(batch: Any, parts: Any) -> None:
    """As a case decided again is another decision: so another chunk is no other content of the same part."""
    assert batch().code == batch("--restart", chunk=11).code == batch(output="other.jsonl").code == 0
    found = parts()
    assert [part["cases"] for part in found] == [6, *[7] * 7, 4, 10, *[11] * 4, 5, 6, *[7] * 7, 4]
    assert len({part["key"] for part in found}) == len(found) == 24
    holds_once(found[9:15])
    holds_once(found[15:], "other.jsonl")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_log_that_fails_half_way_stops_the_run_which_goes_on(
    batch: Any, parts: Any, log: Log, jobs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from averment.audit.errors import unavailable
    from averment.audit.log import DecisionLog
    from averment.audit.record import PART, Entry

    real = DecisionLog.append
    for after, heard in ((3, False), (2, True)):
        left = after

        def append(self: Any, entry: Entry, heard: bool = heard) -> Any:
            nonlocal left
            if entry.kind != PART:
                return real(self, entry)
            if left == 0 and not heard:
                raise unavailable(self.name, "the disk is full")
            receipt = real(self, entry)
            left -= receipt.fresh
            if left < 0:  # on disk, and the answer is lost
                raise unavailable(self.name, "the connection was lost")
            return receipt

        with monkeypatch.context() as patched:
            patched.setattr(DecisionLog, "append", append)
            ran = batch("--jobs", jobs)
        assert ran.code == 3, ran.err
        assert "AV550" in ran.err and "the same command continues where it stopped" in ran.err
        assert "decided," not in ran.err and not Path("out.jsonl").exists()
    assert len(parts()) == 6
    ran = batch("--jobs", jobs)
    assert (ran.code, ", 6 of them before" in ran.err) == (0, True), ran.err
    found = parts()
    assert len(found) == 9
    holds_once(found)


def test_a_record_that_the_store_refuses_stops_the_run(batch: Any, parts: Any, log: Log) -> None:
    assert batch().code == 0
    log.refuse("kind", "part")
    ran = batch(output="other.jsonl")
    assert (ran.code, "AV55" in ran.err, Path("other.jsonl").exists()) == (3, True, False)
    assert len(parts()) == 9


@pytest.mark.parametrize("address", ["sqlite:no/such/folder/log.db", "sqlite:.", "mysql://x", "sqlite:in.csv"])
def test_without_a_log_nothing_is_decided(averment: Any, address: str) -> None:
    ran = averment("batch", "in.csv", "-o", "out.jsonl", "-p", "loans", "--log", address)
    assert (ran.code, ran.out) == (3, "")
    assert ("AV55" in ran.err or "AV537" in ran.err) and "goes on" not in ran.err
    assert not list(Path().glob("out.jsonl*"))


def test_what_cannot_be_recorded_is_not_written_to_standard_output(batch: Any, log: Log) -> None:
    assert batch(output="-").out.count("\n") == _ROWS - 1
    log.refuse("kind", "part")
    ran = batch(output="-")
    assert (ran.code, ran.out) == (3, "")


@pytest.mark.parametrize(("chunk", "code"), [(_CHUNK, 0), (11, 3)])
def test_a_part_lost_after_it_was_recorded(batch: Any, parts: Any, log: Log, chunk: int, code: int) -> None:
    """Decided again to the same bytes it is the part recorded; else the log and the output would part."""
    assert batch(output="first.jsonl").code == 0  # makes the log
    log.refuse("key", "/5")
    assert batch().code == 3
    entries = Manifest(Path("out.jsonl.parts/manifest.jsonl")).entries
    os.truncate("out.jsonl.parts/output", entries[2]["files"]["output"][0])  # after the second part
    log.accept()
    ran = batch(chunk=chunk)
    assert ran.code == code, ran.err
    if code:
        assert "AV558" in ran.err and "part 2 of this run" in ran.err and "goes on" not in ran.err
        assert not Path("out.jsonl").exists()
        assert batch("--restart", chunk=chunk).code == 0
        holds_once(parts()[-6:])
    else:
        holds_once(parts()[9:])


_SLOW = """
import time
from averment.audit.log import DecisionLog
from averment.batch import run
run._PAUSE = run._SHARE = 0
real = DecisionLog.append
def append(self, entry):
    if entry.kind != "part":
        return real(self, entry)
    time.sleep(0.02)
    receipt = real(self, entry)
    time.sleep(0.02)
    return receipt
DecisionLog.append = append
from averment_cli.entry import main
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(("sent", "jobs"), [(signal.SIGKILL, "1"), (signal.SIGTERM, "1"), (signal.SIGKILL, "2")])
def test_a_killed_run_goes_on(batch: Any, parts: Any, log: Log, averment: Any, sent: signal.Signals, jobs: str) -> None:
    Path("slow.py").write_text(_SLOW)
    words = ["in.csv", "-o", "out.jsonl", "-p", "loans", "--chunk", "1", "--jobs", jobs, "--requester", "ann"]
    manifest = Path("out.jsonl.parts/manifest.jsonl")
    for wanted in (5, 15, 25):
        process = subprocess.Popen(
            [sys.executable, "slow.py", "batch", *words, "--log", log.address, *log.key], stderr=subprocess.PIPE
        )
        while process.poll() is None and not (manifest.exists() and manifest.read_bytes().count(b"\n") > wanted):
            time.sleep(0.005)
        process.send_signal(sent)
        _, talk = process.communicate()
        assert process.returncode == (143 if sent is signal.SIGTERM else -9), talk
        assert not Path("out.jsonl").exists()
    ran = batch("--jobs", jobs, chunk=1)
    assert (ran.code, "60 parts recorded in" in ran.err) == (0, True), ran.err
    found = parts()
    assert len(found) == 60
    holds_once(found)


def test_what_audit_makes_of_a_batch(batch: Any, averment: Any, audit: Any, parts: Any, log: Log) -> None:
    batch()
    Path("one.yaml").write_text("case: ann\nfacts: {person: {age: 40}}\n")
    averment("decide", "one.yaml", "-p", "loans", "--log", log.address, *log.key)
    stats = json.loads(audit("stats", "--format", "json").out)
    assert (stats["parts"], stats["single"], stats["decided"]) == (9, 1, _ROWS)
    assert stats["claims"] == {"give": 31, "refuse": 29}
    assert list(stats["by_pack"].values()) == list(stats["by_day"].values()) == [_ROWS]
    assert (stats["runs"], stats["orders"], stats["cases"], stats["statuses"]) == (1, 1, _ROWS, {"settled": _ROWS})
    assert "(batch in.csv: 59 cases)" in audit("list").out
    shown = audit("show", "2").out
    assert "claims" in shown and "refuse" in shown
    assert audit("export", "-o", "all.csv").code == 0
    rows = list(csv.DictReader(Path("all.csv").read_text().splitlines()))
    assert [row["cases"] for row in rows if row["kind"] == "part"] == ["6", *["7"] * 7, "4"]
    assert rows[2]["part"] == parts()[0]["part"]
    assert "60 decisions decided again, 59 of them of 1 batch: 60 the same" in audit("replay", "--all").out


def _secret_table() -> None:
    Path("loans/facts.yaml").write_text(_SECRET)
    name, salary, card = _CANARIES
    rows = [f"c{age},{age},{name},{salary},{card}\n" for age in range(20)]
    rows += [f"bad,x,{name},{salary},{card}\n", f"bad,3,{name},x{salary},{card}\n"]
    Path("in.csv").write_text("case,age,name,salary,card\n" + "".join(rows))


def test_no_secret_is_in_the_log(batch: Any, parts: Any, log: Log, world: Path) -> None:
    _secret_table()
    given = {path for path in world.rglob("*") if path.is_file()}
    said = [batch("--jobs", "2").err, batch().err]
    log.refuse("kind", "part")
    said.append(batch("--restart").err)
    log.accept()
    found = parts()
    assert len(found) == 4
    assert all(part[name].startswith("hmac-sha256:") for part in found for name in ("part", "inputs"))
    said.append(log.everything())
    for path in sorted({path for path in world.rglob("*") if path.is_file()} - given):
        said.append(path.read_bytes().decode("utf-8", "replace"))
    journals = [path.read_bytes() for path in log.journals()]
    assert bool(journals) == log.address.startswith("postgresql:")
    for canary in _CANARIES:
        assert [text for text in said if canary in text] == []
        assert not any(canary.encode() in journal for journal in journals)
    digest = hashlib.sha256(Path("in.csv").read_bytes()).hexdigest()
    assert digest not in json.dumps(found)


@pytest.mark.parametrize("log", ["postgres"], indirect=True)
def test_secrets_want_a_masking_key_first(averment: Any, log: Log) -> None:
    _secret_table()
    ran = averment("batch", "in.csv", "-o", "out.jsonl", "-p", "loans", "--log", log.address)
    assert (ran.code, "AV559" in ran.err) == (3, True)
    assert not list(Path().glob("out.jsonl*"))


USAGE = [
    (["--requester", "ann"], "--requester and --masking-key are for --log"),
    (["--log", "sqlite:log.db", "--on", "spark"], "--log is not for --on spark"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_usage(arguments: list[str], message: str, averment: Any) -> None:
    ran = averment("batch", "in.csv", "-o", "out.jsonl", "-p", "loans", *arguments)
    assert (ran.code, message in ran.err) == (2, True), ran.err
