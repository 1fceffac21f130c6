"""``averment batch`` from end to end on W1, against reading and writing the same files without deciding.

    python benchmarks/batch_tool.py [--peers FOLDER] [--rows N] [--lines N] [--memory N,N,…]

One process on one core for what is a ratio: every contender once a round, A B C, A B C, …, medians of processor time;
the interpreter's start is not in them and is told by itself. ``--peers`` is the folder that ``peers/setup`` has filled:
then warm Drools takes part, and how many times its cases a second the tool decides is told. Peak memory and two
processes against one are of the command line, each run a process of its own; the latter by the wall clock, on all
cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import measuring

CORES = os.sched_getaffinity(0)
measuring.needs("numpy", "orjson", "pyarrow")
measuring.pin()

import numpy as np  # noqa: E402
import orjson  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from peers.workloads import LEVELS, hiring, hiring_cases  # noqa: E402

import averment  # noqa: E402
from averment.backends.columnar import Decided, Kernel  # noqa: E402
from averment.batch.arrow import settle  # noqa: E402
from averment.batch.order import Order  # noqa: E402
from averment.batch.run import Result, run  # noqa: E402
from averment.batch.unit import Format, words_of  # noqa: E402

PACK = Path(__file__).parent / "packs" / "w1"
READ = [*LEVELS, "domains.list.element"]  # as dictionaries
WARM = 20_000  # cases of a round of Drools, after the 100,000 that warm it
_CLI = """
import atexit, os, resource, sys
from pathlib import Path
from averment_cli.entry import main
if __name__ == "__main__":
    def peak():
        used = resource.getrusage(resource.RUSAGE_SELF)
        status = Path("/proc/self/status").read_text()
        Path(f"{__file__}.{os.getpid()}.peak").write_text(f"{status}Own: {used.ru_utime + used.ru_stime}")
    atexit.register(peak)
    main()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the Parquet file")
    parser.add_argument("--lines", type=int, default=200_000, help="of the JSON Lines file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", default="100000,1000000", help="numbers of rows whose peak memory is taken")
    parser.add_argument("--only", default="parquet,jsonl,memory,jobs,poison", help="which parts")
    asked = parser.parse_args()
    settle()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place), asked.rounds)
        parts = asked.only.split(",")
        if "parquet" in parts:
            bench.parquet(asked.rows, asked.peers)
        if "jsonl" in parts:
            bench.jsonl(asked.lines)
        if "memory" in parts:
            bench.memory([int(count) for count in asked.memory.split(",")])
        if "jobs" in parts:
            bench.jobs(asked.rows, asked.lines)
        if "poison" in parts:
            bench.poison(asked.rows)


class _Used(NamedTuple):
    """What a command took: seconds by the wall clock, seconds of processor time, those of its own process among these,
    and MiB at most.
    """

    wall: float
    cpu: float
    own: float
    peak: float


class Bench:
    """The files of the benchmark, made when they are first asked for, and what is measured on them."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self._folder, self._rounds = folder, rounds
        self._pack = averment.load(PACK)
        self._program = self._pack.program()
        (folder / "cli.py").write_text(_CLI)

    # --- ratios -----------------------------------------------------------------------------------------------------

    def parquet(self, rows: int, peers: Path | None) -> None:
        """Parquet to Parquet."""
        source, out, written = self._parquet(rows), self._folder / "out.parquet", self._folder / "floor.parquet"
        self._decide(source, out)
        words = [*words_of(presumes=False), "pack"]
        decided = pq.read_table(out, read_dictionary=words)
        plain = decided.cast(pa.schema([(field.name, _plain(field.type)) for field in decided.schema]))

        def floor() -> None:
            pq.read_table(source, use_threads=False, read_dictionary=READ)
            pq.write_table(
                decided,
                written,
                use_dictionary=words,
                column_encoding={"row": "DELTA_BINARY_PACKED", "case": "PLAIN"},
                write_statistics=["row", "claim", "status"],
                row_group_size=65_536,
            )

        def by_default() -> None:
            pq.read_table(source, use_threads=False)
            pq.write_table(plain, written)

        contenders: dict[str, Callable[[], object]] = {
            "floor": floor,
            "floor as pyarrow has it by default": by_default,
            "batch tool": lambda: self._decide(source, out),
            "batch tool, explaining nothing": lambda: self._unexplained(source, out),
        }
        drools: list[float] = []
        if peers:
            contenders["(Drools)"] = lambda: drools.append(self._drools(peers))
        found = measuring.interleaved(contenders, self._rounds)
        found.pop("(Drools)", None)
        measuring.show(f"Parquet to Parquet, {rows:,} rows, with the rules that fired as bits", rows, found, "floor")
        _explaining(found)
        if drools:
            rate = statistics.median(drools[1:])
            print(f"  {'Drools, warmed by 100,000 cases':<44} {rate:>14,.0f} cases/s")
            print(f"  batch tool to warm Drools: {rows / found['batch tool'] / rate:.1f} × the cases a second")

    def jsonl(self, lines: int) -> None:
        """JSON Lines to JSON Lines."""
        source, out, written = self._lines(lines), self._folder / "out.jsonl", self._folder / "floor.jsonl"
        self._decide(source, out)
        ready = out.read_bytes().splitlines(keepends=True)
        decided = [orjson.loads(line) for line in ready]

        def parse() -> None:
            with source.open("rb") as stream:
                for line in stream:
                    orjson.loads(line)

        def floor() -> None:
            parse()
            with written.open("wb") as stream:
                stream.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in decided)

        def nearest() -> None:
            parse()
            with written.open("wb") as stream:
                stream.writelines(ready)

        found = measuring.interleaved(
            {
                "floor": floor,
                "floor, the output's lines being ready": nearest,
                "batch tool": lambda: self._decide(source, out),
                "batch tool, explaining nothing": lambda: self._unexplained(source, out),
            },
            self._rounds,
        )
        measuring.show(f"JSON Lines to JSON Lines, {lines:,} rows, with the ids of rules", lines, found, "floor")
        _explaining(found)

    def _decide(self, source: Path, out: Path) -> Result:
        for path in out.parent.glob(f"{out.name}*"):
            path.unlink()
        format = Format(out.suffix[1:])
        return run(Order(self._program, self._pack.model.types, str(source), out, format))

    def _unexplained(self, source: Path, out: Path) -> None:
        with _unexplaining():
            self._decide(source, out)

    def _drools(self, peers: Path) -> float:
        """Cases a second of processor time, after 100,000 to warm up."""
        self._lines(WARM)
        lines = self._folder / "w1.jsonl"
        if not lines.exists():
            lines.symlink_to(self._folder / f"{WARM}.jsonl")
        jar = next(peers.resolve().glob("lib/python*/site-packages/drools/jars/*.jar"))
        classes = f"{jar}{os.pathsep}{peers.resolve() / 'classes'}"
        command = ["java", "-Xmx2g", "-cp", classes, "Hiring", "w1", str(self._folder), str(WARM)]
        command.append(str(self._folder / "answers"))
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(next(line for line in ran.stdout.splitlines() if line.startswith("{")))
        return float(found["count"] / found["cpu"])

    # --- whole processes ----------------------------------------------------------------------------------------------

    def memory(self, counts: list[int]) -> None:
        """Peak memory, and the start of the interpreter."""
        print("\naverment batch, one process: peak memory, wall clock, processor time")
        starts = [self._command("--help").cpu for _ in range(self._rounds)]
        print(f"  start of the interpreter and the command: {statistics.median(starts):.2f} s of processor time")
        for count in counts:
            for source, out in ((self._parquet, "out.parquet"), (self._lines, "out.jsonl")):
                used = self._batch(source(count), self._folder / out)
                print(f"  {count:>12,} rows to {out:<12} {used.peak:>7.0f} MiB {used.wall:>8.2f} s {used.cpu:>8.2f} s")

    def jobs(self, rows: int, lines: int) -> None:
        """Two processes against one, and what this machine gives two runs that have nothing to do with each other."""
        print(f"\n--jobs 2 against 1, by the wall clock, {len(CORES)} cores (the start of the interpreter is in it)")
        for source, out in ((self._parquet(rows), "out.parquet"), (self._lines(lines), "out.jsonl")):
            one, two = self._folder / out, self._folder / f"two-{out}"
            found: list[tuple[float, ...]] = []
            for _ in range(self._rounds):
                first = self._batch(source, one, cores=CORES)
                second = self._batch(source, two, "--jobs", "2", cores=CORES)
                began = time.perf_counter()
                with ThreadPoolExecutor(2) as both:
                    each = [both.submit(self._batch, source, path, cores=CORES) for path in (one, two)]
                [run.result() for run in each]
                longer = max(second.own, second.cpu - second.own)
                found.append((first.wall, first.cpu, second.wall, second.cpu, longer, time.perf_counter() - began))
            assert one.read_bytes() == two.read_bytes()
            wall, cpu, wall2, cpu2, longer, at_once = (statistics.median(column) for column in zip(*found, strict=True))
            ratio = f"{wall / wall2:.2f} × as fast, {cpu2 / cpu:.2f} × the processor time, the same bytes"
            print(f"  {out:<12} {wall:>7.2f} s, in two {wall2:>7.2f} s: {ratio}")
            print(f"  {'':<12} of {cpu:.2f} s of processor time the longer of the two had {longer:.2f} s")
            most = 2 * wall / at_once
            print(f"  {'':<12} two such runs at once {at_once:.2f} s, so two processes do {most:.2f} × at most here")

    def _batch(self, source: Path, out: Path, *options: str, cores: set[int] | None = None) -> _Used:
        for path in out.parent.glob(f"{out.name}*"):
            path.unlink()
        jobs = () if "--jobs" in options else ("--jobs", "1")
        return self._command("batch", source, "-o", out, "--pack", PACK, *jobs, *options, cores=cores)

    def _command(self, *arguments: Any, cores: set[int] | None = None) -> _Used:
        """What a command takes."""
        began = time.perf_counter()
        command = [sys.executable, str(self._folder / "cli.py"), *map(str, arguments)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            if cores:
                os.sched_setaffinity(process.pid, cores)
            assert process.stderr
            talk = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, talk.decode()
        spent = time.perf_counter() - began
        status_of = (
            (self._folder / f"cli.py.{process.pid}.peak").read_text().split()
        )  # what wait4 tells counts this process, too
        peak, own = (float(status_of[status_of.index(name) + 1]) for name in ("VmHWM:", "Own:"))
        return _Used(spent, used.ru_utime + used.ru_stime, own, peak / 1024)

    def poison(self, rows: int) -> None:
        """One bad row among all the others makes one reject, with its place, and harms no other."""
        print()
        bad = rows * 2 // 3
        for source, out in ((self._parquet(rows), "out.parquet"), (self._lines(rows), "out.jsonl")):
            poisoned = self._folder / f"poisoned{source.suffix}"
            _poison(source, poisoned, bad)
            result = self._decide(poisoned, self._folder / out)
            assert result.rejects
            (reject,) = map(json.loads, result.rejects.read_bytes().splitlines())
            assert (reject["row"], result.summary.decided, result.summary.rejected) == (bad + 1, rows - 1, 1)
            told = f"one reject, {reject['code']} in row {reject['row']:,}"
            print(f"{source.suffix[1:]}: of {rows:,} rows one is bad: {told}")

    # --- files --------------------------------------------------------------------------------------------------------

    def _parquet(self, rows: int) -> Path:
        path = self._folder / f"{rows}.parquet"
        if not path.exists():
            with pq.ParquetWriter(path, hiring(1).schema) as writer:
                for seed, start in enumerate(range(0, rows, 1 << 20)):
                    writer.write_table(hiring(min(rows - start, 1 << 20), seed), row_group_size=65_536)
        return path

    def _lines(self, lines: int) -> Path:
        path = self._folder / f"{lines}.jsonl"
        if not path.exists():
            with path.open("wb") as stream:
                number = 0
                for batch in pq.ParquetFile(self._parquet(lines)).iter_batches(10_000):
                    for case in hiring_cases(pa.Table.from_batches([batch])):
                        stream.write(orjson.dumps({"case": str(number), "facts": case}) + b"\n")
                        number += 1
        return path


def _poison(source: Path, target: Path, bad: int) -> None:
    """A copy of a table in which the row with this index has a value that is none."""
    if source.suffix == ".jsonl":
        with source.open("rb") as read, target.open("wb") as written:
            for number, line in enumerate(read):
                written.write(line.replace(b'"stage":"', b'"stage":"no ') if number == bad else line)
        return
    table = pq.read_table(source)
    sizes = np.asarray(table.column("team_size")).copy()
    sizes[bad] = -1
    pq.write_table(table.set_column(table.schema.get_field_index("team_size"), "team_size", pa.array(sizes)), target)


@contextmanager
def _unexplaining() -> Iterator[None]:
    """The kernel without its explanation: in its place, the same two words for every row."""
    real = Kernel.decide

    def decide(self: Kernel, table: Any, alone: Any, **others: Any) -> Decided:
        found = real(self, table, alone, explain=False, **others)
        rows = found.batch.num_rows
        nothing = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["[]"]))
        width = (len(self.rules) + 7) // 8
        masks = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(width), rows, [None, pa.py_buffer(np.zeros(rows * width, np.uint8))]
        )
        batch = found.batch.append_column("hangs_on", nothing).append_column("fired", masks)
        return Decided(batch, found.rejects, found.alone, found.derived)

    Kernel.decide = decide  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Kernel.decide = real  # type: ignore[method-assign]


def _explaining(found: dict[str, float]) -> None:
    ratio = found["batch tool"] / found["batch tool, explaining nothing"]
    print(f"  explanation on against off: {ratio:.2f} × the time")


def _plain(type: Any) -> Any:
    return type.value_type if pa.types.is_dictionary(type) else type


if __name__ == "__main__":
    main()
