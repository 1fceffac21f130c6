"""The conditions of a firing as JSON has them: for each test the value, what it had to be, and whether it was."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.warrant.recheck import recheck

PACK = """
pack: odd
version: 1.0.0
title: Odd
claim: {fact: way, field: to}
parameters:
  margin: {type: decimal, places: 2, value: "1.25", says: How much more.}
  urgency: {type: level, of: [none, some, much], value: some, says: How urgent things are.}
"""
FACTS = """
facts:
  trip:
    cardinality: one
    fields:
      on: {type: date}
      haste: {type: level, of: [none, some, much]}
      by: {type: choice, of: [foot, bus, train]}
      needs: {type: set, of: [ramp, lift, rail]}
      far: {type: boolean}
      price: {type: decimal, places: 1}
      count: {type: integer, min: 0}
  piece:
    cardinality: many
    key: name
    fields: {name: {type: text}, kg: {type: decimal, places: 1}, held: {type: text}}
  way: {derived: true, fields: {to: {type: choice, of: [on, off]}}}
"""
RULES = """
author: Nobody
rules:
  - rule: odd
    says: It is odd.
    backing: judgement
    when:
%s
    then: [way: {to: on}]
"""
CASE: dict[str, Any] = {
    "trip": {
        "on": "2025-03-01",
        "haste": "some",
        "by": "bus",
        "needs": ["rail"],
        "far": True,
        "price": "2.5",
        "count": 2,
    },
    "piece": [{"name": "a", "kg": "3.5", "held": "b"}, {"name": "b", "kg": "4.0"}],
}


def decided(folder: Path, when: str, case: dict[str, Any]) -> averment.Outcome:
    (folder / "rules").mkdir(parents=True)
    for name, text in (("pack.yaml", PACK), ("facts.yaml", FACTS), ("rules/odd.yaml", RULES % when)):
        (folder / name).write_text(text)
    return averment.load(folder).decide(case)


def found_in(outcome: averment.Outcome) -> list[dict[str, Any]]:
    (node,) = (node for node in outcome.document["warrant"]["nodes"] if node["kind"] == "firing")
    return [test for condition in node["conditions"] for test in condition["tests"]]


def told(held: Any, truth: str = "true", field: str = "", **need: Any) -> dict[str, Any]:
    return {**({"field": field} if field else {}), "value": held, "need": need, "truth": truth}


TOLD: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "a level": (
        '- trip: {haste: ">= some"}',
        [told("some", field="trip.haste", within=[{"from": "some", "to": None}])],
    ),
    "a level below the least": (
        '- trip: {haste: "not(< none)"}',
        [told("some", field="trip.haste", within=[{"from": "none", "to": None}])],
    ),
    "a date": (
        '- trip: {on: "[2025-01-01..2025-06-01)"}',
        [told("2025-03-01", field="trip.on", within=[{"from": "2025-01-01", "to": "2025-05-31"}])],
    ),
    "a choice": ('- trip: {by: "not(foot)"}', [told("bus", field="trip.by", none_of=["foot"])]),
    "a set": ('- trip: {needs: "lift, rail"}', [told(["rail"], field="trip.needs", one_of=["lift", "rail"])]),
    "a boolean": ("- trip: {far: true}", [told(True, field="trip.far", one_of=[True])]),
    "a decimal": ('- trip: {price: "> 1.9"}', [told("2.5", field="trip.price", within=[{"from": "2.0", "to": None}])]),
    "a comparison of different places": (
        "- trip: {price: $p, count: $n}\n      - test: $p - $n < margin",
        [
            {"field": "trip.count", "value": 2, "truth": "true"},
            {"field": "trip.price", "value": "2.5", "truth": "true"},
            told("0.50", operator="<", value="1.25"),
        ],
    ),
    "a join": (
        "- piece: {name: $a, held: $b}\n      - piece: {name: $b}",
        [
            {"field": 'piece["a"].held', "value": "b", "truth": "true"},
            {"field": 'piece["a"].name', "value": "a", "truth": "true"},
            told("b", field='piece["b"].name', operator="=", value="b"),
        ],
    ),
    "a sum": (
        "- sum: {of: piece, field: kg, as: $sum}\n      - test: $sum > 7",
        [{"value": "7.5", "truth": "true"}, told("7.5", operator=">", value="7.0")],
    ),
    "a negation": ('- not: {piece: {kg: "> 9"}}', [told(0, operator="=", value=0)]),
    "a comparison of levels": (
        "- trip: {haste: $h}\n      - test: $h >= urgency",
        [{"field": "trip.haste", "value": "some", "truth": "true"}, told("some", operator=">=", value="some")],
    ),
    "a comparison of texts": (
        "- piece: {name: $a, held: $b}\n      - test: $a != $b",
        [
            {"field": 'piece["a"].held', "value": "b", "truth": "true"},
            {"field": 'piece["a"].name', "value": "a", "truth": "true"},
            told("a", operator="!=", value="b"),
        ],
    ),
    "constants": (
        "- trip: {far: true}\n      - test: 1 = 1",
        [told(True, field="trip.far", one_of=[True]), told(1, operator="=", value=1)],
    ),
}


@pytest.mark.parametrize("about", TOLD)
def test_each_test_has_its_value_and_its_need(about: str, tmp_path: Path) -> None:
    when, wanted = TOLD[about]
    outcome = decided(tmp_path / "odd", f"      {when}", CASE)
    assert outcome.claim == "on" and found_in(outcome) == wanted


UNKNOWN: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "a cell": ("- trip: {far: true}", [told(None, "unknown", "trip.far", one_of=[True])]),
    "a comparison": (
        "- trip: {count: $n}\n      - test: $n > 3",
        [{"field": "trip.count", "value": None, "truth": "unknown"}, told(None, "unknown", operator=">", value=3)],
    ),
    "an interval": (
        '- count: {of: {piece: {kg: "> 1"}}, as: $n}\n      - test: $n > 1',
        [
            {"value": {"from": 1, "to": 2}, "truth": "true"},
            told({"from": 1, "to": 2}, "unknown", operator=">", value=1),
        ],
    ),
    "a negation": ('- not: {piece: {kg: "> 5"}}', [told({"from": 0, "to": 1}, "unknown", operator="=", value=0)]),
}


@pytest.mark.parametrize("about", UNKNOWN)
def test_what_is_unknown_is_told_as_such(about: str, tmp_path: Path) -> None:
    when, wanted = UNKNOWN[about]
    case = {"trip": {}, "piece": [{"name": "a", "kg": "3.5"}, {"name": "b"}]}
    outcome = decided(tmp_path / "odd", f"      {when}", case)
    assert outcome.claim == "open" and found_in(outcome) == wanted


def test_a_test_that_says_something_else_is_found(tmp_path: Path) -> None:
    outcome = decided(tmp_path / "odd", '      - trip: {haste: ">= some"}', CASE)
    program, memory = outcome.evaluation.program, outcome.evaluation.memory
    assert not list(recheck(program, outcome.warrant, memory))
    for place, forged in (("value", "much"), ("truth", "unknown"), ("need", {"one_of": ["some"]})):
        warrant = copy.deepcopy(outcome.warrant)
        node = next(node for node in warrant["nodes"] if node["kind"] == "firing")
        node["conditions"][0]["tests"][0][place] = forged
        assert list(recheck(program, warrant, memory)) == ["`odd#1` does not say what its rule says"]
