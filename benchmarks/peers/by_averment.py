"""averment itself, in the ways it decides.

``memory``: the columnar kernel, a table in memory to a table of decisions. ``file``: the same between Parquet files.
``batch``: the whole of ``averment batch``. ``floor``: reading and writing the files of ``file`` without deciding.
``warm``: ``Pack.decide``, one case after the other; ``reference`` and ``durable``: the same on an engine of that name.
W2 in memory tells every firing by what it bound; elsewhere it tells the rules that fired.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from harness import Task
from workloads import LEVELS, RULES

import averment
from averment.backends.columnar import Kernel

PACKS = Path(__file__).parent.parent / "packs"
BOUND = {
    "crossing": ("j1", "src", "dst"),
    "unowned_team": ("j2", "team"),
    "loaded_team": ("j3", "team"),
    "risky": ("j4", "src", "dst"),
    "hotspot": ("j5", "component"),
    "needing_team": ("j6", "team"),
}


class Run:
    """One task, with the pack of its workload."""

    def __init__(self) -> None:
        self.task = Task()
        self.pack = averment.load(PACKS / self.task.workload)
        self.program = self.pack.program()
        self.words = [*LEVELS, "domains.list.element"] if self.task.workload == "w1" else []
        self.out = self.task.answers.with_suffix(".decided.parquet")

    def read(self) -> Any:
        return pq.read_table(self.task.table, use_threads=False, read_dictionary=self.words)

    def write(self, batch: Any) -> None:
        words = [name for name in batch.schema.names if name not in ("case", "fired")]
        pq.write_table(pa.Table.from_batches([batch]), self.out, use_dictionary=words)

    def memory(self) -> None:
        kernel, table = Kernel(self.program), self.read().slice(0, self.task.count)
        bindings = self.task.workload == "w2"
        decided = self.task.at_once(lambda: kernel.decide(table, nobody, bindings=bindings))
        if bindings:
            self.task.write_lines(bound(decided))
        else:
            self.answer(decided.batch)

    def file(self) -> None:
        kernel = Kernel(self.program)
        self.task.at_once(lambda: self.write(kernel.decide(self.read(), nobody).batch))
        self.answer(pq.read_table(self.out))

    def floor(self) -> None:
        decided = Kernel(self.program).decide(self.read(), nobody).batch
        self.task.at_once(lambda: (self.read(), self.write(decided)))
        self.answer(pq.read_table(self.out))

    def batch(self) -> None:
        from averment.batch.order import Order
        from averment.batch.run import run
        from averment.batch.unit import Format

        def order() -> None:
            for path in self.out.parent.glob(f"{self.out.name}*"):
                path.unlink()
            run(Order(self.program, self.pack.model.types, str(self.task.table), self.out, Format.PARQUET))

        self.task.at_once(order)
        self.answer(pq.read_table(self.out))

    def engine(self, name: str) -> None:
        def decide(facts: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
            outcome = self.pack.decide(facts, engine=name)
            return outcome.claim, outcome.fired

        self.task.one_by_one(decide, lambda found: [found[0], [r for r in found[1] if r[1:].isdigit()]], warm=20)

    def warm(self) -> None:
        self.engine("")

    def reference(self) -> None:
        self.engine("reference")

    def durable(self) -> None:
        self.engine("durable")

    def answer(self, decided: Any) -> None:
        """The claims and the fired rules of W1, their bits in the order that all peers use."""
        own = json.loads(decided.schema.metadata[b"averment.rules"])
        fired = decided.column("fired").cast(pa.binary())
        fired = fired.combine_chunks() if isinstance(fired, pa.ChunkedArray) else fired
        given = np.array([int.from_bytes(mask, "little") for mask in fired.to_pylist()], np.uint64)
        mask = np.zeros(len(given), np.uint32)
        for place, rule in enumerate(RULES):
            mask |= (given >> np.uint64(own.index(rule)) & np.uint64(1)).astype(np.uint32) << np.uint32(place)
        self.task.write_columns(decided.column("claim"), mask)


def bound(decided: Any) -> list[Any]:
    """The claim of each case of W2, and each derived fact as the firing that made it."""
    answers: list[Any] = [[claim, []] for claim in decided.batch.column("claim").to_pylist()]
    for kind, (rule, *fields) in BOUND.items():
        found = decided.derived[kind]
        for row, *values in zip(*(found.column(name).to_pylist() for name in ("row", *fields)), strict=True):
            answers[row][1].append([rule, *values, *[-1] * (2 - len(values))])
    for answer in answers:
        answer[1].sort()
    return answers


def nobody(case: object) -> Any:
    """No case of these workloads is decided alone."""
    raise AssertionError(case)


if __name__ == "__main__":
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    asked = Run()
    ways: dict[str, Callable[[], None]] = {
        way.__name__: way
        for way in (asked.memory, asked.file, asked.batch, asked.floor, asked.warm, asked.reference, asked.durable)
    }
    ways[asked.task.mode[0]]()
