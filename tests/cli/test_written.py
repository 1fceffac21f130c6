"""What is wrong with an argument is shown in the argument; and a folder that is a whole disk is not walked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from averment import examples


@pytest.mark.parametrize(
    ("argument", "line", "carets"),
    [
        ("--set product.stage=lunched", "1 | --set product.stage=lunched", "                    ^^^^^^^ unknown value"),
        ("--set product.stge=idea", "1 | --set product.stge=idea", "              ^^^^ unknown field"),
        ("--set prodct.stage=idea", "1 | --set prodct.stage=idea", "      ^^^^^^ unknown fact type"),
        (
            "--set product.technologies=[api, wb]",
            "1 | --set product.technologies=[api, wb]",
            " " * 33 + "^^ unknown value",
        ),
        (
            '--set component["a"].team=[x]',
            '1 | --set component["a"].team=[x]',
            " " * 26 + "^^^ `component.team` is a text",
        ),
        ("--set product.stage=[a", "1 | --set product.stage=[a", " " * 22 + "^ here"),
        (
            "--param large_team_size=x",
            "1 | --param large_team_size=x",
            " " * 24 + "^ `large_team_size` is a whole number, at least 1 and at most 100000",
        ),
    ],
)
def test_carets_stand_under_the_part_that_is_wrong(
    averment: Any, case: Path, argument: str, line: str, carets: str
) -> None:
    ran = averment("decide", case, *argument.split(" ", 1))
    assert (ran.code, ran.out) == (3, "")
    said = ran.err.splitlines()
    assert said[2] == line
    assert said[3] == f"  | {carets}"
    assert said[-1] == "1 error"


def test_without_files_nothing_is_said_twice(averment: Any) -> None:
    ran = averment("decide", "--set", "product.stage=[a")
    assert ran.err.endswith("\n1 error\n")


def test_whatif_quotes_the_argument_too(averment: Any, case: Path) -> None:
    ran = averment("whatif", case, "--param", "large_team_size=x")
    assert "1 | --param large_team_size=x\n  | " in ran.err


@pytest.mark.parametrize("field", ["name", "nmae"])
def test_no_sensitive_argument_is_quoted(averment: Any, tmp_path: Path, field: str) -> None:
    files = {
        "pack.yaml": "pack: p\nversion: 1.0.0\ntitle: P\nclaim: {fact: advice, field: what}\n",
        "facts.yaml": "facts:\n"
        "  person: {cardinality: one, fields: {name: {type: text, sensitive: drop}}}\n"
        "  advice: {derived: true, fields: {what: {type: choice, of: [go, stay]}}}\n",
        "rules/all.yaml": "author: A\nrules:\n"
        "  - {rule: go, backing: judgement, when: [{person: {}}], then: [{advice: {what: go}}]}\n",
    }
    for name, text in files.items():
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text(text, "utf-8")
    ran = averment("decide", "-p", tmp_path / "p", "--set", f"person.{field}=[Canary-7391]")
    assert ran.code == 3
    assert "Canary" not in ran.out + ran.err


def test_a_whole_disk_is_not_walked(averment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "MOST_ENTRIES", 20)
    for number in range(30):
        (tmp_path / "deep" / str(number % 5)).mkdir(parents=True, exist_ok=True)
        (tmp_path / "deep" / str(number % 5) / f"{number}.yaml").write_text("facts: {}\n", "utf-8")
    ran = averment("decide", tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert f"`{tmp_path}` holds more than 20 files and folders" in ran.err
    assert "1 error" in ran.err
