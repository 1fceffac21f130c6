"""``averment batch`` and what ``explain`` makes of its rows, as users type them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import averment_knowledge

_CASES = Path(averment_knowledge.__file__).parent / "pm_tpm" / "cases"


@pytest.fixture
def source(averment: Any, tmp_path: Path) -> Path:
    """The example cases, and a bad line."""
    cases = [json.loads(line) for line in averment("decide", _CASES, "--format", "json").out.splitlines()]
    lines = [json.dumps({"case": case["case"], "facts": case["facts"]}) for case in cases]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join([*lines, '{"case": "bad", "facts": {"product": {}', lines[0]]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet", "out.arrow"])
def test_a_row_explained_is_what_decide_says(name: str, averment: Any, source: Path, tmp_path: Path) -> None:
    out, one = tmp_path / name, tmp_path / "one.jsonl"
    assert averment("batch", source, "-o", out).code == 0
    for number, line in enumerate(source.read_text("utf-8").splitlines()[1:6], 2):
        one.write_text(line + "\n", "utf-8")
        decided = averment("decide", one, "--format", "json").out
        assert averment("explain", out, "--row", str(number), "--format", "json").out == decided
        assert averment("explain", out, "--case", json.loads(line)["case"], "--format", "json").out == decided


REFUSED = [
    (["--case", "bad"], "AV533"),
    (["--case", "nobody"], "AV533"),
    (["--row", "9999"], "AV533"),
]


@pytest.mark.parametrize(("choice", "code"), REFUSED)
def test_what_is_not_explained(choice: list[str], code: str, averment: Any, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    averment("batch", source, "-o", out)
    ran = averment("explain", out, *choice)
    assert (ran.code, code in ran.err) == (3, True), ran.err


def test_two_rows_of_one_name_want_a_number(averment: Any, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    averment("batch", source, "-o", out)
    first = json.loads(source.read_text("utf-8").splitlines()[0])["case"]
    last = len(source.read_text("utf-8").splitlines())
    ran = averment("explain", out, "--case", first)
    assert (ran.code, f"choose one with --row: 1, {last}" in ran.err) == (3, True), ran.err
    assert averment("explain", out, "--row", str(last)).code == 0


def test_the_input_must_be_the_one_that_was_decided(averment: Any, source: Path, tmp_path: Path) -> None:
    out, moved = tmp_path / "out.parquet", tmp_path / "moved.jsonl"
    averment("batch", source, "-o", out)
    out.with_name("out.parquet.manifest").unlink()  # the file says enough of itself
    before = averment("explain", out, "--row", "3").out
    source.rename(moved)
    ran = averment("explain", out, "--row", "3")
    assert (ran.code, "AV534" in ran.err, "--input" in ran.err) == (3, True, True)
    assert averment("explain", out, "--row", "3", "--input", moved).out == before
    moved.write_bytes(moved.read_bytes().replace(b"high", b"hihg", 1))
    assert "AV534" in averment("explain", out, "--row", "3", "--input", moved).err


def test_the_summary_and_the_exit_codes(averment: Any, source: Path, tmp_path: Path) -> None:
    out, summary = tmp_path / "out.jsonl", tmp_path / "summary.json"
    ran = averment("batch", source, "-o", out, "--summary", summary)
    found = json.loads(summary.read_bytes())
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert (ran.code, ran.out) == (0, "")
    assert "1 row could not be decided" in ran.err
    assert (found["rejected"], found["decided"]) == (1, len(rows))
    assert found["errors"] == {"AV113": 1}
    for claim, number in found["claims"].items():
        assert number == sum(row["claim"] == claim for row in rows)
    fired = {rule for row in rows for rule in row["fired"]}
    assert found["rules"].keys() == fired
    assert not fired & set(found["never_fired"])
    assert averment("batch", source, "-o", out, "--strict").code == 1


def test_a_mapping(averment: Any, tmp_path: Path) -> None:
    table, mapping, out = tmp_path / "t.csv", tmp_path / "map.yaml", tmp_path / "out.jsonl"
    table.write_text("Name,How complex,Remarks\nacme,high,nothing\n", "utf-8")
    assert "AV123" in averment("batch", table, "-o", out).err
    mapping.write_text(
        "columns:\n  Name: case\n  How complex: product.technical_complexity\n  Remarks: ignore\n", "utf-8"
    )
    assert averment("batch", table, "-o", out, "--mapping", mapping).code == 0
    assert json.loads(out.read_bytes())["case"] == "acme"


USAGE = [
    (["-o", "out.txt"], "OUT is *.jsonl"),
    (["-o", "out.parquet", "--warrants", "full"], "whole outcomes are JSON Lines"),
    (["-o", "-", "--format", "parquet"], "needs a file"),
    (["-o", "out.jsonl.gz"], "OUT is *.jsonl"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_usage(arguments: list[str], message: str, averment: Any, source: Path) -> None:
    ran = averment("batch", source, *arguments)
    assert (ran.code, message in ran.err) == (2, True), ran.err
