"""``averment batch`` and what ``explain`` makes of its rows, as users type them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.examples import example_documents


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The example cases, and a bad line."""
    lines = [*map(json.dumps, example_documents())]
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


_TOLD = """
import multiprocessing, sys
real = multiprocessing.get_context
def told(method=None):
    print("begun by", method, file=sys.stderr)
    return real(method)
multiprocessing.get_context = told
from averment_cli.entry import main
if __name__ == "__main__":
    main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how many threads there are")
@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_other_processes_are_forked_with_all_that_is_loaded(name: str, source: Path, tmp_path: Path) -> None:
    """A fresh interpreter would take half a second to begin: longer than most of the work there is."""
    (tmp_path / "told.py").write_text(_TOLD)
    command = [sys.executable, tmp_path / "told.py", "batch", source, "-o", tmp_path / name, "--jobs", "2"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, "begun by fork" in ran.stderr) == (0, True), ran.stderr


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


def test_a_heading_is_shown_where_it_is_written(averment: Any, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text('case,technical_complexity,"a, b",team_sise\n', "utf-8")
    ran = averment("batch", table, "-o", tmp_path / "out.csv")
    assert (ran.code, f"{table}:1:27\n" in ran.err, f"{table}:1:34\n" in ran.err) == (3, True, True), ran.err
    table.write_text('"case","tech\nnical",team_sise\n', "utf-8")
    assert f"{table}:2:8\n" in averment("batch", table, "-o", tmp_path / "out.csv").err


_WIDE = [f"v{number}" for number in range(65)]


def _pack_of(folder: Path, facts: str, condition: str) -> Path:
    """A pack of one rule."""
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: small\nversion: 1.0.0\ntitle: A small pack\nclaim: {fact: verdict, field: word}\n", "utf-8"
    )
    verdict = "  verdict: {derived: true, fields: {word: {type: choice, of: [good, bad]}}}\n"
    (folder / "facts.yaml").write_text(f"facts:\n{facts}{verdict}", "utf-8")
    (folder / "rules" / "rules.yaml").write_text(
        "rules:\n  - rule: only\n    says: It is good.\n    backing: judgement\n    author: somebody\n"
        f"    when: [{condition}]\n    then: [{{verdict: {{word: good}}}}]\n",
        "utf-8",
    )
    return folder


def test_a_pack_that_the_columnar_engine_cannot_run(averment: Any, tmp_path: Path) -> None:
    facts = f"  thing: {{cardinality: one, fields: {{of: {{type: set, of: [{', '.join(_WIDE)}]}}}}}}\n"
    pack = _pack_of(tmp_path / "pack", facts, "{thing: {of: v64}}")
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    cases = [{"case": f"c{number}", "facts": {"thing": {"of": [value]}}} for number, value in enumerate(["v0", "v64"])]
    source.write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    ran = averment("batch", source, "-o", out, "--pack", pack)
    assert ran.code == 0, ran.err
    assert "not decided in columns but case by case: the columnar engine cannot run rule `only`" in ran.err
    assert [json.loads(line)["claim"] for line in out.read_bytes().splitlines()] == ["gap", "good"]


_SECRETS = """\
  person:
    cardinality: one
    fields:
      name: {type: text, sensitive: drop}
      age: {type: integer, min: 0, max: 150, sensitive: hash}
  account:
    cardinality: many
    key: iban
    fields: {iban: {type: text, sensitive: last4}}
"""
_TELLING = [
    {"person": {"name": 86421}},
    {"person": {"age": 86421}},
    {"person": {"age": 10**30 + 86421}},
    {"person": "86421"},
    {"account": "86421"},
    {"account": [{"iban": "86421"}, {"iban": "86421"}]},
    {"account": [{"iban": 86421}]},
]


def test_what_is_sensitive_is_not_repeated(averment: Any, tmp_path: Path) -> None:
    pack = _pack_of(tmp_path / "pack", _SECRETS, "{person: {age: '>= 18'}}")
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    cases = [json.dumps({"case": f"c{number}", "facts": facts}) for number, facts in enumerate(_TELLING)]
    source.write_text("\n".join([*cases, '{"case": "c", "facts": {"person": {"name": 86421x}}}', ""]), "utf-8")
    ran = averment("batch", source, "-o", out, "--pack", pack)
    rejects = out.with_name("out.jsonl.rejects").read_text("utf-8")
    assert len(rejects.splitlines()) == len(_TELLING) + 1
    assert ("86421" in rejects, "86421" in ran.err) == (False, False), rejects
    told = averment("batch", source, "-o", "-", "--pack", pack).err
    assert ("86421" in told, "AV313" in told) == (False, True), told


def test_a_signal_leaves_nothing_of_standard_input(start: Any, tmp_path: Path) -> None:
    process = start(
        "batch", "-", "-o", tmp_path / "out.jsonl", stdin=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    while process.poll() is None and not list(tmp_path.glob("averment-*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert (process.returncode, list(tmp_path.glob("averment-*"))) == (143, [])


def test_standard_input_again_goes_on(averment: Any, source: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """What came of standard input does not hang on the name of the file that it was put into."""
    out = tmp_path / "out.jsonl"

    def given() -> Any:
        with source.open("rb") as stream, monkeypatch.context() as patched:
            patched.setattr("sys.stdin", type("Stdin", (), {"buffer": stream}))
            return averment("batch", "-", "-o", out)

    assert given().code == 0
    reject = json.loads(out.with_name("out.jsonl.rejects").read_bytes())
    assert reject["file"] == "-"
    assert "were done before" in given().err
    assert averment("explain", out, "--row", "2", "--input", source).code == 0


PLACES = [  # IN, OUT, why not
    (["cases.jsonl", "-o", "cases.jsonl"], "it is the input"),
    (["cases.jsonl", "-o", "link.jsonl"], "it is the input"),
    (["cases.jsonl", "-o", "out.csv", "--summary", "cases.jsonl"], "it is the input"),
    (["cases.jsonl", "-o", "out.csv", "--summary", "out.csv"], "--summary and -o name the same file"),
    (["cases", "-o", "cases/out.csv"], "the next run would take it for one of the tables of `cases`"),
    (["cases/*.jsonl", "-o", "cases/out.jsonl"], "the next run would take it for one of the tables of `cases/*.jsonl`"),
    (["cases.jsonl", "-o", "cases", "--format", "csv"], "it is a folder"),
    (["cases.jsonl", "-o", "pipe", "--format", "csv"], "it is not a file"),
    (["pipe", "-o", "out.csv", "--input-format", "csv"], "`pipe` is not a file"),
]


@pytest.mark.parametrize(("arguments", "message"), PLACES, ids=lambda value: value if isinstance(value, str) else "")
def test_an_output_takes_no_place_of_anything_else(
    arguments: list[str], message: str, averment: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cases").mkdir()
    Path("cases/a.jsonl").write_bytes(source.read_bytes())
    Path("link.jsonl").symlink_to("cases.jsonl")
    os.mkfifo("pipe")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    ran = averment("batch", *arguments)
    assert ran.code in (2, 3), ran.err
    assert message in ran.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before


@pytest.mark.parametrize(
    ("table", "output"),
    [("cases", "out.csv"), ("cases", "cases/out"), ("cases/*.jsonl", "cases/out.csv"), ("*.jsonl", "deeper/out.jsonl")],
)
def test_an_output_beside_its_input_is_fine(
    table: str, output: str, averment: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cases").mkdir()
    Path("cases/a.jsonl").write_bytes(source.read_bytes())
    for _ in range(2):
        assert averment("batch", table, "-o", output, "--format", "csv").code == 0


def test_where_not_one_row_is_decided_the_exit_code_says_so(averment: Any, tmp_path: Path) -> None:
    table, out = tmp_path / "t.csv", tmp_path / "out.csv"
    table.write_text("case,engineering.team_size\na,NA\nb,NA\n", "utf-8")
    assert averment("batch", table, "-o", out).code == 1
    assert averment("batch", table, "-o", out).code == 1  # known again
    assert averment("batch", table, "-o", tmp_path / "out.parquet", "--jobs", "2").code == 1
    table.write_text("case,engineering.team_size\na,NA\nb,4\n", "utf-8")
    assert averment("batch", table, "-o", out).code == 0
    table.write_text("case,engineering.team_size\n", "utf-8")
    assert averment("batch", table, "-o", out).code == 0  # there is none to be decided


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--against", "pm_tpm", "--against", "pm_tpm"], "names one pack"),
        (["--against", "decision_margin=3", "--on", "spark"], "spark decides each case once: without --on"),
    ],
)
def test_what_a_batch_cannot_be_held_against_is_usage(
    words: list[str], said: str, averment: Any, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("case,engineering.team_size\na,3\n")
    ran = averment("batch", tmp_path / "in.csv", "-o", tmp_path / "out.csv", *words)
    assert ran.code == 2 and said in ran.err
    assert not (tmp_path / "out.csv").exists()
