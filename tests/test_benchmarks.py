"""Every program in ``benchmarks/`` runs to its end, at its smallest size: each finds by itself what it would compare.

A program that is new joins by itself: as it is, or with what is said here of how small it can be.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # a minute in all

_FOLDER = Path(__file__).parents[1] / "benchmarks"
_SMALL = {
    "batch_tool": "--rows 200 --lines 50 --rounds 1 --memory 100",
    "big_pack": "--rules 20 --rounds 1",
    "calendar_columns": "--rows 1000",
    "calendar_pairs": "--pairs 200",
    "consultations": "--random 1",
    "core": "--cases 2 --rounds 1",
    "falsified": "--draws 3 --rows 3",
    "faults_service": "--schedules 1 --faults 2",
    "flips": "--packs 1 --cases 1 --seconds 0.2 --short",
    "malformed": "--documents 20 --processes 1",
    "memory": "--cases 20",
    "paging": "--records 2000",
    "question_times": "--seconds 0.2 --records 2",
    "questions": "--cases 1 --no-times",
    "replays": "4",
    "sensitivity": "--cases 2",
    "service": "--only rate,refresh --rounds 1 --seconds 1",
    "spread": "--cases 5 --realistic 5",
    "startup": "--rounds 1",
    "w1": "100 1",
    "w2": "20 1",
    "w2_sides": "20 1",
}
_HELD = {"faults_batch", "faults_worker"}  # by tests of what they find
_BEHIND = {
    "core": "what it holds the reference to by hand is a document of format 1, without the tests of conditions",
    "durable_session": "what it holds the session to by hand are rules that the pack has no more",
}


def _programs() -> list[object]:
    names = sorted({path.stem for path in _FOLDER.glob("*.py") if "__main__" in path.read_text()} - _HELD)
    behind = {name: [pytest.mark.xfail(reason=_BEHIND[name])] for name in names if name in _BEHIND}
    return [pytest.param(name, id=name, marks=behind.get(name, [])) for name in names]


@pytest.mark.parametrize("name", _programs())
def test_a_program_runs(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(_FOLDER / f"{name}.py"), *_SMALL.get(name, "").split()]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    if "run `just bench` first" in ran.stderr:
        pytest.skip(ran.stderr.strip())
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_what_is_said_is_of_programs_that_there_are() -> None:
    assert {*_SMALL, *_BEHIND} <= {path.stem for path in _FOLDER.glob("*.py")}
