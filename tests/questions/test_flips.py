"""Flips: both ways to find them agree, within their time, and what is given up is said."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import averment
from averment.diagnostics.diagnostic import Refused, Report
from averment.model.case import read_case
from averment.outcome.outcome import Outcome
from averment.questions.flip.extending import UNSET, Grown
from averment.questions.flip.flip import Flips, flip
from averment.questions.judging.choices import Choices
from averment.questions.missing.missing import missing
from averment.surface.pack_files import read_case_file

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CASES = Path(__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"


@pytest.fixture(scope="module")
def flips() -> ModuleType:
    """``benchmarks/flips.py`` as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_flips", BENCHMARKS / "flips.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_flips"] = module
    spec.loader.exec_module(module)
    return module


def outcome_of(pack: averment.Pack, name: str) -> Outcome:
    report = Report()
    (node,) = read_case_file((CASES / f"{name}.yaml").read_bytes(), name, report)
    case = read_case(node, pack.model.types, report)
    assert case is not None
    return pack.decide(case, engine="reference")


def changes_of(found: Flips) -> set[frozenset[tuple[str, Any]]]:
    return {frozenset((change.slot.path, change.value) for change in each.changes) for each in found.flips}


@pytest.mark.parametrize(
    ("name", "fields"),
    [("sensor-maker", 1), ("augmented-reality-furniture", 2), ("hospital-device", 3), ("tax-portal", 4)],
)
def test_search_and_solver_find_the_same_changes(pack: averment.Pack, name: str, fields: int) -> None:
    found = {by: flip(outcome_of(pack, name), most=200, by=by, seconds=60) for by in ("search", "solver")}
    assert {len(each.changes) for each in found["search"].flips} == {fields}
    assert changes_of(found["search"]) == changes_of(found["solver"])


def test_eight_fields_are_found_by_search(changed: Callable[..., Outcome]) -> None:
    outcome = changed("container-registry", {"product.technology_novelty": "cutting_edge"})
    found = flip(outcome, "product_manager", by="search", seconds=60)
    assert [len(each.changes) for each in found.flips] == [8] and not found.more


@pytest.mark.parametrize("name", ["smart-home-hub", "warehouse-suite", "grocery-delivery"])
def test_facts_that_turn_out_equal_count_once(pack: averment.Pack, name: str) -> None:
    outcome = outcome_of(pack, name)
    assert changes_of(flip(outcome, by="search", most=100)) == changes_of(
        flip(outcome, by="solver", most=100, seconds=60)
    )


@pytest.mark.parametrize("by", ["", "search", "solver"])
def test_what_does_not_end_in_its_time_is_refused_with_what_is_certain(pack: averment.Pack, by: str) -> None:
    with pytest.raises(Refused) as refused:
        flip(outcome_of(pack, "ml-platform-start-up"), by=by, seconds=1e-9)
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "AV582" and "1e-09 s were allowed" in diagnostic.message


def test_how_far_a_search_got_is_said(pack: averment.Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    from averment.questions.flip import search as flip_search
    from averment.questions.judging.budget import Spent

    size = flip_search._Search._size  # pyright: ignore[reportPrivateUsage]

    def until_four(self: Any, fields: int) -> None:
        if fields == 4:
            raise Spent
        size(self, fields)

    monkeypatch.setattr(flip_search._Search, "_size", until_four)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(Refused) as refused:
        flip(outcome_of(pack, "ml-platform-start-up"), "product_manager", by="search")
    assert refused.value.diagnostics[0].help[-1] == (
        "this much is certain: no change of up to 3 fields turns the claim so"
    )


@pytest.mark.parametrize("kind", ["votes", "chain", "relations"])
def test_packs_of_300_rules_are_flipped_and_confirmed(flips: ModuleType, kind: str) -> None:
    files, facts = flips.flip_packs.KINDS[kind](1)
    pack = flips.load(files)
    assert len(pack.program().rules) == 300
    outcome = pack.decide(pack.case(facts(random.Random(1_001))), engine="reference")
    text, method, _, right = flips.told(outcome, flip(outcome, seconds=120))
    assert right and method == "search" and "confirmed" in text


def test_the_ways_to_choose_are_those_of_itertools() -> None:
    forms = [2, 1, 3, 2, 1]
    choices = Choices(forms)
    for many in range(6):
        expected = sorted(
            tuple(zip(things, taken, strict=True))
            for things in combinations(range(5), many)
            for taken in product(*(range(forms[thing]) for thing in things))
        )
        for most in (1, 7, 1_000):
            batches = list(choices.batches(many, most))
            assert [batch.way(number) for batch in batches for number in range(batch.size)] == expected
            for batch in batches:
                for number in range(batch.size):
                    taken = sorted(key for key, plane in batch.planes.items() if plane >> number & 1)
                    assert tuple(taken) == batch.way(number)


def test_ways_that_take_one_thing_more_are_those_written_out() -> None:
    forms = {0: 2, 1: 3, 2: 2, 3: 3}
    ways = [((1, 1), (thing, UNSET), (4, UNSET)) for thing in (2, 0, 3, 2)] + [((1, 2), (3, UNSET), (4, UNSET))]
    grown = Grown([(way, forms[way[1][0]]) for way in ways], 1)
    expected = [(way[0], (way[1][0], form), way[2]) for way in ways for form in range(forms[way[1][0]])]
    got = [grown.way(state) for state in range(grown.size)]
    assert sorted(got) == sorted(expected)
    for state, way in enumerate(got):
        assert {key for key, plane in grown.planes.items() if plane >> state & 1} == {*way}


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("first-conversation", {"product_manager", "technical_product_manager", "neither_yet"}),
        ("open-banking-service", {"product_manager", "technical_product_manager"}),
        ("quantum-library", {"technical_product_manager", "neither_yet"}),
    ],
)
def test_claims_that_no_completion_has_are_ruled_out_by_what_sums_may_be(
    pack: averment.Pack, name: str, possible: set[str]
) -> None:
    found = missing(outcome_of(pack, name))
    assert {each.claim for each in found.possible} == possible
    assert found.undetermined == ()
