"""Where a claim turns along a parameter is what every value of it shows, decided by the reference one by one."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.diagnostics.diagnostic import Refused
from averment.questions.judging.knowledge import Knowledge
from averment.questions.sweeping.regions import OneParameter
from averment.questions.whatif import sweep

PACKS = Path(__file__).parents[2] / "benchmarks" / "packs"
FACTS = """
facts:
  yard: {cardinality: one, fields: {area: {type: decimal, places: 1, min: 0, max: 3}, open: {type: boolean}}}
  crate:
    cardinality: many
    key: id
    fields: {id: {type: text}, weight: {type: integer, min: 0, max: 12}, row: {type: text}}
  row: {cardinality: many, key: name, fields: {name: {type: text}, room: {type: integer, min: 0, max: 12}}}
  tight: {derived: true, fields: {crate: {type: text}, by: {type: integer, min: -99, max: 99}}}
  order: {derived: true, fields: {by: {type: choice, of: [cart, lorry, train]}}}
"""
PACK = """
pack: yard
version: 1.0.0
title: What carries the crates of a yard
claim: {fact: order, field: by}
parameters:
  heavy: {type: integer, value: 6, min: 0, max: 12, says: From which weight on a crate is heavy.}
  slack: {type: integer, value: 1, min: 0, max: 12, says: How much room is left free.}
  worth: {type: integer, value: 2, min: 0, max: 12, says: How many light crates a heavy one is worth.}
  wide: {type: decimal, places: 1, value: 1.5, min: 0, max: 3, says: From how much area on a yard is wide.}
"""
RULES = """
author: nobody
rules:
  - rule: tight
    says: $c has less room than it should.
    backing: judgement
    when: [{crate: {id: $c, row: $r, weight: $w}}, {row: {name: $r, room: $m}}, {test: $m - $w < slack}]
    then: [{tight: {crate: $c, by: $w + slack - $m}}]
  - rule: lorry
    says: Heavy crates are too many.
    backing: judgement
    when:
      - count: {of: {crate: {weight: ">= heavy"}}, as: $h}
      - count: {of: {crate: {weight: "< heavy"}}, as: $l}
      - test: $h * worth > $l
      - {yard: {area: "< wide"}}
    then: [{order: {by: lorry}}]
  - rule: cart
    says: No crate is heavy.
    backing: judgement
    when: [{not: {crate: {weight: ">= heavy"}}}]
    then: [{order: {by: cart}}]
  - rule: train
    says: There is too little room.
    backing: judgement
    when: [{sum: {of: tight, field: by, as: $t}}, {test: $t > worth + 3}]
    then: [{order: {by: train}}]
"""


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> averment.Pack:
    folder = tmp_path_factory.mktemp("yard")
    (folder / "rules").mkdir()
    for name, text in {"facts.yaml": FACTS, "pack.yaml": PACK, "rules/all.yaml": RULES}.items():
        (folder / name).write_text(text)
    return averment.load(folder)


def facts_of(rng: random.Random) -> dict[str, Any]:
    """A yard of a few crates of which now and then something is not known."""
    rows = [{"name": name, "room": rng.randint(0, 12)} for name in ("left", "right")]
    crates: list[dict[str, Any]] = [
        {"id": f"c{number}", "weight": rng.randint(0, 12), "row": rng.choice(["left", "right", "none"])}
        for number in range(rng.randint(0, 6))
    ]
    if crates and rng.random() < 0.3:
        del crates[0]["weight"]
    return {"yard": {"area": rng.choice(["0.5", "1.5", "2.9"]), "open": True}, "row": rows, "crate": crates}


@pytest.mark.parametrize("name", ["heavy", "slack", "worth", "wide"])
def test_a_sweep_is_what_every_value_shows(yard: averment.Pack, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    tally: Counter[str] = Counter()
    at_once = OneParameter._at_once  # pyright: ignore[reportPrivateUsage]

    def counted(axis: OneParameter, *programs: Any) -> Any:
        found = at_once(axis, *programs)
        tally["asked"] += 1
        tally["at once"] += found is not None
        tally["turns"] += max(0, len(found or ()) - 1)
        return found

    monkeypatch.setattr(OneParameter, "_at_once", counted)
    for seed in range(25):
        rng = random.Random(seed)
        facts = facts_of(rng)
        outcome = yard.decide(facts, engine="reference")
        step = 10 if name == "wide" else 1
        least, most = sorted((rng.randint(0, 6), rng.randint(6, 30 if step > 1 else 12)))
        low, high = (str(end / 10) if step > 1 else end for end in (least, most))
        found = sweep(Knowledge(yard), outcome, name, low, high)
        assert found.exact and found.stretches
        for stretch in found.stretches:
            assert isinstance(stretch.low, int) and isinstance(stretch.high, int)
            for value in range(stretch.low, stretch.high + 1):
                written = f"{value / 10}" if step > 1 else value
                try:
                    claim = yard.decide(facts, {name: written}, engine="reference").claim
                except Refused:
                    claim = "no outcome"
                assert claim == stretch.claim, (seed, value)
    assert tally["at once"] >= tally["asked"] / 2 and tally["turns"] >= 3
