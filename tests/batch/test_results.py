"""The results of a pack in the outputs of ``batch``: typed columns, the same rows in every format, the same bytes with
and without columns.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from tests.laws.presumed import compiled

from averment import Pack
from averment.batch.inputs import format_of
from averment.batch.order import Against, Order
from averment.batch.output_rows import expected_row, row_of
from averment.batch.run import run
from averment.batch.unit import Format
from averment.render.display import Style
from averment.render.turns_text import turns_text

PACK: dict[str, Any] = {
    "pack": "trips",
    "version": "1.0.0",
    "title": "What is paid?",
    "results": {
        "amount": {"fact": "paid", "field": "eur"},
        "hands": {"fact": "paid", "field": "hands"},
        "until": {"fact": "paid", "field": "day"},
        "who": {"fact": "approval", "field": "by"},
        "sure": {"fact": "approval", "field": "sure"},
        "named": {"fact": "named", "field": "name"},
        "tags": {"fact": "tagged", "field": "tags"},
        "advice": {"fact": "advice", "field": "what", "many": True},
        "days": {"fact": "noted", "field": "day", "many": True},
    },
}
FACTS = """
trip:
  cardinality: one
  fields:
    eur: {type: decimal, places: 2, min: 0, max: 1000}
    hands: {type: integer}
    day: {type: date, presume: 2026-05-01}
    name: {type: text}
    tags: {type: set, of: [far, late]}
    abroad: {type: boolean, presume: false}
stop: {cardinality: many, key: name, fields: {name: {type: text}, day: {type: date}}}
paid: {derived: true, fields: {eur: {type: decimal, places: 3}, hands: {type: integer}, day: {type: date}}}
approval: {derived: true, fields: {by: {type: level, of: [nobody, head, board]}, sure: {type: boolean}}}
named: {derived: true, fields: {name: {type: text}}}
tagged: {derived: true, fields: {tags: {type: set, of: [far, late]}}}
advice: {derived: true, fields: {what: {type: choice, of: [insure, rest]}}}
noted: {derived: true, fields: {day: {type: date}}}
"""
RULES = """
- {rule: paid, when: [{trip: {eur: $e, hands: $h, day: $d}}], then: [{paid: {eur: $e, hands: $h, day: $d}}]}
- {rule: board, when: [{trip: {abroad: true}}], then: [{approval: {by: board, sure: true}}, {advice: {what: insure}}]}
- {rule: head, when: [{trip: {abroad: false}}], then: [{approval: {by: head, sure: false}}]}
- {rule: rest, when: [{trip: {tags: late}}], then: [{advice: {what: rest}}]}
- {rule: named, when: [{trip: {name: $n}}], then: [{named: {name: $n}}]}
- {rule: tagged, when: [{trip: {tags: $t}}], then: [{tagged: {tags: $t}}]}
- {rule: noted, when: [{stop: {day: $d}}], then: [{noted: {day: $d}}]}
"""
WHOLE = {"eur": "12.50", "hands": 2**60, "day": "2026-01-31", "name": 'a "b", c|d', "tags": ["late", "far"]}
DAY = "2026-01-01"
CASES: list[dict[str, Any]] = [
    {
        "trip": {**WHOLE, "abroad": True},
        "stop": [{"name": "x", "day": "0999-02-03"}, {"name": "y", "day": "2026-01-01"}],
    },
    {"trip": {**WHOLE, "abroad": False, "tags": [], "name": ""}, "stop": []},
    {"trip": {"eur": "0.01", "hands": -3}, "stop": [{"name": "x"}, {"name": "y", "day": DAY}]},
    {"trip": {"name": "ä", "tags": ["far"]}, "stop": []},
    {},
]


def pack(rules_text: str = RULES) -> Pack:
    rules = [{"backing": "judgement", **rule} for rule in yaml.safe_load(rules_text)]
    return compiled({
        "pack.yaml": yaml.safe_dump(PACK, sort_keys=False).encode(),
        "facts.yaml": yaml.safe_dump({"facts": yaml.safe_load(FACTS)}).encode(),
        "rules/all.yaml": yaml.safe_dump({"author": "Tests", "rules": rules}).encode(),
    })  # fmt: skip


def order_of(known: Pack, folder: Path, format: str) -> Order:
    source = folder / "in.jsonl"
    lines = (json.dumps({"case": f"c{number}", "facts": facts}) for number, facts in enumerate(CASES, 1))
    source.write_text("".join(f"{line}\n" for line in lines))
    output = folder / f"out.{format}"
    named = format_of(output.name)[0]
    assert named is not None
    return Order(known.program(), known.model.types, str(source), output, named)


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet", "arrow", "xlsx"])
def test_every_format_says_what_the_outcome_says(format: str, tmp_path: Path) -> None:
    known = pack()
    order = order_of(known, tmp_path, format)
    run(order)
    for number, facts in enumerate(CASES, 1):
        outcome = known.decide(known.case(facts, f"c{number}"), engine="reference")
        found = row_of(order.output, order.format, known.program().rule_ids, number)
        expected = expected_row(outcome, number, order.format, known.program())
        assert found is not None
        told = {name: "" if value is None else value for name, value in expected.items()}
        assert {name: "" if value is None else value for name, value in found.items()} == told


def test_the_columns_are_of_the_kinds_of_the_results(tmp_path: Path) -> None:
    order = order_of(pack(), tmp_path, "parquet")
    run(order)
    first = pq.read_table(order.output).to_pylist()[0]
    assert first["amount"] == Decimal("12.500") and first["hands"] == 2**60 and first["until"] == date(2026, 1, 31)
    assert (first["who"], first["sure"], first["named"]) == ("board", True, 'a "b", c|d')
    assert (first["tags"], first["advice"]) == (["far", "late"], ["insure", "rest"])
    assert first["days"] == [date(999, 2, 3), date(2026, 1, 1)]
    assert first["claim"] is None and first["status"] == "settled"


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
def test_rows_are_the_same_bytes_with_and_without_columns(
    format: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, written = pack(), list[bytes]()
    for number, absent in enumerate((False, True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        order = order_of(known, folder, format.value)
        if absent:
            monkeypatch.setattr("averment.batch.pool.installed", lambda _: False)
        run(order)
        written.append(order.output.read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("columns", [True, False])
def test_a_run_that_is_held_against_another_pack_counts_the_results_that_are_otherwise(
    columns: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, other = pack(), pack(RULES.replace("by: head", "by: nobody").replace("tags: late", "tags: far"))
    if not columns:
        monkeypatch.setattr("averment.batch.pool.installed", lambda _: False)
    against = Against(other.program(), other.model.types)
    order = replace(order_of(known, tmp_path, "jsonl"), against=against)
    turns = run(order).summary.turns
    assert turns is not None
    expected = Counter[str]()
    for facts in CASES:
        before, after = known.decide(facts, engine="reference"), other.decide(facts, engine="reference")
        for name, result in before.results.items():
            told = {part: value for part, value in result.document.items() if part != "hangs_on"}
            now = {part: value for part, value in after.results[name].document.items() if part != "hangs_on"}
            expected[name] += told != now
    assert turns.results == dict(expected)
    assert turns.results["who"] == 4 and turns.results["advice"] > 0 and turns.results["amount"] == 0
    assert "who: 4 cases" in turns_text(turns, Style())
