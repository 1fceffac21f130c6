"""W1 and W2 by averment and its peers, side by side: cases per second of processor time, on one core.

    benchmarks/peers/setup FOLDER && python benchmarks/peers/run.py FOLDER

Every contender runs once a round, A B C, A B C, …, in a process of its own that keeps to one core; a figure is the
median of its rounds. Every answer of every run is compared with plain Python's: a contender with a wrong one has no
figure. A peer that is not installed is left out, and said so. A table and a plot for each workload go to
``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import figures
from check import wrong
from workloads import write

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
ONE_THREAD = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass
class Contender:
    """``tells``: by what answers are compared. ``share``: of the cases of the run, or their number if more than 1."""

    name: str
    workload: str
    command: list[str]
    share: float
    gives: str
    mode: tuple[str, ...] = ()
    level: str = "firings"
    found: list[dict[str, float]] = field(default_factory=list)
    trouble: str = ""

    @property
    def rate(self) -> float | None:
        """Cases per second of processor time, the median of the rounds."""
        rates = [each["count"] / max(each["cpu"], 1e-9) for each in self.found]
        return statistics.median(rates) if rates and not self.trouble else None

    def median(self, name: str) -> str:
        laps = [each[name] for each in self.found if name in each]
        return f"{statistics.median(laps):,.1f}" if laps else ""


def contenders(folder: Path) -> Iterator[Contender]:
    """All there are, installed or not."""
    python, own = str(folder / "bin" / "python"), [sys.executable, str(HERE / "by_averment.py")]
    jars = list(folder.glob("lib/python*/site-packages/drools/jars/*.jar"))
    java = ["java", "-Xmx2g", "-cp", f"{jars[0] if jars else 'drools.jar'}{os.pathsep}{folder / 'classes'}"]

    def by(name: str) -> list[str]:
        return [python, str(HERE / f"by_{name}.py")]

    yield Contender("averment columnar, in memory", "w1", own, 1, "rules", ("memory",))
    yield Contender("averment, one by one", "w1", own, 20_000, "rules", ("warm",))
    yield Contender("averment, one by one", "w2", own, 4_000, "rules", ("warm",), "rules")
    for name, mode in (("Parquet to Parquet", "file"), ("batch tool, Parquet to Parquet", "batch")):
        yield Contender(f"averment {name}", "w1", own, 1, "rules", (mode,))
    for engine in ("reference", "durable"):
        yield Contender(f"averment {engine}, one by one", "w1", own, 500, "warrant if asked", (engine,), "rules")
        yield Contender(f"averment {engine}, one by one", "w2", own, 50, "warrant if asked", (engine,), "rules")
    yield Contender("floor: read and write, no deciding", "w1", own, 1, "", ("floor",))
    yield Contender("averment columnar, in memory", "w2", own, 1, "firings", ("memory",))
    for name in ("NumPy", "Polars", "DuckDB"):
        for way, mode in (("in memory", "memory"), ("Parquet to Parquet", "file")):
            yield Contender(f"{name} by hand, {way}", "w1", by(name.lower()), 1, "rules", (mode,))
        yield Contender(f"{name} by hand, in memory", "w2", by(name.lower()), 1, "firings")
    yield Contender("OpenFisca, in memory", "w1", by("openfisca"), 1, "rules")
    for workload, count, small in (("w1", 20_000.0, 1_000.0), ("w2", 4_000.0, 200.0)):
        gives = "rules" if workload == "w1" else "firings"
        yield Contender("plain Python, one by one", workload, by("python"), count, gives)
        program = "Hiring" if workload == "w1" else "Teams"
        yield Contender("Drools, warmed by 100,000 cases", workload, [*java, program], count, gives)
        yield Contender("CLIPS, one by one", workload, by("clips"), small, gives)
    yield Contender("ZEN, one by one", "w1", by("zen"), 2_000, "rules")
    yield Contender(
        "json-rules-engine, one by one", "w1", ["node", str(HERE / "by_json_rules_engine.js")], 1_000, "rules"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path, help="the folder that setup has filled")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--w1", type=int, default=1_000_000, help="cases of W1 for those that decide all at once")
    parser.add_argument("--w2", type=int, default=20_000, help="the same of W2")
    parser.add_argument("--only", default="", help="contenders whose name this pattern is found in")
    asked = parser.parse_args()
    peers = asked.peers.resolve()
    chosen = [each for each in contenders(peers) if re.search(asked.only, each.name)]
    environment = {**os.environ, **ONE_THREAD, "NODE_PATH": str(peers / "node" / "node_modules")}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for workload, cases in (("w1", asked.w1), ("w2", asked.w2)):
            write(folder, workload, cases, min(cases, 20_000))
        for number in range(asked.rounds):
            for each in chosen:
                cases = asked.w1 if each.workload == "w1" else asked.w2
                count = cases if each.share == 1 else min(cases, int(each.share))
                run(each, folder, count, number, environment)
            report(chosen, number + 1)
    print((RESULTS / "peers.txt").read_text())


def run(each: Contender, folder: Path, count: int, number: int, environment: dict[str, str]) -> None:
    """One round of one contender, on a core of its own, and whether its answers are right."""
    if each.trouble:
        return
    if not shutil.which(each.command[0]):
        each.trouble = "not installed"
        return
    for old in folder.glob("answers.*"):
        old.unlink()
    cores = sorted(os.sched_getaffinity(0))
    core = {cores[number % len(cores)]}
    command = [*each.command, each.workload, str(folder), str(count), str(folder / "answers"), *each.mode]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, core)
    )
    figures_of = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not figures_of:
        last = (done.stderr.strip() or "no answer").splitlines()[-1]
        each.trouble = "not installed" if "No module" in last or "Cannot find module" in done.stderr else last
        return
    answers, bad = wrong(folder / "answers", folder / f"{each.workload}.answers.jsonl", each.workload, each.level)
    if bad or answers != count:
        each.trouble = f"{bad} wrong answers of {answers}, {count} asked for"
    each.found.append(json.loads(figures_of[-1]))


def report(chosen: list[Contender], rounds: int) -> None:
    """The table and the plots, so far."""
    RESULTS.mkdir(exist_ok=True)
    text = [f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; medians of interleaved rounds ({rounds}), one core", ""]
    titles = {"w1": "W1: one record of 20 fields, 30 rules", "w2": "W2: 50 records a case, joins, negation, count"}
    for workload, title in titles.items():
        some = sorted((e for e in chosen if e.workload == workload and e.rate), key=lambda e: -(e.rate or 0))
        if not some:
            continue
        text += [title, "", f"{'':44}{'cases/CPU-s':>14}{'p50 µs':>12}{'p99 µs':>12}  explains by"]
        text += [
            f"{each.name:44}{each.rate:>14,.0f}{each.median('p50'):>12}{each.median('p99'):>12}  {each.gives}".rstrip()
            for each in some
        ]
        text.append("")
        rates = {each.name: each.rate or 0 for each in some}
        (RESULTS / f"{workload}.svg").write_text(figures.bars(f"{title}: cases per CPU-second", rates))
    text += [f"left out: {each.name}, {each.workload}: {each.trouble}" for each in chosen if each.trouble]
    (RESULTS / "peers.txt").write_text("\n".join([*text, ""]))


def machine() -> str:
    """What it ran on, in a line."""
    names = [line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")]
    cpu = names[0] if names else platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
