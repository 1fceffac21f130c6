"""Many processes at once, killed processes, flipped bits. Counts are small here; ``faults.py`` gives full figures."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.audit.conftest import POSTGRES

from averment.audit.store import Filter
from averment.audit.verify import verify

# The forking process has no thread of its own at work.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

FAULTS = Path(__file__).with_name("faults.py")
WRITERS, EACH = 8, 25


def count(usual: int) -> str:
    """How often: more where the environment says so."""
    return os.environ.get("FAULT_COUNT", str(usual))


def faults(*arguments: str) -> dict[str, Any]:
    run = subprocess.run([sys.executable, str(FAULTS), *arguments], capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    figures: dict[str, Any] = json.loads(run.stdout)
    return figures


def at_once(world: Any, work: Callable[[Any, int], None]) -> None:
    """Eight processes that each open the log and do this work on it, all to the end."""
    children = []
    for writer in range(WRITERS):
        child = os.fork()
        if not child:
            code = 1
            try:
                with world.open() as mine:
                    work(mine, writer)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * WRITERS


def test_eight_processes_write_at_once_without_a_gap_or_a_fork(world: Any) -> None:
    with world.open() as log:
        world.fill(log, 0)

    def work(mine: Any, writer: int) -> None:
        for number in range(EACH):
            mine.append(world.entry(f"{writer}/{number}"))

    at_once(world, work)
    with world.read() as log:
        report = verify(log)
        assert report.whole and report.records == WRITERS * EACH + 1
        cases = [record.case for record in log.records(Filter(kind="decision"))]
        assert sorted(cases) == sorted(f"{writer}/{number}" for writer in range(WRITERS) for number in range(EACH))
        for writer in range(WRITERS):  # each writer's own records stand in its order
            assert [case for case in cases if case.startswith(f"{writer}/")] == [f"{writer}/{n}" for n in range(EACH)]


def test_processes_that_open_a_new_log_at_once_make_one(world: Any) -> None:
    def work(mine: Any, writer: int) -> None:
        mine.put_pack(world.pack["digest"], world.files)
        mine.append(world.entry(str(writer)))
        mine.mask(world.types)

    at_once(world, work)
    with world.read() as log:
        report = verify(log)
        assert report.whole and report.records == WRITERS + 1


def test_no_acknowledged_record_is_lost_when_writers_are_killed(world: Any) -> None:
    figures = faults("kills", world.url, "--count", count(12))
    assert (figures["lost"], figures["whole"]) == (0, True)
    assert figures["acknowledged"] > 0


@POSTGRES
def test_no_acknowledged_record_is_lost_when_the_server_is_killed(world: Any) -> None:
    figures = faults("kills", world.url, "--count", "1", "--victim", "server")
    assert (figures["lost"], figures["whole"]) == (0, True)


def test_no_flipped_bit_of_the_file_goes_unnoticed(tmp_path: Path) -> None:
    figures = faults("file-flips", str(tmp_path / "log.db"), "--count", count(250))
    assert figures["undetected"] == [] and figures["altered"] > 50


def test_no_flipped_bit_of_a_record_goes_unnoticed(world: Any) -> None:
    figures = faults("field-flips", world.url, "--count", count(120))
    assert (figures["undetected"], figures["first bad record misnamed"], figures["whole after mending"]) == (
        [],
        0,
        True,
    )


def test_a_killed_writer_leaves_the_lock_free(sqlite_world: Any) -> None:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 0)
    from averment.audit.file_lock import locked

    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        with locked(f"{sqlite_world.path}-lock", 1):
            os.write(writer, b"held")
            signal.pause()
    os.read(reader, 4)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)
    with sqlite_world.open(patience=1) as log:
        assert log.append(sqlite_world.entry()).sequence == 2


def test_the_figures_can_be_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the chain, flips would go unnoticed, and the program would say so."""
    blind = tmp_path / "blind.py"
    blind.write_text(
        "import sys, runpy, averment.audit.verify as v\n"
        "whole = v.VerifyReport('', 0, '', False, None, ())\n"
        "v.verify = lambda *_: whole\n"
        f"sys.argv[0] = {str(FAULTS)!r}\n"
        f"runpy.run_path({str(FAULTS)!r}, run_name='__main__')\n"
    )
    command = [sys.executable, str(blind), "field-flips", f"sqlite:{tmp_path / 'log.db'}", "--count", "5"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1 and len(json.loads(run.stdout)["undetected"]) == 5
