"""One bad case hides no good ones: what can be decided and asked is, the rest is told, and the exit code is 3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Averment

GOOD = "facts: {company: {headcount: 12}}"
BAD = {
    "field": "case: bad\nfacts: {company: {headcont: 12}}",
    "value": "case: bad\nfacts: {company: {headcount: many}}",
    "shape": "case: bad\nfacts: [1]",
    "syntax": "case: bad\nfacts: {company: {headcount: 12}",
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Twelve cases, of which four are bad, each otherwise."""
    for number in range(8):
        (tmp_path / f"good-{number}.yaml").write_text(f"case: good-{number}\n{GOOD}\n")
    for name, text in BAD.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_decide_prints_what_it_can(averment: Averment, cases: Path) -> None:
    found = averment("decide", str(cases), "--format", "json")
    assert found.code == 3
    assert [json.loads(line)["case"] for line in found.out.splitlines()] == [f"good-{n}" for n in range(8)]
    assert all(f"{name}.yaml" in found.err for name in BAD)


@pytest.mark.parametrize(
    "words",
    [
        ["missing"],
        ["matters", "--seconds", "1"],
        ["whatif", "--set", "company.headcount=5"],
        ["explain"],
        ["explain", "--why-not", "product_manager"],
    ],
)
def test_questions_answer_what_they_can(averment: Averment, cases: Path, words: list[str]) -> None:
    for number in range(2, 8):
        (cases / f"good-{number}.yaml").unlink()
    found = averment(words[0], str(cases), *words[1:], "--format", "json")
    assert found.code == 3, found.err
    told = [json.loads(line) for line in found.out.splitlines()]
    assert [each["case"] for each in told if each.get("question") != "turns"] == ["good-0", "good-1"]
    assert all(f"{name}.yaml" in found.err for name in BAD)


def test_a_bad_line_of_json_lines_hides_no_other(averment: Averment, tmp_path: Path) -> None:
    facts = '"facts": {"company": {"headcount": 12}}}'
    lines = [f'{{"case": "one", {facts}', '{"case": "two", ', f'{{"case": "three", {facts}']
    lines.append('{"case": "four", "facts": 1}')
    (tmp_path / "cases.jsonl").write_text("\n".join(lines))
    found = averment("decide", str(tmp_path / "cases.jsonl"), "--quiet")
    assert found.code == 3
    assert [line.split("\t")[0] for line in found.out.splitlines()] == ["one", "three"]


def test_of_bad_cases_alone_nothing_is_printed(averment: Averment, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD["value"])
    for words in (["decide"], ["missing"], ["explain"]):
        found = averment(words[0], str(tmp_path / "bad.yaml"))
        assert (found.code, found.out) == (3, "") and "headcount" in found.err
