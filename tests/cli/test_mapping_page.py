"""Every table of the page on mapping files is decided, whole, with the mapping beside it; every key is on the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from averment_schemas import load

_PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text("utf-8")
_PAIRS = re.findall(r"^```csv\n(.*?)^```\n\n```yaml\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
_DERIVED = "  decision: {derived: true, fields: {outcome: {type: choice, of: [fine]}}}\n"
_RULES = """author: Office
rules:
  - {rule: fine, backing: judgement, when: [{guest: {age: ">= 18"}}], then: [{decision: {outcome: fine}}]}
"""


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    folder = tmp_path / "hotel"
    (folder / "rules").mkdir(parents=True)
    facts = re.search(r"^```yaml\n(facts:\n.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    assert facts
    (folder / "facts.yaml").write_text(facts[1] + _DERIVED)
    (folder / "rules" / "rules.yaml").write_text(_RULES)
    (folder / "pack.yaml").write_text(
        "pack: hotel\nversion: 1.0.0\ntitle: H\nclaim: {fact: decision, field: outcome}\n"
    )
    return folder


def test_every_table_is_decided(averment: Any, hotel: Path, tmp_path: Path) -> None:
    assert len(_PAIRS) == _PAGE.count("```csv")
    for number, (table, mapping) in enumerate(_PAIRS):
        (tmp_path / f"{number}.csv").write_text(table)
        (tmp_path / f"{number}.yaml").write_text(mapping)
        out = tmp_path / f"{number}.jsonl"
        given = "-p", hotel, "--mapping", tmp_path / f"{number}.yaml", "-o", out
        ended = averment("batch", tmp_path / f"{number}.csv", *given)
        rows = len(table.splitlines()) - 1
        assert (ended.code, f"{rows} decided, 0 rejected" in ended.err) == (0, True), f"{table}\n{mapping}\n{ended.err}"


def test_every_key_is_told() -> None:
    schema = load("mapping")
    keys = {*schema["properties"], *schema["$defs"]["column"]["properties"]} - {"to"}
    assert {key for key in keys if f"`{key}" not in _PAGE and f"{key}:" not in _PAGE} == set()
