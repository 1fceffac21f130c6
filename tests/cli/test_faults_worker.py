"""The faults of ``benchmarks/faults_worker.py``, one or two of each command: the long run is that program's own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

_PROGRAM = Path(__file__).parents[2] / "benchmarks" / "faults_worker.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes of engines in /proc")
@pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules is not installed")
def test_a_few_kills_of_engines_change_nothing() -> None:
    ran = subprocess.run([sys.executable, str(_PROGRAM), "--kills", "20"], capture_output=True, text=True, check=False)
    assert (ran.returncode, json.loads(ran.stdout)["strange"]) == (0, []), ran.stderr
