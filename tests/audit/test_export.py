"""Records as rows for other tools."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from averment.audit.export import COLUMNS, csv_lines, jsonl, write_parquet


@pytest.fixture
def records(sqlite_world: Any) -> Any:
    with sqlite_world.open() as log:
        sqlite_world.fill(log, 2)
        log.append(sqlite_world.entry('=cmd|"/c calc"!A1, and\nmore'))
        for entry in sqlite_world.batch():
            log.append(entry)
        return list(log.records())


def test_json_lines_hold_everything(records: Any) -> None:
    lines = [json.loads(line) for line in jsonl(records)]
    assert [line["kind"] for line in lines] == ["pack", "decision", "decision", "decision", "run", "part", "done"]
    assert lines[1]["facts"] == {"person": {"role": "role of case 0"}}
    assert lines[1]["previous"] == lines[0]["hash"]
    assert lines[5]["claims"] == {"hire": 5, "open": 4}


def test_csv_is_flat_and_safe_in_a_spreadsheet(records: Any) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(records)), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["sequence"] for row in rows] == [str(number) for number in range(1, 8)]
    assert json.loads(rows[1]["facts"]) == {"person": {"role": "role of case 0"}}
    assert rows[3]["case"] == '\'=cmd|"/c calc"!A1, and\nmore'
    assert rows[5]["cases"] == "9" and rows[5]["facts"] == ""


def test_no_records_give_a_head_line_only() -> None:
    assert "".join(csv_lines([])) == ",".join(COLUMNS) + "\r\n"
    assert list(jsonl([])) == []


def test_parquet_holds_the_same_rows(records: Any, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert write_parquet(records, tmp_path / "records.parquet") == 7
    table = parquet.read_table(tmp_path / "records.parquet")
    assert table.column_names == list(COLUMNS)
    assert table["sequence"].to_pylist() == [*range(1, 8)]
    assert table["case"].to_pylist()[3] == '=cmd|"/c calc"!A1, and\nmore'
    assert table["cases"].to_pylist() == [None, None, None, None, None, 9, 9]
