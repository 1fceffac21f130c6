"""What plays a part only together with hundreds of other records is found, and what does not is told from it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import averment
from averment.questions.matters import relevance
from averment.questions.matters.matters import Weight, matters

FACTS = """
facts:
  yard: {cardinality: one, fields: {open: {type: boolean}}}
  crate:
    cardinality: many
    key: id
    fields: {id: {type: text}, heavy: {type: boolean}, row: {type: text}, note: {type: text}}
  row: {cardinality: many, key: name, fields: {name: {type: text}, roof: {type: boolean}}}
  wet: {derived: true, fields: {crate: {type: text}}}
  order: {derived: true, fields: {by: {type: choice, of: [cart, lorry]}}}
"""
PACK = """
pack: yard
version: 1.0.0
title: What carries the crates of a yard
claim: {fact: order, field: by}
"""
RULES = """
author: nobody
rules:
  - rule: wet
    says: $c stands without a roof.
    backing: judgement
    when: [{crate: {id: $c, row: $r, heavy: true}}, {row: {name: $r, roof: false}}]
    then: [{wet: {crate: $c}}]
  - rule: lorry
    says: $n heavy crates are wet.
    backing: judgement
    when: [{count: {of: wet, as: $n}}, {test: $n >= 40}, {yard: {open: true}}]
    then: [{order: {by: lorry}}]
  - rule: cart
    says: $n heavy crates are wet.
    backing: judgement
    when: [{count: {of: wet, as: $n}}, {test: $n < 40}]
    then: [{order: {by: cart}}]
"""


@pytest.fixture
def pack(tmp_path: Path) -> averment.Pack:
    (tmp_path / "rules").mkdir()
    for name, text in {"facts.yaml": FACTS, "pack.yaml": PACK, "rules/all.yaml": RULES}.items():
        (tmp_path / name).write_text(text)
    return averment.load(tmp_path)


def test_what_plays_a_part_among_hundreds_is_found(pack: averment.Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "ROUNDS", 0)
    monkeypatch.setattr(relevance, "find_spec", lambda _: None)
    crates = [
        {"id": f"c{number}", "heavy": number < 120, "row": "wall" if number % 2 else "field", "note": "none"}
        for number in range(150)
    ]
    rows = [{"name": "wall", "roof": True}, {"name": "field", "roof": False}]
    facts = {"yard": {"open": True}, "crate": crates, "row": rows}
    found = matters(pack.decide(facts, engine="reference"), seconds=float("inf"))
    weights = Counter((part.path.rpartition(".")[2], part.weight) for part in found.parts)
    assert weights["open", Weight.DECISIVE] == 1 and weights["roof", Weight.DECISIVE] == 1
    assert weights["note", Weight.IRRELEVANT] == 150
    # 60 heavy crates stand in the field: each of them counts, and takes 20 others to turn the claim
    assert weights["heavy", Weight.PART] == 60 and weights["row", Weight.PART] >= 60
    assert not [part for part in found.parts if part.weight is Weight.DECISIVE and part.path.startswith("crate")]
