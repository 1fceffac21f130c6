"""Side tables: the records of a case in a table of their own say what they say in the case itself."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import averment
from averment.batch.explaining import find_rows, open_output, read_row
from averment.diagnostics.diagnostic import Refused
from averment.ir.digest import canonical

Records = dict[str, list[dict[str, Any]]]  # of each type, with the name of their case under ``case``
_TYPES = ("team", "component", "dependency", "milestone")


@pytest.fixture(scope="module")
def nested(cases: Callable[[int], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Cases with records of many types, some of them with none."""
    rng = random.Random(11)
    made = cases(400)
    for document in made:
        names = [f"c{number}" for number in range(rng.choice((0, 0, 2, 5)))]
        teams = ["edge", "ml", "café"][: rng.randint(1, 3)]
        document["facts"] |= {
            "team": [{"name": team, "engineers": rng.randint(0, 40)} for team in teams if rng.random() < 0.8],
            "component": [{"name": name, "team": rng.choice(teams)} for name in names],
            "dependency": [{"from": name, "to": rng.choice(names)} for name in names if rng.random() < 0.7],
            "milestone": [
                {"name": name} | ({"kind": rng.choice(("new_api", "pricing"))} if rng.random() < 0.8 else {})
                for name in ("spring", "autumn")[: rng.randint(0, 2)]
            ],
        }
    return made


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


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
@pytest.mark.parametrize("main", ["jsonl", "csv", "parquet", "arrow"])
def test_the_same_as_nested(
    main: str, ending: str, nested: Any, batch: Any, lines: Any, table: Any, tmp_path: Path
) -> None:
    expected, _ = batch(lines(nested, "nested.jsonl"), "expected.jsonl")
    cases, records = apart(nested)
    place = lines(cases, "main.jsonl") if main == "jsonl" else table(cases, f"main.{main}")
    sides = sides_of(records, tmp_path, ending)
    for chunk, jobs in ((0, 1), (37, 1), (50, 2)):
        found, result = batch(place, sides=sides, chunk=chunk, jobs=jobs, restart=True)
        assert found.read_bytes() == expected.read_bytes(), (chunk, jobs)
        assert result.rejects is None


def test_whole_outcomes_and_explanations(
    nested: Any, batch: Any, lines: Any, table: Any, tmp_path: Path, pack: averment.Pack
) -> None:
    cases, records = apart(nested[:60])
    sides = sides_of(records, tmp_path, "csv")
    place = table(cases, "main.csv")
    expected, _ = batch(lines(nested[:60], "nested.jsonl"), "expected.jsonl", warrants=True)
    whole, _ = batch(place, "whole.jsonl", sides=sides, warrants=True)
    assert whole.read_bytes() == expected.read_bytes()
    documents = whole.read_bytes().splitlines()
    for name in ("out.jsonl", "out.parquet"):
        output, _ = batch(place, name, sides=sides, chunk=7)
        (tmp_path / f"{name}.manifest").rename(tmp_path / "kept") if name == "out.parquet" else None
        written = open_output(output)
        for row in (1, 8, 33, 60):
            case = read_row(written, row, pack.model.types, None)
            assert pack.decide(case).canonical == documents[row - 1]
            assert find_rows(written, case.name) == [row]
