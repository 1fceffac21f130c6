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


BROKEN = {
    "an open bracket": "case: bad\nfacts: {company: {headcount: 12}",
    "an open quote": 'case: "bad\nfacts: {company: {headcount: 12}}',
    "a tab": "case: bad\nfacts:\n\tcompany: {headcount: 12}",
    "two values": "case: bad\nfacts: {company: {headcount: 12}}\n} 12",
    "a block that ends nowhere": "case: |\n    bad\n  facts: [1",
    "an anchor": "case: &bad bad\nfacts: {company: {headcount: 12}}",
    "bytes": "case: b\xffd\nfacts: {company: {headcount: 12}}",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_document_hides_no_other(averment: Averment, tmp_path: Path, text: str, place: int) -> None:
    documents = [f"case: {name}\n{GOOD}" for name in ("one", "two")]
    documents.insert(place, text)
    file = tmp_path / "cases.yaml"
    file.write_bytes("\n---\n".join(documents).encode("latin-1"))
    found = averment("decide", str(file), "--quiet")
    assert found.code == 3
    assert [line.split("\t")[0] for line in found.out.splitlines()] == ["one", "two"]
    first = sum(document.count("\n") + 2 for document in documents[:place])  # lines before it, of its `---` the last
    lines = [int(place.split(":")[1]) for place in found.err.split("cases.yaml")[1:] if place.startswith(":")]
    assert lines and all(first <= line <= first + text.count("\n") + 2 for line in lines), found.err


def test_a_broken_document_hides_no_other_from_a_question(averment: Averment, tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(f"{BAD['syntax']}\n---\ncase: good\n{GOOD}\n")
    for words in (["missing"], ["matters", "--seconds", "1"], ["whatif", "--set", "company.headcount=5"], ["explain"]):
        found = averment(words[0], str(file), *words[1:], "--format", "json")
        assert found.code == 3 and "AV112" in found.err
        assert {json.loads(line)["case"] for line in found.out.splitlines()} == {"good"}


@pytest.mark.parametrize("suffix", ["yaml", "jsonl"])
def test_beyond_a_hundred_findings_good_cases_are_decided(averment: Averment, tmp_path: Path, suffix: str) -> None:
    bad = ['{"case": "bad", "facts": [1]}', '{"case": "bad", "facts": {']
    lines = [bad[number % 2] for number in range(250)]
    lines[200] = '{"case": "good", "facts": {"company": {"headcount": 12}}}'
    (tmp_path / f"cases.{suffix}").write_text(("\n---\n" if suffix == "yaml" else "\n").join(lines))
    found = averment("decide", str(tmp_path / f"cases.{suffix}"), "--quiet")
    assert found.code == 3
    assert [line.split("\t")[0] for line in found.out.splitlines()] == ["good"]
    assert "249 errors" in found.err and len(found.err.splitlines()) < 250
