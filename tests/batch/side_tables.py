"""Cases and their records in tables of their own."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Records = dict[str, list[dict[str, Any]]]  # of each type, with the name of their case under ``case``
_TYPES = ("team", "component", "dependency", "milestone")


def apart(nested: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Records]:
    """The same cases without their records, and the records by themselves."""
    main = [
        {"case": each["case"], "facts": {name: held for name, held in each["facts"].items() if name not in _TYPES}}
        for each in nested
    ]
    records = {
        name: [{"case": each["case"], **record} for each in nested for record in each["facts"].get(name, [])]
        for name in _TYPES
    }
    return main, records


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as CSV, Parquet or Arrow."""
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["case", "name"]
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns})
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=61)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=53)
    return path


def sides_of(records: Records, folder: Path, ending: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(write(folder / f"{name}.{ending}", rows))) for name, rows in records.items())
