"""Every row of a batch is what ``decide`` says of its case, whatever file it came in and went out to."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.laws.differential import made
from tests.laws.generate import random_case, random_pack

import averment
from averment.batch.output_rows import expected_row
from averment.batch.reading import case_names
from averment.batch.unit import Format
from averment.diagnostics.diagnostic import Refused

NUMBERS = [
    *((1, 12), (990, 1005), (1000, 9999), (12_000, 12_500), (9_990, 10_010), (99_999_000, 99_999_999)),
    *((99_999_990, 100_000_010), (-3, 3), (2**40, 2**40 + 9)),
]


@pytest.mark.parametrize(("least", "greatest"), NUMBERS)
@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.int32(), pa.uint16()])
def test_whole_numbers_are_names_as_they_are_written(least: int, greatest: int, kind: pa.DataType) -> None:
    numbers = [number for number in range(least, greatest + 1) if -(2**15) <= number < 2**16 or kind.bit_width > 16]
    numbers = [number for number in numbers if number >= 0 or kind not in (pa.uint64(), pa.uint16())]
    numbers = [number for number in numbers if number < 2**31 or kind.bit_width > 32]
    for given in (pa.array(numbers, kind), pa.array(numbers, kind).slice(1)):
        names, blank = case_names(given, 1, np.arange(len(given)))
        names.validate(full=True)
        assert names.to_pylist() == [str(number) for number in given.to_pylist()]
        assert not blank.any()


INPUTS = ["in.jsonl", "in.csv", "in.parquet", "in.arrow"]


def expected(pack: averment.Pack, document: dict[str, Any]) -> dict[str, Any]:
    outcome = pack.decide(pack.case(document["facts"], document["case"]), engine="reference")
    presumed = outcome.presumed
    said = {
        "presumed": presumed.claim if presumed else None,
        "presumed_strength": presumed.strength if presumed else None,
        "presuming": list(presumed.presuming) if presumed else [],
    }
    columns = [column for result in pack.program().results for column in result.columns(pack.program().presumes)]
    row = expected_row(outcome, 1, Format.JSONL, pack.program()) if columns else {}
    return {
        **(said if pack.program().presumes else {}),
        **{column: row[column] for column in columns},
        "case": document["case"],
        "claim": outcome.claim,
        "status": outcome.status.value,
        "strength": outcome.strength,
        "hangs_on": list(outcome.hangs_on),
        "fired": list(outcome.fired),
        "pack": pack.digest,
    }


@pytest.mark.parametrize("name", INPUTS)
def test_rows_are_what_decide_says(
    name: str, pack: averment.Pack, cases: Any, lines: Any, table: Any, batch: Any
) -> None:
    documents = cases(150)
    out, result = batch(lines(documents) if name == "in.jsonl" else table(documents, name))
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [row.pop("row") for row in rows] == list(range(1, 151))
    assert rows == [expected(pack, document) for document in documents]
    assert (result.summary.decided, result.rejects, result.fallback) == (150, None, "")
    assert len({row["status"] for row in rows}) > 1


def test_the_formats_of_the_output_hold_the_same(cases: Any, lines: Any, batch: Any) -> None:
    source = lines(cases(120))
    rows = [json.loads(line) for line in batch(source)[0].read_bytes().splitlines()]
    with batch(source, "out.csv")[0].open(encoding="utf-8", newline="") as stream:
        records = list(csv.DictReader(stream))
    arrow = pa.ipc.open_file(batch(source, "out.arrow")[0]).read_all()
    parquet = pq.read_table(batch(source, "out.parquet")[0])
    assert (
        arrow.schema.metadata[b"averment.pack"] == parquet.schema.metadata[b"averment.pack"] == rows[0]["pack"].encode()
    )
    rules = json.loads(parquet.schema.metadata[b"averment.rules"])
    assert len(records) == arrow.num_rows == parquet.num_rows == len(rows)
    for row, record, one, other in zip(rows, records, arrow.to_pylist(), parquet.to_pylist(), strict=True):
        assert one == other
        fired = int.from_bytes(one["fired"], "little")
        assert sorted(rule for bit, rule in enumerate(rules) if fired >> bit & 1) == row["fired"]
        assert record["fired"].split("|") == row["fired"] if row["fired"] else record["fired"] == ""
        assert (
            json.loads(one["hangs_on"]) == row["hangs_on"] == [path for path in record["hangs_on"].split("|") if path]
        )
        for name in ("case", "row", "claim", "status", "strength"):
            assert one[name] == row[name]
            assert record[name] == ("" if row[name] is None else str(row[name]))


@pytest.mark.parametrize("seed", range(12))
def test_random_packs(seed: int, batch: Any, lines: Any) -> None:
    """Records of many, joins, texts, dates and decimals, defaults: what the rule language has."""
    pack, _ = made(seed)
    files, rng = random_pack(seed), random.Random(seed)
    documents = [random_case(files, rng, given, f"c{number}") for number in range(30) for given in (1, 0.7)]
    for number, document in enumerate(documents):
        document["case"] = f"c{number}"
    out, _ = batch(lines(documents), of=pack)
    decided: list[dict[str, Any]] = []
    refused: list[tuple[str, str]] = []
    for document in documents:
        try:
            decided.append(expected(pack, document))
        except Refused as problem:
            refused.append((document["case"], problem.diagnostics[0].code))
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    for row in rows:
        assert documents[row.pop("row") - 1]["case"] == row["case"]
    assert rows == decided
    rejects = out.with_name("out.jsonl.rejects")
    found = [json.loads(line) for line in rejects.read_bytes().splitlines()] if refused else []
    assert [(reject["case"], reject["code"]) for reject in found] == refused


def test_whole_outcomes(pack: averment.Pack, cases: Any, lines: Any, batch: Any) -> None:
    documents = cases(5)
    out, _ = batch(lines(documents), warrants=True)
    outcomes = [pack.decide(pack.case(document["facts"], document["case"])).canonical for document in documents]
    assert out.read_bytes().splitlines() == outcomes


def test_another_engine(cases: Any, lines: Any, batch: Any) -> None:
    source = lines(cases(20))
    assert batch(source)[0].read_bytes() == batch(source, "other.jsonl", engine="reference")[0].read_bytes()


NAMES = ['a "quoted" one', "back\\slash", "naïve – ünï", "a,b", " spaces ", "1", "semi;colon|bar", "日本"]


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("output", ["out.jsonl", "out.csv"])
def test_names_of_any_characters(name: str, output: str, lines: Any, table: Any, batch: Any) -> None:
    documents = [{"case": case, "facts": {"product": {"technical_complexity": "high"}}} for case in NAMES]
    out, result = batch(lines(documents) if name == "in.jsonl" else table(documents, name), output)
    assert result.summary.rejected == 0
    if output == "out.csv":
        with out.open(encoding="utf-8", newline="") as stream:
            assert [row["case"] for row in csv.DictReader(stream)] == NAMES
    else:
        assert [json.loads(line)["case"] for line in out.read_text("utf-8").splitlines()] == NAMES


def test_a_row_without_a_name_is_called_by_its_number(tmp_path: Path, batch: Any) -> None:
    (tmp_path / "in.csv").write_text("technical_complexity\nhigh\nlow\n")
    out, _ = batch(tmp_path / "in.csv")
    assert [json.loads(line)["case"] for line in out.read_bytes().splitlines()] == ["row 1", "row 2"]


def test_compressed_text_and_folders(tmp_path: Path, cases: Any, lines: Any, batch: Any) -> None:
    import gzip

    documents = cases(40)
    whole = batch(lines(documents))[0].read_bytes()
    folder = tmp_path / "folder"
    folder.mkdir()
    data = (tmp_path / "in.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(b"".join(data[:15])))
    with pa.output_stream(str(folder / "b.jsonl.zst"), compression="zstd") as stream:
        stream.write(b"".join(data[15:30]))
    (folder / "c.ndjson").write_bytes(b"".join(data[30:]))
    (folder / "notes.txt").write_text("not a table")
    assert batch(folder, "folder.jsonl")[0].read_bytes() == whole
    assert batch(folder / "[abc].*", "glob.jsonl", chunk=4)[0].read_bytes() == whole
