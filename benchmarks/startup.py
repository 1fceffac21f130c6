"""What starting costs: process time (user and system) of ``averment --help`` and of deciding one case.

``python benchmarks/startup.py``: each command as often as asked, interleaved with ``python -c pass``; the medians in
milliseconds, and what is left of them after the bare interpreter's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

import averment_knowledge

CASE = Path(averment_knowledge.__path__[0]) / "pm_tpm" / "cases" / "payments-api.yaml"
CLI = "import sys; from averment_cli.entry import program; sys.argv = ['averment', *sys.argv[1:]]; program()"
COMMANDS = {
    "python -c pass": ["pass"],
    "averment --help": [CLI, "--help"],
    "averment decide CASE": [CLI, "decide", str(CASE)],
    "averment decide CASE --format json": [CLI, "decide", str(CASE), "--format", "json"],
    "averment decide CASE --engine reference": [CLI, "decide", str(CASE), "--engine", "reference"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    asked = parser.parse_args()
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(asked.rounds):
        for name, arguments in COMMANDS.items():
            taken[name].append(process_time(arguments))
    floor = statistics.median(taken["python -c pass"])
    print(f"{'process time, ms':42}{'median':>8}{'least':>8}{'ratio':>8}")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:42}{median * 1e3:8.0f}{min(times) * 1e3:8.0f}{median / floor:8.1f}")


def process_time(arguments: list[str]) -> float:
    """Seconds of user and system time that ``python -c`` with these arguments takes."""
    child = subprocess.Popen([sys.executable, "-c", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, arguments
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
