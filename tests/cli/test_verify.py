"""``batch --verify`` on the command line: where the tables are by now, and what it says as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Averment

PACK = {
    "pack.yaml": "pack: parts\nversion: 1.0.0\ntitle: Parts\nclaim: {fact: answer, field: value}\n",
    "facts.yaml": """
facts:
  part: {cardinality: many, key: name, fields: {name: {type: text}, size: {type: integer}}}
  answer: {derived: true, fields: {value: {type: choice, of: [large]}}}
""",
    "rules/rules.yaml": """
author: T
rules:
  - {rule: large, says: It is., backing: judgement, when: [{part: {size: ">= 5"}}], then: [{answer: {value: large}}]}
""",
}


@pytest.fixture
def decided(averment: Averment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An output made of two tables, which are elsewhere by now; and the words that prove it."""
    monkeypatch.chdir(tmp_path)
    for name, text in PACK.items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_text(text)
    Path("in.jsonl").write_text("".join(f'{{"case": "{case}", "facts": {{}}}}\n' for case in "abc"))
    Path("parts.csv").write_text("case,name,size\na,p,9\nb,p,x\nc,p,1\n")
    words = ["in.jsonl", "-o", "out.jsonl", "--pack", "./pack", "--side", "part=parts.csv", "--jobs", "1"]
    assert averment("batch", *words).code == 0
    Path("kept").mkdir()
    Path("in.jsonl").rename("kept/in.jsonl")
    Path("parts.csv").rename("kept/parts.csv")
    return ["batch", "kept/in.jsonl", "--verify", "out.jsonl", "--pack", "./pack", "--side", "part=kept/parts.csv"]


def test_tables_that_are_elsewhere_by_now_prove_an_output(decided: list[str], averment: Averment) -> None:
    proved = averment(*decided)
    assert (proved.code, proved.out) == (0, "out.jsonl: proved: 3 rows, 1 of them rejected, as its manifest has them\n")
    assert "`parts.csv` is not what was decided" in averment(*decided[:-2]).err
    Path("kept/parts.csv").write_text("case,name,size\na,p,9\nb,p,x\nc,p,2\n")
    assert "`kept/parts.csv` is not what was decided" in averment(*decided).err
    assert "no side table of `answer` was decided" in averment(*decided[:-1], "answer=kept/parts.csv").err


def test_a_proof_as_json(decided: list[str], averment: Averment) -> None:
    proved = averment(*decided, "--format", "json")
    assert (proved.code, json.loads(proved.out)) == (
        0,
        {
            "output": "out.jsonl",
            "proved": True,
            "rows": 3,
            "rejected": 1,
            "without_checksums": ["jsonl"],
            "findings": [],
        },
    )
    written = Path("out.jsonl").read_text()
    Path("out.jsonl").write_text(written.replace('"claim":"large"', '"claim":"gap"'))
    refuted = averment(*decided, "--format", "json")
    found = json.loads(refuted.out)
    assert (refuted.code, found["proved"], [each["code"] for each in found["findings"]]) == (1, False, ["AV538"] * 2)
    assert "row 1 (case `a`)" in found["findings"][1]["message"]


def test_formats_that_do_not_fit(decided: list[str], averment: Averment) -> None:
    assert "as text or as json, not as csv" in averment(*decided, "--format", "csv").err
    assert "--format json is of --verify" in averment("batch", "in.jsonl", "-o", "o.jsonl", "--format", "json").err
