"""W2 as a batch from file to file: records nested in the cases against records in side tables, in Parquet and in CSV.

    python benchmarks/w2_sides.py [CASES] [ROUNDS]

One process on one core; every form once a round; medians of processor time. The outputs are the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import measuring

measuring.needs("numpy", "pyarrow")
measuring.pin()

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.csv  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import w2  # noqa: E402

import averment  # noqa: E402
from averment.batch.arrow import settle  # noqa: E402
from averment.batch.order import Order  # noqa: E402
from averment.batch.run import run  # noqa: E402
from averment.batch.unit import Format  # noqa: E402


def main(count: int, rounds: int) -> None:
    """Write the files, compare the outputs, then print the table."""
    settle()
    pa.set_cpu_count(1)
    pack = averment.load(w2.PACK)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, count)

        def decide(form: str, main: str, ending: str) -> None:
            sides = [(type, str(folder / f"{type}.{ending}")) for type in ("team", "component", "dependency")]
            output = folder / f"{form}.jsonl"
            order = Order(
                pack.program(), pack.model.types, str(folder / main), output, Format.JSONL,
                restart=True, sides=sides if ending else (),
            )  # fmt: skip
            assert run(order).summary.decided == count

        forms = {
            "nested, Parquet": lambda: decide("nested", "nested.parquet", ""),
            "side tables, Parquet": lambda: decide("parquet", "cases.parquet", "parquet"),
            "side tables, CSV": lambda: decide("csv", "cases.csv", "csv"),
        }
        found = measuring.interleaved(forms, rounds)
        outputs = {(folder / f"{form}.jsonl").read_bytes() for form in ("nested", "parquet", "csv")}
        assert len(outputs) == 1
        print(f"{count:,} cases, the same output from all")
        measuring.show("W2, file to file", count, found, "nested, Parquet")


def write(folder: Path, count: int) -> None:
    """The cases as one nested table, and as a table of cases with side tables."""
    sides = w2.cases(count)
    names = pa.array(np.arange(count)).cast(pa.string())
    columns = {"case": names}
    for type, side in sides.items():
        each = side.num_rows // count
        structs = pa.StructArray.from_arrays(
            [side.column(field).combine_chunks() for field in side.column_names[1:]], names=side.column_names[1:]
        )
        columns[type] = pa.ListArray.from_arrays(pa.array(np.arange(count + 1) * each, pa.int32()), structs)
        flat = side.set_column(0, "case", side.column("case").cast(pa.string()))
        pq.write_table(flat, folder / f"{type}.parquet")
        pyarrow.csv.write_csv(flat, folder / f"{type}.csv")
    pq.write_table(pa.table(columns), folder / "nested.parquet")
    pq.write_table(pa.table({"case": names}), folder / "cases.parquet")
    pyarrow.csv.write_csv(pa.table({"case": names}), folder / "cases.csv")


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], *["50000", "3"][len(sys.argv) - 1 :]]))
