"""Real packs: every example case is recorded, replayed from the log alone, and comes out the same to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.audit.given import given_facts
from averment.audit.log import DecisionLog
from averment.audit.record import decision
from averment.audit.replay import State, replay
from averment.audit.store import Filter
from averment.audit.verify import verify
from averment.diagnostics.diagnostic import Report
from averment.pack import Pack
from averment.recording import Redecider, loaded_files
from averment.replaying.finding import Finder
from averment.replaying.rows import Decisions
from averment.replaying.turning import Turning
from averment.surface.pack_files import read_case_file

PM_TPM = Path(__file__).parents[2] / "knowledge/averment_knowledge/pm_tpm"

SMALL = {
    "pack.yaml": b"""
pack: clinic
version: 1.0.0
title: Should the visit be urgent?
claim: {fact: advice, field: what}
parameters:
  limit: {type: decimal, places: 2, value: 38.50, says: From which temperature it is urgent.}
""",
    "facts.yaml": b"""
facts:
  patient:
    cardinality: one
    fields:
      name: {type: text, sensitive: drop}
      number: {type: integer}
      temperature: {type: decimal, places: 2}
      born: {type: date}
      insured: {type: boolean, default: true}
      signs: {type: set, of: [cough, rash]}
  drug:
    cardinality: many
    key: name
    fields: {name: {type: text}, strong: {type: boolean, default: false}}
  advice: {derived: true, fields: {what: {type: choice, of: [urgent, wait]}}}
""",
    "rules/all.yaml": b"""
author: The authors
rules:
  - rule: hot
    says: The temperature of $t is high.
    backing: judgement
    when: [{patient: {temperature: $t, insured: true}}, {test: $t >= limit}]
    then: [{advice: {what: urgent}}]
  - rule: cool
    says: The temperature of $t is not high.
    backing: judgement
    when: [{patient: {temperature: $t}}, {test: $t < limit}, {not: {drug: {strong: true}}}]
    then: [{advice: {what: wait}}]
""",
}

CASES: list[dict[str, Any]] = [
    {"patient": {"temperature": "39.25", "born": "1980-02-29", "signs": ["rash", "cough"]}},
    {"patient": {"temperature": 37, "number": 2**53 + 1, "insured": False}, "drug": []},
    {
        "patient": {"temperature": "38.50", "number": -(2**63)},
        "drug": [{"name": "a"}, {"name": 'b "c"', "strong": True}],
    },
    {"patient": {"number": 1}},
    {"drug": [{"name": "x"}]},
    {"patient": {}, "drug": [{"name": "x", "strong": False}]},
]


def record(log: DecisionLog, world: Any, pack: Pack, files: Mapping[str, bytes], cases: Any) -> None:
    log.put_pack(pack.digest, files, pack.name)
    mask = log.mask(pack.program().types)
    for case in cases:
        outcome = pack.decide(case, engine="reference").document
        log.append(decision(outcome, given_facts(case, pack.program().types), mask=mask, maker=world.maker))


def pm_tpm_files() -> dict[str, bytes]:
    folder = [PM_TPM / "pack.yaml", PM_TPM / "facts.yaml", *PM_TPM.glob("rules/*.yaml"), *PM_TPM.glob("tables/*.yaml")]
    return {path.relative_to(PM_TPM).as_posix(): path.read_bytes() for path in folder}


def test_the_example_cases_replay_the_same(sqlite_world: Any) -> None:
    files = pm_tpm_files()
    pack = loaded_files(files)
    assert pack.digest == averment.load("pm_tpm").digest
    report = Report()
    cases = []
    for path in sorted(PM_TPM.glob("cases/*.yaml")):
        for node in read_case_file(path.read_bytes(), path.name, report):
            plain = node.plain()
            cases.append(pack.case(plain["facts"], plain["case"]))
    assert len(cases) > 20 and not report.failed
    with sqlite_world.open() as log:
        record(log, sqlite_world, pack, files, cases)
        replayed = list(replay(log, Redecider()))
        assert [(one.record.case, one.differences) for one in replayed] == [(case.name, ()) for case in cases]
        assert {one.state for one in replayed} == {State.SAME}
        assert verify(log).whole


def test_every_kind_of_value_replays_the_same(world: Any) -> None:
    pack = loaded_files(SMALL)
    with world.open() as log:
        record(log, world, pack, SMALL, [pack.case(facts, f"case {index}") for index, facts in enumerate(CASES)])
        replayed = list(replay(log, Redecider()))
        assert [(one.state, one.differences, one.reason) for one in replayed] == [("same", (), "")] * len(CASES)


def test_a_default_is_not_recorded_as_given() -> None:
    pack = loaded_files(SMALL)
    types = pack.program().types
    assert given_facts(pack.case(CASES[3]), types) == {"patient": {"number": 1}}
    assert given_facts(pack.case(CASES[4]), types) == {"drug": [{"name": "x"}]}
    assert given_facts(pack.case(CASES[5]), types) == {"patient": {}, "drug": [{"name": "x", "strong": False}]}


def test_another_version_of_a_pack_shows_what_flips(sqlite_world: Any) -> None:
    stricter = {**SMALL, "pack.yaml": SMALL["pack.yaml"].replace(b"38.50", b"40.00").replace(b"1.0.0", b"1.1.0")}
    pack, other = loaded_files(SMALL), loaded_files(stricter)
    with sqlite_world.open() as log:
        record(log, sqlite_world, pack, SMALL, [pack.case(CASES[0], "hot"), pack.case(CASES[1], "cool")])

        turning = Turning(Decisions(log, Finder(log)), other)
        turning.all(Filter())
        (turned,) = turning.turns.first
        assert (turned.case, turned.before.claim, turned.after.claim) == ("hot", "urgent", "wait")
        assert (turning.turns.cases, turning.left) == (2, [])


@pytest.mark.parametrize("name", ["Ann Doe", "38"])
def test_a_sensitive_field_of_a_real_pack_is_masked(sqlite_world: Any, name: str) -> None:
    pack = loaded_files(SMALL)
    with sqlite_world.open() as log:
        facts = {"patient": {"name": name, "temperature": "39.25"}}
        record(log, sqlite_world, pack, SMALL, [pack.case(facts)])
        (one,) = replay(log, Redecider())
        assert one.state == "masked"
        assert one.record.facts["patient"]["name"] == {"masked": "drop"}
        assert one.record.body["warrant"].startswith("hmac-sha256:")
    assert b"Ann Doe" not in sqlite_world.path.read_bytes()
