"""The pack held against people: three readers, who had seen the article and the fields and no rule, labelled cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.diagnostics.diagnostic import Report
from averment.source.yaml_reader import read_yaml

AGREED = 0.95  # of the cases that all readers label alike
HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=["panel.yaml", "held_out.yaml"])
def labelled(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return _read(HERE / request.param)


@pytest.fixture(scope="module")
def panel() -> list[dict[str, Any]]:
    return _read(HERE / "panel.yaml")


def _read(path: Path) -> list[dict[str, Any]]:
    return [document.plain() for document in read_yaml(path.read_bytes(), path.name, Report())]


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


def test_the_panel_is_of_the_vocabulary_and_labelled_thrice(labelled: Any, pack: averment.Pack) -> None:
    for case in labelled:
        assert pack.case(case["facts"], case["case"]).facts
        assert len(case["labels"]) == 3
    assert len({case["case"] for case in labelled}) == len(labelled) >= 60


def test_where_the_readers_agree_the_pack_gives_their_answer(labelled: Any, pack: averment.Pack) -> None:
    agreed = [case for case in labelled if len(set(case["labels"])) == 1]
    told: Counter[bool] = Counter()
    for case in agreed:
        outcome = pack.decide(case["facts"])
        told[(outcome.presumed or outcome).claim == case["labels"][0]] += 1
    assert len(agreed) >= 60
    assert told[True] >= AGREED * len(agreed), told


def test_where_they_do_not_it_is_not_clear(panel: Any, pack: averment.Pack) -> None:
    split = [case for case in panel if len(set(case["labels"])) > 1]
    outcomes = [pack.decide(case["facts"]) for case in split]
    assert {(outcome.presumed or outcome).strength for outcome in outcomes} <= {"slight", None}
    assert split


def test_a_plain_case_is_not_left_open(labelled: Any, pack: averment.Pack) -> None:
    outcomes = [pack.decide(case["facts"]) for case in labelled]
    assert [outcome.claim for outcome in outcomes if not outcome.settled and outcome.presumed is None] == []


def test_contradictory_facts_are_told(panel: Any, pack: averment.Pack) -> None:
    told = {case["case"]: list(pack.decide(case["facts"]).evaluation.memory.true("contradiction")) for case in panel}
    for name in ("four-or-sixty", "bigger-team-than-company", "low-complexity-deep-ml"):
        assert told[name], name
    assert sum(map(bool, told.values())) < 8
