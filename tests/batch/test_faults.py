"""The faults of ``benchmarks/faults_batch.py``, a few of them: the long run is that program's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = Path(__file__).parents[2] / "benchmarks" / "faults_batch.py"


@pytest.mark.slow
def test_a_few_kills_change_nothing() -> None:
    command = [sys.executable, str(_PROGRAM), "--kills", "6", "--terms", "3", "--rows", "1500"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout)
    assert ran.returncode == 0, (found, ran.stderr)
    assert (found["SIGKILL"], found["SIGTERM"], found["strange"]) == (6, 3, 0)
    assert found["identical"] == found["runs"] >= 1
