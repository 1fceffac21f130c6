"""A case that a host decided, explained: the host is stood for by a map over row groups."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import averment
from averment.scale import files
from averment.scale.rows import deciding
from averment_cli.entry import main

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

_ROWS = {
    "case": ["a", "b", "bad", "twice", "twice"],
    "technical_complexity": ["high", "low", "hgih", "high", "low"],
    "team_size": [34, 5, 5, None, None],
    "technologies": [["api"], [], None, None, None],
}


def _decide_files(inputs: list[str], output: str, pack: averment.Pack, parameters: Any, firings: int) -> None:
    table = pq.read_table(inputs[0].removeprefix("file://"))
    work, _ = deciding(pack, table.schema, parameters)
    folder = Path(output.removeprefix("file://"))
    folder.mkdir()
    for start in (0, 3):
        pq.write_table(work(table.slice(start, 3)), folder / f"part-{start}.parquet")


@pytest.fixture
def decided(averment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(files, "_check_host", lambda *_: None)
    monkeypatch.setitem(sys.modules, "averment.scale.ray", SimpleNamespace(decide_files=_decide_files))
    pq.write_table(pa.table(_ROWS), tmp_path / "in.parquet")
    assert averment("batch", tmp_path / "in.parquet", "-o", tmp_path / "out", "--on", "ray").code == 0
    return tmp_path / "out"


@pytest.mark.parametrize("case", ["a", "b"])
def test_a_case_explained_is_what_decide_says(case: str, averment: Any, decided: Path) -> None:
    place = _ROWS["case"].index(case)
    facts = {
        "product": {name: _ROWS[name][place] for name in ("technical_complexity", "technologies")},
        "engineering": {"team_size": _ROWS["team_size"][place]},
    }
    one = decided.with_name("one.jsonl")
    one.write_text(json.dumps({"case": case, "facts": facts}) + "\n", "utf-8")
    shown = averment("decide", one, "--format", "json").out
    assert averment("explain", decided, "--case", case, "--format", "json").out == shown
    decided.with_name("in.parquet").rename(decided.with_name("moved.parquet"))
    assert "AV534" in averment("explain", decided, "--case", case).err
    moved = averment(
        "explain", decided, "--case", case, "--format", "json", "--input", decided.with_name("moved.parquet")
    )
    assert moved.out == shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--case", "bad"], 3, "AV303"),
        (["--case", "nobody"], 3, "has no case `nobody`"),
        (["--case", "twice"], 3, "2 rows are called `twice`"),
        (["--row", "1"], 2, "have no numbers"),
    ],
)
def test_what_is_not_explained(arguments: list[str], code: int, said: str, averment: Any, decided: Path) -> None:
    ran = averment("explain", decided, *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_another_input_is_refused(averment: Any, decided: Path) -> None:
    pq.write_table(pa.table(_ROWS | {"technical_complexity": ["low"] * 5}), decided.with_name("in.parquet"))
    ran = averment("explain", decided, "--case", "a")
    assert (ran.code, "is not what was decided" in ran.err) == (3, True), ran.err


def test_a_folder_that_no_host_wrote(averment: Any, tmp_path: Path) -> None:
    ran = averment("explain", tmp_path, "--case", "a")
    assert (ran.code, "does not say how it was made" in ran.err) == (3, True), ran.err


@pytest.mark.parametrize(
    ("arguments", "hidden"),
    [(["batch", "in.parquet", "-o", "out.csv"], True), (["batch", "in.parquet", "-o", "out", "--on", "ray"], False),
     (["batch", "--on=spark", "in.parquet", "-o", "out"], False), (["decide", "case.yaml"], False)],
)  # fmt: skip
def test_a_host_is_left_its_pandas(arguments: list[str], hidden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[bool] = []
    monkeypatch.setattr("averment.batch.arrow.settle", lambda: settled.append(True))
    monkeypatch.setattr("averment_cli.main.averment.main", lambda *_, **__: 0)
    monkeypatch.setattr(sys, "argv", ["averment", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert bool(settled) == hidden
