"""Data of a pack: joined, counted and added up alike by every engine, and in columns as fast as a table is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.backends.columnar.compiled import Compiled
from averment.law.unfolding import MOST, unfolded
from averment.warrant.recheck import recheck

pa = pytest.importorskip("pyarrow")

_RATES = [(f"c{number}", 20 + number % 90) for number in range(700)]
_RULES = """\
author: The authors
rules:
  - rule: paid
    says: $e a day.
    backing: judgement
    when: [{trip: {to: $c}}, {rate: {to: $c, eur: $e}}]
    then: [{amount: {at: 0, eur: $e}}]
  - rule: paid-by-day
    says: $e on $d.
    backing: judgement
    when: [{day: {at: $d, to: $c}}, {rate: {to: $c, eur: $e}}]
    then: [{amount: {at: $d, eur: $e}}]
  - rule: much
    says: Much.
    backing: judgement
    when:
      - sum: {of: amount, field: eur, as: $e}
      - max: {of: rate, field: eur, as: $m}
      - test: $e > 2 * $m
    then: [{answer: {paid: much}}]
  - rule: little
    says: Little.
    backing: judgement
    when:
      - sum: {of: amount, field: eur, as: $e}
      - test: $e <= 218
      - not: {rate: {eur: ">= 110"}}
    then: [{answer: {paid: little}}]
"""
_FACTS = """\
facts:
  trip: {cardinality: one, fields: {to: {type: text, optional: true}}}
  day: {cardinality: many, absent: none, key: at, fields: {at: {type: integer}, to: {type: text}}}
  rate: {data: rates.csv, key: to, backing: judgement, author: We, fields: {to: {type: text}, eur: {type: integer}}}
  amount: {derived: true, fields: {at: {type: integer}, eur: {type: integer}}}
  answer: {derived: true, fields: {paid: {type: choice, of: [little, much]}}}
"""
_PACK = "pack: pay\nformat: 2\nversion: 1.0.0\ntitle: How much?\nclaim: {fact: answer, field: paid}\n"

Made = Callable[..., averment.Pack]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(rates: list[tuple[str, int]] = _RATES, rules: str = _RULES) -> averment.Pack:
        for folder in ("rules", "data"):
            (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / "pack.yaml").write_text(_PACK)
        (tmp_path / "facts.yaml").write_text(_FACTS)
        (tmp_path / "rules" / "all.yaml").write_text(rules)
        (tmp_path / "data" / "rates.csv").write_text("\n".join(["to,eur", *(f"{to},{eur}" for to, eur in rates)]))
        return averment.load(tmp_path)

    return make


_CASES: list[dict[str, Any]] = [
    {"trip": {"to": "c3"}, "day": [{"at": 1, "to": "c89"}, {"at": 2, "to": "c179"}]},
    {"trip": {"to": "c3"}, "day": [{"at": 1, "to": "c4"}, {"at": 2, "to": "elsewhere"}]},
    {"trip": {"to": "none"}, "day": []},
    {"trip": {}, "day": [{"at": 1, "to": "c89"}]},
    {"trip": {"to": "c1"}, "day": [{"at": 1}]},
]


def test_every_engine_says_the_same(made: Made) -> None:
    pack = made()
    rows = [{"trip": case["trip"], "day": case["day"]} for case in _CASES]
    shape = pa.struct([("to", pa.string())])
    days = pa.list_(pa.struct([("at", pa.int64()), ("to", pa.string())]))
    table = pa.table(
        {"trip": pa.array([row["trip"] for row in rows], shape), "day": pa.array([row["day"] for row in rows], days)}
    )
    in_columns = pack.decide_table(table, fired="names").to_pylist()
    for case, row in zip(_CASES, in_columns, strict=True):
        told = pack.decide(case, engine="reference")
        assert (row["claim"], row["fired"], tuple(row["hangs_on"])) == (told.claim, [*told.fired], told.hangs_on)
        assert pack.decide(case, engine="durable").canonical == told.canonical
        assert [pack.decide(case) for _ in range(3)][-1].canonical == told.canonical
    assert [row["claim"] for row in in_columns] == ["much", "little", "little", "open", "open"]


def test_a_warrant_that_cites_another_row_is_not_believed(made: Made) -> None:
    outcome = made().decide(_CASES[0], engine="reference")
    warrant, memory = json.loads(outcome.canonical)["warrant"], outcome.evaluation.memory
    assert list(recheck(outcome.evaluation.program, warrant, memory)) == []
    (node,) = (node for node in warrant["nodes"] if node["id"] == 'rate[23,"c3"]')
    assert node["cited"] == {"file": "data/rates.csv", "row": 4, "backing": [{"judgement": "We"}]}
    node["cited"]["row"] = 5
    assert list(recheck(outcome.evaluation.program, warrant, memory)) == [
        '`rate[23,"c3"]` does not cite the row that it is'
    ]


def test_a_join_is_unfolded_for_columns_and_nothing_is_joined_row_by_row(made: Made) -> None:
    program = made().program()
    compiled = Compiled(program)
    assert compiled.rules == program.rule_ids
    assert {len(rule.matches) for rule in compiled.program.rules} == {0, 1}
    assert "rate" not in {match.type for rule in compiled.program.rules for match in rule.matches}


def test_what_would_unfold_too_far_is_joined(made: Made) -> None:
    again = _RULES.replace(
        "{rate: {to: $c, eur: $e}}]\n    then: [{amount: {at: 0",
        "{rate: {to: $c, eur: $e}}, {rate: {to: $x, eur: $y}}, {test: $y > $e}]\n    then: [{amount: {at: 0",
    )
    assert again != _RULES
    rates = _RATES[:200]
    assert len(rates) ** 2 > MOST
    pack = made(rates, again)
    rule = next(rule for rule in unfolded(pack.program()).rules if rule.id == "paid")
    assert len(rule.matches) == 3
    case = _CASES[1]
    row = pack.decide_table(pa.table({"trip.to": ["c3"]})).to_pylist()[0]
    assert row["claim"] == pack.decide({"trip": case["trip"]}, engine="reference").claim


def test_a_rule_that_no_row_passes_keeps_its_bit(made: Made) -> None:
    rule = "[{trip: {to: $c}}, {rate: {to: $c, eur: $e}}]"
    assert rule in _RULES
    pack = made(rules=_RULES.replace(rule, "[{trip: {to: $c}}, {rate: {to: $c, eur: $e}}, {rate: {eur: '> 1000'}}]"))
    assert Compiled(pack.program()).rules == pack.program().rule_ids


@pytest.mark.parametrize(
    ("rates", "code"),
    [([("a", 1), ("a", 2)], "AV343"), ([("a", 1), ("b,c", 2)], "AV665"), ([], "AV663"), ([("a", "x")], "AV312")],
)
def test_a_mistake_in_data_is_told_with_its_place(made: Made, rates: list[tuple[str, int]], code: str) -> None:
    with pytest.raises(averment.Refused) as refused:
        made(rates)
    (found,) = refused.value.diagnostics
    assert found.code == code
    assert found.labels[0].span.file == "data/rates.csv"


def test_the_digest_is_of_the_data_too(made: Made) -> None:
    before = made().digest
    assert made([*_RATES, ("new", 1)]).digest != before
    assert made([(to, eur) for to, eur in _RATES]).digest == before
