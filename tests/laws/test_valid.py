"""What is in force for a time only: an unknown day leaves open what some day would turn, and no more than it must."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from averment import Outcome, Pack
from averment.diagnostics.diagnostic import Report
from averment.pack import compile_files
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import matters
from averment.surface.pack_files import read_pack_files

FIRST, LAST = date(2024, 2, 1), date(2024, 2, 29)
VALID = {"from": FIRST.isoformat(), "until": LAST.isoformat()}
VALUES: list[dict[str, Any]] = [
    {"value": 3, "valid": {"until": "2024-02-10"}},
    {"value": 5, "valid": {"from": "2024-02-11"}},
]
FACTS = {
    "trip": {
        "cardinality": "one",
        "fields": {"day": {"type": "date"}, "hours": {"type": "integer", "min": 0, "max": 6}},
    },
    "verdict": {"derived": True, "fields": {"role": {"type": "choice", "of": ["yes", "no"]}}},
}
RULES: list[dict[str, Any]] = [
    {"rule": "yes", "valid": VALID, "when": [{"trip": {"hours": ">= least"}}], "then": [{"verdict": {"role": "yes"}}]},
    {"rule": "no", "when": [{"trip": {"hours": "< least"}}], "then": [{"verdict": {"role": "no"}}]},
]


def pack_of(**changed: Any) -> Pack:
    manifest: dict[str, Any] = {
        "pack": "p",
        "version": "1.0.0",
        "title": "P",
        "claim": {"fact": "verdict", "field": "role"},
        "day": "trip.day",
        "parameters": {"least": {"type": "integer", "values": VALUES}},
    }
    files: dict[str, Any] = {
        "pack.yaml": manifest | changed,
        "facts.yaml": {"facts": FACTS},
        "rules/r.yaml": {"author": "A", "rules": [rule | {"backing": "judgement"} for rule in RULES]},
    }
    report = Report()
    pack = compile_files(read_pack_files({k: json.dumps(v).encode() for k, v in files.items()}, report), "p", report)
    assert pack is not None, report.diagnostics
    return pack


def decided(pack: Pack, hours: int | None, day: date | None, **parameters: Any) -> Outcome:
    trip = {"hours": hours, "day": day and day.isoformat()}
    facts = {"trip": {name: value for name, value in trip.items() if value is not None}}
    return pack.decide(facts, parameters or None, engine="reference")


def moving(outcome: Outcome, knowledge: Knowledge) -> set[str]:
    return {margin.name for margin in matters(outcome, knowledge).margins}


def test_both_ends_of_a_period_are_days_of_it() -> None:
    pack, day = pack_of(), timedelta(days=1)
    said = [decided(pack, 6, each).claim for each in (FIRST - day, FIRST, LAST, LAST + day)]
    assert said == ["gap", "yes", "yes", "gap"]
    assert [decided(pack, 4, date(2024, 2, each)).claim for each in (10, 11)] == ["yes", "no"]


def test_a_settled_claim_holds_on_every_day() -> None:
    pack = pack_of()
    days = [FIRST + timedelta(days=each) for each in range(-3, 35)]
    for hours in (None, *range(7)):
        outcome = decided(pack, hours, None)
        on_each = {decided(pack, each, day).claim for day in days for each in (range(7) if hours is None else [hours])}
        assert on_each <= {*outcome.possible}
        assert not outcome.settled or on_each == {outcome.claim}
        assert outcome.settled or "trip.day" in outcome.hangs_on


def test_an_override_is_for_every_day() -> None:
    pack = pack_of()
    assert decided(pack, 1, None, least=2).claim == "no" and decided(pack, 1, None, least=2).settled
    assert decided(pack, 4, date(2024, 2, 11), least=4).claim == "yes"
    assert decided(pack, 4, date(2024, 2, 11)).document["parameters"] == {}
    assert decided(pack, 4, date(2024, 2, 11), least=5).document["parameters"] == {"least": 5}


def test_a_parameter_with_several_values_has_none_to_move_from() -> None:
    pack = pack_of()
    outcome = decided(pack, 4, date(2024, 2, 3))
    assert "least" not in moving(outcome, Knowledge(pack))
    assert "least" in moving(decided(pack, 4, FIRST, least=3), Knowledge(pack, {"least": 3}))


def test_values_that_are_the_same_are_one_period() -> None:
    pack = pack_of(parameters={"least": {"type": "integer", "values": [VALUES[0], VALUES[1] | {"value": 3}]}})
    assert decided(pack, 2, None).claim == "no" and decided(pack, 2, None).settled
