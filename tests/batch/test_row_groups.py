"""Row groups that are written once and where they stay: the same file however the run was cut, read by any reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from averment.batch import assembling, row_groups, table_sources
from averment.batch.footers import MAGIC, Record, footer_in, joined, struct_in
from averment.batch.manifest import Manifest
from averment.batch.order import manifest_of, rejects_of

SIZE = 16


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (assembling, row_groups, table_sources):
        monkeypatch.setattr(module, "GROUP", SIZE)


@pytest.fixture
def documents(cases: Any) -> Any:
    """Some groups, rows of which are refused: one group has nothing else."""
    found = cases(90)
    for number in (20, *range(48, 64), 89):
        found[number]["facts"].setdefault("product", {})["technical_complexity"] = "hgih"
    return found


def kinds(out: Path) -> set[str]:
    """What the parts of a finished run held."""
    entries = Manifest(manifest_of(out)).entries
    return {name for entry in entries if entry["kind"] == "part" for name in entry["files"]} - {"rejects"}


@pytest.mark.parametrize("source", ["in.jsonl", "in.parquet", "in.arrow"])
@pytest.mark.parametrize("output", ["out.parquet", "out.arrow"])
def test_any_chunk_gives_the_same_groups(
    source: str, output: str, documents: Any, lines: Any, table: Any, batch: Any
) -> None:
    path = lines(documents) if source == "in.jsonl" else table(documents, source)
    out, _ = batch(path, output)
    whole = (out.read_bytes(), rejects_of(out).read_bytes())
    for chunk in (5, 16, 17, 90):
        other, _ = batch(path, f"{chunk}{output}", chunk=chunk)
        assert (other.read_bytes(), rejects_of(other).read_bytes()) == whole, chunk
    if output == "out.parquet":
        assert kinds(out) == {"output", "footers"} | (set() if source == "in.parquet" else {"part"})
        about = pq.read_metadata(out)
        assert [about.row_group(place).num_rows for place in range(about.num_row_groups)] == [16, 15, 16, 16, 9]


def test_every_row_is_there_and_right(documents: Any, lines: Any, table: Any, batch: Any) -> None:
    read = pq.read_table(batch(table(documents, "in.parquet"), "out.parquet")[0])
    rows = [json.loads(line) for line in batch(lines(documents))[0].read_bytes().splitlines()]
    rules = json.loads(read.schema.metadata[b"averment.rules"])
    for row, other in zip(read.to_pylist(), rows, strict=True):
        fired = int.from_bytes(row.pop("fired"), "little")
        assert sorted(rule for bit, rule in enumerate(rules) if fired >> bit & 1) == other["fired"]
        assert json.loads(row.pop("hangs_on")) == other["hangs_on"]
        assert json.loads(row.pop("presuming") or "[]") == other["presuming"]
        assert row == {name: other[name] for name in row}
    polars = pytest.importorskip("polars")
    assert polars.read_parquet(batch(table(documents, "in.parquet"), "out.parquet")[0])["row"].to_list() == [
        row["row"] for row in rows
    ]


def test_files_of_a_folder_share_groups(documents: Any, table: Any, batch: Any, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for start, end in ((0, 10), (10, 11), (11, 60), (60, 90)):
        table(documents[start:end], f"folder/{start:02}.parquet")
    split_up, _ = batch(tmp_path / "folder", "folder.parquet")
    together, _ = batch(table(documents, "in.parquet"), "out.parquet")
    assert kinds(split_up) == {"part", "output", "footers"}
    assert pq.read_table(split_up).equals(pq.read_table(together))


def test_few_different_masks_are_a_dictionary(table: Any, batch: Any, cases: Any, monkeypatch: Any) -> None:
    one = cases(1)[0]
    alike = table([one | {"case": f"c{number}"} for number in range(40)], "alike.parquet")
    about = pq.read_metadata(batch(alike, "alike.out.parquet")[0])
    fired = about.schema.to_arrow_schema().get_field_index("fired")
    assert about.row_group(0).column(fired).has_dictionary_page
    monkeypatch.setattr(row_groups, "_SAMPLE", 8)
    about = pq.read_metadata(batch(table(cases(40), "in.parquet"), "out.parquet")[0])
    assert not about.row_group(0).column(fired).has_dictionary_page


def test_a_footer_written_anew_says_the_same(tmp_path: Path) -> None:
    table = pa.table({"a": list(range(100)), "b": [["x", "y"]] * 100, "c": [None, "é"] * 50, "d": [1.5, None] * 50})
    options: dict[str, Any] = {"store_decimal_as_integer": True, "sorting_columns": [pq.SortingColumn(0)]}
    pq.write_table(table, tmp_path / "whole", row_group_size=40, **options)
    pq.write_table(table.slice(0, 0), tmp_path / "empty", **options)
    data, (_, empty) = (tmp_path / "whole").read_bytes(), footer_in((tmp_path / "empty").read_bytes())
    end, footer = footer_in(data)
    record = Record(end - len(MAGIC), footer, {})
    assert joined(empty, [record]) == data[end:]
    pages = data[len(MAGIC) : end]
    (tmp_path / "twice").write_bytes(MAGIC + pages + pages + joined(empty, [record, record]))
    assert pq.read_table(tmp_path / "twice").equals(pa.concat_tables([table, table]))
    with pytest.raises(ValueError, match="type 13"):
        struct_in(bytes([0x1D, 0]))


def test_a_group_says_its_least_and_its_greatest_words(documents: Any, table: Any, batch: Any) -> None:
    """As Arrow would find them in its rows, in the order of bytes."""
    out, _ = batch(table(documents, "in.parquet"), "out.parquet")
    about, read = pq.read_metadata(out), pq.ParquetFile(out)
    for place in range(about.num_row_groups):
        group = about.row_group(place)
        for column in (group.column(number) for number in range(group.num_columns)):
            if column.path_in_schema in ("row", "claim", "status"):
                values = read.read_row_group(place).column(column.path_in_schema).to_pylist()
                said = column.statistics
                assert (said.min, said.max, said.null_count) == (min(values), max(values), 0)


@pytest.mark.parametrize("source", ["in.jsonl", "in.parquet"])
@pytest.mark.parametrize("chunk", [5, 16, 23])
def test_a_run_stopped_anywhere_goes_on_to_the_same_groups(
    source: str, chunk: int, documents: Any, lines: Any, table: Any, batch: Any, interrupt: Any
) -> None:
    path = lines(documents) if source == "in.jsonl" else table(documents, source)
    whole = batch(path, "whole.parquet")[0].read_bytes()
    for after in range(1, 90 // chunk - 1, 3):
        output = f"{after}.parquet"
        interrupt(path, output, chunk=chunk, after=after)
        interrupt(path, output, chunk=3, after=1)
        out, result = batch(path, output, chunk=7)
        assert (out.read_bytes(), result.resumed > after) == (whole, True)
