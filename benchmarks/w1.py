"""W1: 20 fields and 30 rules a case, against the same rules by hand and against reading and writing alone.

    python benchmarks/w1.py [CASES] [ROUNDS]

One process on one core; every contender once a round; medians of processor time. All answers are compared first.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import measuring

measuring.needs("numpy", "polars", "pyarrow")
measuring.pin()

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import w1_by_hand as hand  # noqa: E402

import averment  # noqa: E402
from averment.backends.columnar import Kernel  # noqa: E402

PACK = Path(__file__).parent / "packs" / "w1"
WORDS = [*hand.LEVELS, "domains.list.element"]


def main(count: int, rounds: int) -> None:
    """Compare, then print the tables."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    pack = averment.load(PACK)
    program = pack.program()
    kernel = Kernel(program)
    table = hand.cases(count)
    coded = hand.coded(table)
    fired = compare(kernel, pack, table, coded)

    frame = pl.from_arrow(table)
    for given in (table, frame):
        decided = pack.decide_table(given)
        assert decided.column("fired").to_pylist() == fired
    words = pl.from_arrow(coded.drop_columns("domains")).with_columns(frame["domains"])
    columns = hand.numpy_columns(coded)
    found = measuring.interleaved(
        {
            "averment": lambda: kernel.decide(coded, nobody),
            "averment, without explanation": lambda: kernel.decide(coded, nobody, explain=False),
            "averment, words as plain strings": lambda: kernel.decide(table, nobody),
            "averment, decide_table of these": lambda: pack.decide_table(table),
            "averment, decide_table of a Polars frame": lambda: pack.decide_table(frame),
            "Polars by hand, plain strings": lambda: hand.polars_decide(frame),
            "Polars by hand, categories": lambda: hand.polars_decide(words),
            "NumPy by hand, encoding too": lambda: hand.numpy_decide(hand.numpy_columns(coded)),
            "NumPy by hand, encoded before": lambda: hand.numpy_decide(columns),
        },
        rounds,
    )
    measuring.show("in memory, with the rules that fired as bits", count, found, "Polars by hand, plain strings")
    print(f"  explanation on against off: {found['averment'] / found['averment, without explanation']:.2f} × the time")
    with tempfile.TemporaryDirectory() as folder:
        files(kernel, table, Path(folder), count, rounds)
    one(pack, table)


def nobody(case: object) -> Any:
    """No case of this workload is decided alone."""
    raise AssertionError(case)


def compare(kernel: Kernel, pack: averment.Pack, table: pa.Table, coded: pa.Table) -> list[bytes]:
    """Every contender gives the answers of plain Python (on the first 20,000 cases) and of NumPy (on all): the rules
    that fired.
    """
    claim, fired = hand.numpy_decide(hand.numpy_columns(coded))
    places = [kernel.rules.index(rule) for rule in hand.RULES]
    decided = kernel.decide(coded, nobody).batch
    given = np.frombuffer(decided.column("fired").buffers()[1], np.uint32)
    same = sum((given >> np.uint32(place) & 1) << np.uint32(bit) for bit, place in enumerate(places))
    words = np.array(decided.column("claim").to_pylist(), object)
    assert (same == fired).all() and (words == np.array(hand.CLAIMS, object)[claim]).all()
    spread = hand.polars_decide(pl.from_arrow(table))
    assert (spread["fired"].to_numpy() == fired).all() and (spread["claim"].to_numpy() == words).all()
    for row, (word, bits) in zip(
        table.slice(0, 20_000).to_pylist(), zip(words, fired.tolist(), strict=True), strict=False
    ):
        rules = sorted(rule for bit, rule in enumerate(hand.RULES) if bits >> bit & 1)
        assert hand.plain(row) == (word, rules)
        assert quick(pack, records(row)) == (word, tuple(rules))
    print(f"{len(table):,} cases, the same answers from all")
    return decided.column("fired").to_pylist()


def records(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A row as the facts of a case."""
    return {type: {name: row[name] for name in names} for type, names in hand.TYPES.items()}


def files(kernel: Kernel, table: pa.Table, folder: Path, count: int, rounds: int) -> None:
    """Parquet to Parquet, against reading and writing the same files without deciding."""
    source, target = folder / "cases.parquet", folder / "decided.parquet"
    pq.write_table(table, source)

    def read() -> pa.Table:
        return pq.read_table(source, use_threads=False, read_dictionary=WORDS)

    def write(batch: pa.RecordBatch) -> None:
        dictionaries = [name for name in batch.schema.names if name not in ("case", "fired")]
        pq.write_table(pa.Table.from_batches([batch]), target, use_dictionary=dictionaries)

    decided = kernel.decide(read(), nobody).batch
    found = measuring.interleaved(
        {
            "floor": lambda: (read(), write(decided)),
            "averment": lambda: write(kernel.decide(read(), nobody).batch),
            "Polars by hand": lambda: hand.polars_decide(pl.read_parquet(source)).write_parquet(target),
        },
        rounds,
    )
    measuring.show("Parquet to Parquet, with the rules that fired as bits", count, found, "floor")


def quick(pack: averment.Pack, facts: dict[str, dict[str, Any]]) -> tuple[str, tuple[str, ...]]:
    """The claim of a case and the ids of the rules that fired."""
    outcome = pack.decide(facts)
    return outcome.claim, outcome.fired


def one(pack: averment.Pack, table: pa.Table) -> None:
    """One warm case after the other: the outcome and the ids of the rules that fired."""
    rows = table.slice(0, 5_000).to_pylist()
    found = measuring.latencies(
        {"averment": partial(quick, pack), "plain Python by hand": hand.plain},
        {"averment": [records(row) for row in rows], "plain Python by hand": rows},
    )
    print("\none warm case, outcome and fired rules, median")
    for name, micros in found.items():
        print(f"  {name:<44} {micros:>8.1f} µs")


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], *["1000000", "5"][len(sys.argv) - 1 :]]))
