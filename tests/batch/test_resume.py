"""A run that is stopped goes on to the same bytes; one that would not be the same run is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.batch.conftest import at_once

import averment
from averment.batch import run as running
from averment.batch.earlier import Earlier
from averment.batch.manifest import Damaged, Manifest
from averment.batch.order import Order, manifest_of, rejects_of
from averment.batch.parts import Parts, held
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Refused

OUTPUTS = ["out.jsonl", "out.csv", "out.parquet", "out.arrow"]


class Stop(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("output", OUTPUTS)
def test_any_jobs_and_chunk_give_the_same_bytes(output: str, cases: Any, lines: Any, batch: Any) -> None:
    documents = cases(90)
    documents[40]["facts"]["product"] = {"technical_complexity": "hgih"}
    source = lines(documents)
    whole = batch(source, output)[0]
    seen = (whole.read_bytes(), rejects_of(whole).read_bytes())
    for number, options in enumerate(({"chunk": 1}, {"chunk": 7}, {"chunk": 13, "jobs": 2}, {"jobs": 3})):
        other = batch(source, f"{number}{output}", **options)[0]
        assert (other.read_bytes(), rejects_of(other).read_bytes()) == seen, options


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("source", ["in.jsonl", "in.csv", "in.parquet", "in.arrow"])
def test_a_stopped_run_goes_on(
    source: str, output: str, cases: Any, lines: Any, table: Any, batch: Any, interrupt: Any
) -> None:
    documents = cases(60)
    path = lines(documents) if source == "in.jsonl" else table(documents, source)
    whole = batch(path, output)[0].read_bytes()
    interrupt(path, f"again-{output}", chunk=7, after=2)
    again, result = batch(path, f"again-{output}", chunk=11)
    assert again.read_bytes() == whole
    assert result.resumed == 14
    assert result.summary.document["rows"] == 60
    assert not again.with_name(f"{again.name}.parts").exists()


def test_a_finished_run_is_known_again(cases: Any, lines: Any, batch: Any) -> None:
    source = lines(cases(10))
    out, first = batch(source)
    stamp = out.stat().st_mtime_ns
    _, second = batch(source)
    assert (second.resumed, second.summary.document) == (10, first.summary.document)
    assert out.stat().st_mtime_ns == stamp
    _, other = batch(lines(cases(12)))  # another order, over what the first has left as it was
    assert (other.resumed, other.summary.document["rows"]) == (0, 12)


def _touch_input(source: Path) -> dict[str, Any]:
    data = source.read_bytes()
    source.write_bytes(data.replace(b"case 55", b"case 5x"))  # of the same size, and beyond what was done
    return {}


CHANGES = {
    "the input has changed": _touch_input,
    "`warrants` is another one": lambda _: {"warrants": True},
    "`engine` is another one": lambda _: {"engine": "reference"},
    "the pack has changed": lambda _: {"of": averment.load(Path(__file__).parents[2] / "benchmarks/packs/w1")},
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_run_is_refused(what: str, cases: Any, lines: Any, batch: Any, interrupt: Any) -> None:
    source = lines(cases(60))
    interrupt(source, chunk=7)
    options = CHANGES[what](source)
    with pytest.raises(Refused, match="AV529.*" + what):
        batch(source, **options)
    if "of" not in options:
        assert batch(source, restart=True, **options)[1].resumed == 0


def test_another_parameter_is_refused(
    pack: averment.Pack, tmp_path: Path, cases: Any, lines: Any, interrupt: Any
) -> None:
    source = lines(cases(30))
    interrupt(source, chunk=7)
    name, value = next((name, value) for name, value in pack.program().parameters.items() if type(value) is int)
    program = pack.program({name: value + 1})
    order = Order(program, pack.model.types, str(source), tmp_path / "out.jsonl", Format.JSONL)
    with pytest.raises(Refused, match=r"AV529.*a parameter has changed"):
        running.run(order)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_run_stopped_while_it_puts_its_output_in_place_only_moves_the_rest(
    moved: int, output: str, cases: Any, lines: Any, batch: Any, monkeypatch: Any
) -> None:
    documents = cases(30)
    documents[4]["facts"]["product"] = {"technical_complexity": "hgih"}
    source = lines(documents)
    out, _ = batch(source, f"whole-{output}")
    whole = (out.read_bytes(), rejects_of(out).read_bytes())
    real, left = Earlier.put, moved

    def put(self: Earlier, file: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Stop
        real(self, file, target)

    monkeypatch.setattr(Earlier, "put", put)
    with pytest.raises(Stop):
        batch(source, output)
    monkeypatch.undo()
    out, result = batch(source, output)
    assert result.resumed == 30
    assert (out.read_bytes(), rejects_of(out).read_bytes()) == whole
    assert not out.with_name(f"{out.name}.parts").exists()


def test_what_is_decided_before_the_input_is_digested_is_committed_after_it(
    cases: Any, lines: Any, batch: Any, monkeypatch: Any
) -> None:
    source = lines(cases(60))
    whole = batch(source, "whole.jsonl", chunk=7)[0]
    entries = Manifest(manifest_of(whole)).entries
    added = 0
    real_add, real_digested = Parts.add, running.files.digested

    def add(self: Parts, contents: Any) -> Any:
        nonlocal added
        added += 1
        return real_add(self, contents)

    def digested(inputs: Any) -> Any:
        deadline = time.monotonic() + 10
        while added < 4 and time.monotonic() < deadline:
            time.sleep(0.001)
        return real_digested(inputs)

    monkeypatch.setattr(Parts, "add", add)
    monkeypatch.setattr(running.files, "digested", digested)
    out = batch(source, chunk=7)[0]
    assert added >= 4
    assert out.read_bytes() == whole.read_bytes()
    again = Manifest(manifest_of(out)).entries
    assert [entry.get("files") for entry in again[1:]] == [entry.get("files") for entry in entries[1:]]


def test_a_second_runner_is_refused(tmp_path: Path, cases: Any, lines: Any, batch: Any) -> None:
    with held(tmp_path / "out.jsonl.parts", "out.jsonl"), pytest.raises(Refused, match="AV526"):
        batch(lines(cases(3)))


def test_what_a_run_left_that_was_killed_as_it_began_is_removed(
    cases: Any, lines: Any, batch: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """Its folder before it had its name; not that of another output, nor one in which somebody put something."""
    source = lines(cases(3))

    def left(output: str) -> Path:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", lambda *_: sys.exit("killed"))
            patched.setattr("averment.batch.parts.remove", lambda _: None)
            before = set(tmp_path.glob(".averment-*"))
            with pytest.raises(SystemExit):
                batch(source, output)
        (found,) = set(tmp_path.glob(".averment-*")) - before
        return Path(found)

    other = left("other.jsonl")
    ours = left("out.jsonl")
    kept = left("third.jsonl")
    (kept / "notes").write_text("mine")
    empty = tmp_path / ".averment-0123456789abcdef"
    empty.mkdir()
    batch(source)
    assert [each.exists() for each in (ours, other, kept, empty)] == [False, True, True, True]
    batch(source, "third.jsonl")
    assert (kept / "notes").read_text() == "mine"


def test_an_input_written_to_meanwhile_is_refused(cases: Any, lines: Any, batch: Any, monkeypatch: Any) -> None:
    source = lines(cases(30))
    real = running.run

    def meddling(order: Any) -> Any:
        return real(order, lambda *_: os.utime(source, ns=(1, 1)))

    monkeypatch.setitem(batch.__globals__, "run", meddling)
    with pytest.raises(Refused, match="AV528"):
        batch(source)


def _tear(parts: Path) -> int:
    manifest = parts / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    return 1


def _ends(parts: Path) -> list[int]:
    """How long the output was after each part."""
    return [entry["files"]["output"][0] for entry in Manifest(parts / "manifest.jsonl").entries[1:]]


def _leave_what_was_not_entered(parts: Path) -> int:
    (parts / "worker1.9.output").write_bytes(b"half of it")
    with (parts / "output").open("ab") as stream:
        stream.write(b"written, but not entered")
    return 3


def _spoil_a_part(parts: Path) -> int:
    data = bytearray((parts / "output").read_bytes())
    data[_ends(parts)[1] - 2] ^= 1
    (parts / "output").write_bytes(data)
    return 1


def _cut_a_part(parts: Path) -> int:
    os.truncate(parts / "output", _ends(parts)[2] - 1)
    return 2


def _lose_the_output(parts: Path) -> int:
    (parts / "output").unlink()
    return 0


@pytest.mark.parametrize("harm", [_tear, _leave_what_was_not_entered, _spoil_a_part, _cut_a_part, _lose_the_output])
def test_what_does_not_count_is_done_again(harm: Any, cases: Any, lines: Any, batch: Any, interrupt: Any) -> None:
    source = lines(cases(60))
    whole = batch(source, "whole.jsonl")[0].read_bytes()
    interrupt(source, chunk=7, after=3)
    out = source.with_name("out.jsonl")
    kept = harm(out.with_name("out.jsonl.parts"))
    kept = 2 if harm is _tear else kept
    again, result = batch(source, chunk=7)
    assert again.read_bytes() == whole
    assert result.resumed == 7 * kept


def test_a_line_changed_in_the_middle_is_damage(cases: Any, lines: Any, batch: Any, interrupt: Any) -> None:
    source = lines(cases(60))
    interrupt(source, chunk=7, after=3)
    manifest = source.with_name("out.jsonl.parts") / "manifest.jsonl"
    data = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join([data[0], data[1].replace(b'"rows":7', b'"rows":8'), *data[2:]]))
    with pytest.raises(Damaged):
        Manifest(manifest)
    with pytest.raises(Refused, match="AV527"):
        batch(source)
    assert batch(source, restart=True)[1].summary.decided == 60


def test_the_manifest_of_a_finished_run_is_chained(cases: Any, lines: Any, batch: Any) -> None:
    out, _ = batch(lines(cases(30)), chunk=7)
    entries = Manifest(manifest_of(out)).entries
    assert [entry["kind"] for entry in entries] == ["run", *["part"] * 5, "done"]
    assert all(after["previous"] == before["hash"] for before, after in pairwise(entries))


def test_a_full_disk_is_one_line_and_resumable(cases: Any, lines: Any, batch: Any, monkeypatch: Any) -> None:
    source = lines(cases(60))
    whole = batch(source, "whole.jsonl")[0].read_bytes()
    real, count = Parts.commit, 0

    def commit(self: Parts, *arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(28, "No space left on device")
        return real(self, *arguments)

    at_once(monkeypatch)
    monkeypatch.setattr(Parts, "commit", commit)
    with pytest.raises(Refused, match=r"AV531.*No space left on device"):
        batch(source, chunk=7)
    monkeypatch.undo()
    again, result = batch(source)
    assert (again.read_bytes(), result.resumed) == (whole, 14)


_SLOW = """
import sys, time
from averment.batch import run
real = run.Parts.commit
def commit(self, *arguments):
    entries = real(self, *arguments)
    time.sleep(0.02)
    return entries
run.Parts.commit, run._PAUSE, run._SHARE = commit, 0, 0
from averment_cli.entry import main
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_signal_leaves_a_run_that_goes_on(
    sent: signal.Signals, code: int, tmp_path: Path, cases: Any, lines: Any, batch: Any
) -> None:
    source = lines(cases(400))
    whole = batch(source, "whole.jsonl")[0].read_bytes()
    (tmp_path / "slow.py").write_text(_SLOW)
    command = [sys.executable, str(tmp_path / "slow.py"), "batch", str(source), "-o", str(tmp_path / "out.jsonl")]
    parts = tmp_path / "out.jsonl.parts"
    process = subprocess.Popen([*command, "--chunk", "2"], stderr=subprocess.PIPE)
    manifest = parts / "manifest.jsonl"
    while process.poll() is None and not (manifest.exists() and manifest.read_bytes().count(b"\n") > 3):
        time.sleep(0.01)
    process.send_signal(sent)
    _, talk = process.communicate()
    assert process.returncode == code, talk
    assert (b"continues from here" in talk) == (sent is not signal.SIGKILL)
    again, result = batch(source)
    assert again.read_bytes() == whole
    assert 0 < result.resumed < 400
    assert json.loads(manifest_of(again).read_bytes().splitlines()[-1])["kind"] == "done"
