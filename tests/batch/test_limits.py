"""What is too large, or wrong a hundred thousand times over, is told in a few lines, at the door of every format."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

import averment
from averment.batch.order import rejects_of
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.diagnostics.few import MOST, few
from averment.diagnostics.render_json import all_to_json
from averment.diagnostics.render_text import render_all


def test_of_one_kind_twenty_are_told_and_how_many_more() -> None:
    found = [Diagnostic("AV301", f"number {number}") for number in range(100_000)]
    found.insert(50, Diagnostic("AV302", "another"))
    told = few(found)
    assert [each.message for each in told] == [
        *(f"number {number}" for number in range(MOST)), "and 99,980 more like these", "another"
    ]  # fmt: skip
    assert render_all(found, {}).endswith("100,001 errors")
    assert len(render_all(found, {})) < 2000
    assert len(all_to_json(found)) == MOST + 2
    assert few(found[:MOST]) == found[:MOST]


CSV = {
    "columns": (",".join(f"a{number}" for number in range(200_000)) + "\n1\n", "AV524", "has 200,000 columns"),
    "equal": (",".join(["case"] * 90_000) + "\n1\n", "AV123", "the columns `case` and `case` and 89,998 more"),
    "quote": ('case,"team_size\n' + "a,b\n" * 500_000, "AV124", "unexpected end"),
    "long": ('case,"team_size' + "x" * 5_000_000, "AV524", "the headings of"),
    "unknown": (
        "case," + ",".join(f"column {number}" for number in range(40)) + ",engineering.team_sise\n",
        "AV123",
        "41 columns of",
    ),
}


@pytest.mark.parametrize("what", CSV)
def test_a_table_that_is_wrong_all_over_is_told_in_a_few_lines(what: str, tmp_path: Path, batch: Any) -> None:
    text, code, message = CSV[what]
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(Refused) as refused:
        batch(tmp_path / "t.csv", "out.csv")
    assert [found.code for found in refused.value.diagnostics] == [code]
    assert message in refused.value.diagnostics[0].message
    assert len(render_all(refused.value.diagnostics, {})) < 1500
    if what == "unknown":
        assert "`engineering.team_sise`: did you mean `engineering.team_size`?" in refused.value.diagnostics[0].help


UNREADABLE = {
    "t.csv": (b"case,team_size\xff\n", "AV110", "is not UTF-8"),
    "t.csv.gz": (gzip.compress(bytes(1000)), "AV109", "delete the character"),
    "u.csv.gz": (gzip.compress(b"case,engineering.team_size\n" * 99)[:40], "AV523", "cannot be read"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_text_is_named_with_place_and_cause(name: str, tmp_path: Path, batch: Any) -> None:
    data, code, said = UNREADABLE[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Refused) as refused:
        batch(tmp_path / name, "out.csv")
    shown = render_all(refused.value.diagnostics, {})
    assert f"error[{code}]" in shown
    assert said in shown
    assert str(tmp_path / name) in shown
    assert "is not csv" not in shown


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.jsonl"])
def test_a_case_is_no_larger_in_a_table_than_in_text(name: str, tmp_path: Path, batch: Any) -> None:
    """Rows of more than 4 MiB are rejected; they are made of names of components, as the case is of lines elsewhere."""
    long = [{"name": f"{number:04} {'x' * 5000}", "team": "edge"} for number in range(900)]
    cases: list[dict[str, Any]] = [{"case": "a", "component": []}, {"case": "b", "component": long}]
    cases += [{"case": "y" * 5_000_000, "component": []}, {"case": "d", "component": [{"name": "x", "team": "ml"}]}]
    path = tmp_path / name
    if name == "t.jsonl":
        lines = [json.dumps({"case": each["case"], "facts": {"component": each["component"]}}) for each in cases]
        path.write_text("\n".join(lines) + "\n")
    else:
        record = pa.struct([("name", pa.string()), ("team", pa.string())])
        table = pa.Table.from_pylist(cases, pa.schema([("case", pa.string()), ("component", pa.list_(record))]))
        if name == "t.parquet":
            pq.write_table(table, path)
        else:
            with pa.ipc.new_file(path, table.schema) as writer:
                writer.write_table(table)
    out, result = batch(path, "out.csv")
    rejects = [json.loads(line) for line in rejects_of(out).read_text().splitlines()]
    assert [(each["row"], each["code"]) for each in rejects] == [(2, "AV524"), (3, "AV524")]
    assert result.summary.decided == 2


def test_a_frame_with_an_overlong_row_too(pack: averment.Pack) -> None:
    table = pa.table({"case": ["a", "y" * 5_000_000], "engineering.team_size": [3, 4]})
    errors = pack.decide_table(table).column("error").to_pylist()
    assert errors[0] is None
    assert errors[1].startswith("AV524")
