"""A crash of the engine, whatever the command: the same output as ever, a warning, and the exit code of the answer."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.cli.conftest import Averment, Ran

import averment_knowledge

pytestmark = pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules is not installed")

CASES = Path(averment_knowledge.__file__).parent / "pm_tpm" / "cases"
CASE = str(Path(__file__).with_name("even.yaml"))
COMMANDS = {
    "decide": ["decide", CASE],
    "decide-many": ["decide", str(CASES), "--format", "json"],
    "explain": ["explain", CASE],
    "whatif": ["whatif", CASE, "--set", "company.role_emphasis=technical"],
    "missing": ["missing", CASE],
    "matters": ["matters", str(CASES / "payments-api.yaml"), "--seconds", "100"],
    "flip": ["flip", str(CASES / "payments-api.yaml")],
    "ask": ["ask", CASE, "--format", "json"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_crash_costs_a_second_try(
    name: str,
    averment: Averment,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    recwarn: pytest.WarningsRecorder,
) -> None:
    def ran() -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO("technical\n"))
        return averment(*COMMANDS[name])

    healthy = ran()
    assert "AV454" not in healthy.err and not len(recwarn)
    request.getfixturevalue("dying_engine")
    lost = ran()
    assert (lost.code, lost.out) == (healthy.code, healthy.out)
    assert "AV454" in lost.err


LOGGED = {
    "decide": ["decide", CASE],
    "batch": ["batch", "in.jsonl", "-o", "out.jsonl", "--warrants", "full", "--jobs", "1"],
}


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("name", LOGGED)
def test_the_log_names_the_engine_that_decided(
    name: str,
    lost: bool,
    averment: Averment,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text('{"case": "a", "facts": {"product": {"technical_complexity": "high"}}}\n')
    if lost:
        request.getfixturevalue("dying_engine")
    ran = averment(*LOGGED[name], "--log", "sqlite:log.db")
    assert ran.code == 0, ran.err
    exported = averment("audit", "export", "--log", "sqlite:log.db", "-o", "-").out.splitlines()
    decided = ("decision", "part")
    engines = [record["engine"] for record in map(json.loads, exported) if record["kind"] in decided]
    assert engines == ["reference" if lost else "durable"]
    assert ran.err.count("AV454") == lost


def test_a_batch_says_how_often_it_lost_its_engine(
    averment: Averment, dying_engine: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text("".join(f'{{"case": "{number}", "facts": {{}}}}\n' for number in range(3)))
    words = ["batch", "in.jsonl", "-o", "out.jsonl", "--warrants", "full", "--jobs", "1", "--summary", "sum.json"]
    for ran in (averment(*words), averment(*words)):  # the second time from the manifest
        assert ran.code == 0, ran.err
        assert ran.err.count("AV454") == 1 and "signal 11" in ran.err
    (lost,) = json.loads(Path("sum.json").read_text())["lost"].values()
    assert lost in (3, 6)  # what is presumed of a case is decided as well


# A command whose engine segfaults at every case, as under a clock before 1970; the process is forked or started anew.
_CRASHING = """
import os, sys
from averment.backends.durable import engine, worker

def crash(self, case, *budget):
    os.kill(os.getpid(), 11)

engine.Engine.evaluate = crash
from averment_cli.entry import main
main()
"""


def test_a_command_outlives_the_crash_of_its_engine() -> None:
    done = subprocess.run([sys.executable, "-c", _CRASHING, "decide", CASE, "-q"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "even\tproduct_manager\tpresumed\tslight\n")
    assert done.stderr.count("AV454") == 1 and "signal 11" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process of the engine in /proc")
def test_a_consultation_outlives_the_kill_of_its_engine(start: Callable[..., subprocess.Popen[bytes]]) -> None:
    process = start("ask", CASE, "--format", "json", stdin=subprocess.PIPE)
    assert process.stderr is not None
    said = b""
    while not said.endswith(b"> "):
        more = os.read(process.stderr.fileno(), 65536)
        assert more, said
        said += more
    (engine,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(engine), signal.SIGKILL)
    out, err = process.communicate(b"technical\n")
    assert process.returncode == 0 and b'"claim":"technical_product_manager"' in out
    assert err.count(b"AV454") == 1 and b"signal 9" in err
