"""How a peer is measured, the same for all: cases ready in memory, a warm-up, one timed pass, answers written after it.

A peer is called with the workload, the folder of its cases, how many to decide, and the file for its answers; it prints
a line with a JSON object: ``count``, ``cpu`` (seconds of the whole process in the timed pass), and where cases are
decided one by one ``p50`` and ``p99`` (microseconds, of a second pass). Answers are ``FILE.jsonl`` or, for a million
cases of W1, ``FILE.parquet``: the claim, and the rules as bits in the order of ``workloads.RULES``.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

Case = dict[str, Any]
LAPS = 2000


class Task:
    """What the command line asks for."""

    def __init__(self) -> None:
        self.workload, folder, count, answers, *self.mode = sys.argv[1:]
        self.folder, self.count, self.answers = Path(folder), int(count), Path(answers)

    @property
    def table(self) -> Path:
        return self.folder / f"{self.workload}.parquet"

    def cases(self) -> list[Case]:
        """The facts of the first cases."""
        with (self.folder / f"{self.workload}.jsonl").open() as lines:
            return [json.loads(line)["facts"] for line in islice(lines, self.count)]

    def one_by_one(self, decide: Callable[[Case], Any], read: Callable[[Any], Any] = list, warm: int = 200) -> None:
        """Time ``decide`` on each case; ``read``, not timed, makes an answer of what it gives."""
        cases = self.cases()
        for case in cases[:warm]:
            decide(case)
        gc.collect()
        gc.freeze()
        began = time.process_time()
        found = [decide(case) for case in cases]
        cpu = time.process_time() - began
        laps: list[int] = []
        for case in cases[:LAPS]:
            start = time.perf_counter_ns()
            decide(case)
            laps.append(time.perf_counter_ns() - start)
        laps.sort()
        self.write_lines(read(answer) for answer in found)
        say(count=len(cases), cpu=cpu, p50=laps[len(laps) // 2] / 1e3, p99=laps[len(laps) * 99 // 100] / 1e3)

    def at_once(self, decide: Callable[[], Any], warm: bool = True) -> Any:
        """Time one call that decides all; what it gives."""
        if warm:
            decide()
        gc.collect()
        began = time.process_time()
        found = decide()
        say(count=self.count, cpu=time.process_time() - began)
        return found

    def write_lines(self, answers: Iterable[Any]) -> None:
        with self.answers.with_suffix(".jsonl").open("w") as written:
            written.writelines(json.dumps(answer, separators=(",", ":")) + "\n" for answer in answers)

    def write_columns(self, claims: Any, masks: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {"claim": pa.array(claims).cast(pa.string()), "fired": pa.array(masks).cast(pa.uint32())}
        pq.write_table(pa.table(columns), self.answers.with_suffix(".parquet"))


def say(**figures: float) -> None:
    print(json.dumps(figures), flush=True)
