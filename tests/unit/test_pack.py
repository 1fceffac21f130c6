"""The front door of the library: loading, deciding, parameters, engines and threads."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.core.program import Field, Kind
from averment.diagnostics.diagnostic import Severity
from averment.outcome.outcome import Outcome
from averment.quick import QuickOutcome

FACTS = {"product": {"technical_complexity": "high"}, "engineering": {"team_size": 45}}
durable = pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules is not installed")


@pytest.fixture(scope="module")
def pack() -> averment.Pack:
    return averment.load("pm_tpm")


def codes(refused: pytest.ExceptionInfo[averment.Refused]) -> list[str]:
    return [found.code for found in refused.value.diagnostics]


def test_an_outcome_is_typed(pack: averment.Pack) -> None:
    outcome = pack.decide(FACTS)
    assert outcome.status is averment.Status.PRESUMED and outcome.presumed
    assert outcome.presumed.open.status is averment.Status.OPEN
    assert not outcome.settled and not outcome.presumed.open.settled
    assert "company.role_emphasis" in outcome.hangs_on
    assert {node["kind"] for node in outcome.warrant["nodes"]} == {"fact", "firing"}
    assert outcome.document["pack"] == {"name": "pm_tpm", "version": pack.version, "digest": pack.digest}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"produkt": {}}, ["AV302"]),
        ({"product": {"technical_complexty": "high"}}, ["AV301"]),
        ({"product": {"technical_complexity": 3}}, ["AV312"]),
        ({"engineering": {"team_size": float("inf")}}, ["AV115"]),
        ({"engineering": {"team_size": 10**400}}, ["AV116"]),
        ({"engineering": {"team_size": object()}}, ["AV312"]),
        ({"engineering": {"team_size": -1}, "product": {"technologies": ["fax"]}}, ["AV313", "AV303"]),
    ],
)
def test_facts_outside_the_vocabulary_are_refused_all_at_once(
    pack: averment.Pack, facts: dict[str, object], expected: list[str]
) -> None:
    with pytest.raises(averment.Refused) as refused:
        pack.decide(facts)
    assert codes(refused) == expected


def test_an_unknown_pack_engine_or_parameter_is_refused_with_a_mend(pack: averment.Pack) -> None:
    with pytest.raises(averment.Refused) as refused:
        averment.load("pm_tmp")
    assert refused.value.diagnostics[0].help == ("did you mean `pm_tpm`?",)
    with pytest.raises(averment.Refused) as refused:
        pack.decide(FACTS, engine="rete")
    assert codes(refused) == ["AV450"]
    with pytest.raises(averment.Refused) as refused:
        pack.decide(FACTS, {"large_team": 1})
    assert codes(refused) == ["AV330"]


def test_a_parameter_is_overridden_for_one_decision_only(pack: averment.Pack) -> None:
    assert "large-engineering-team" in pack.decide(FACTS).fired
    assert "large-engineering-team" not in pack.decide(FACTS, {"large_team_size": 60}).fired
    assert "large-engineering-team" in pack.decide(FACTS).fired


@pytest.mark.parametrize("engine", ["reference", pytest.param("durable", marks=durable)])
def test_many_threads_may_share_a_pack(pack: averment.Pack, engine: str) -> None:
    sizes = [1, 5, 20, 45] * 25
    expected = {size: pack.decide({"engineering": {"team_size": size}}).canonical for size in set(sizes)}
    with ThreadPoolExecutor(8) as pool:
        decided = pool.map(
            lambda size: pack.decide({"engineering": {"team_size": size}}, engine=engine).canonical, sizes
        )
    assert list(decided) == [expected[size] for size in sizes]


@durable
def test_a_crash_of_the_engine_is_told_and_costs_no_case(dying_engine: None) -> None:
    pack = averment.load()
    cases = [pack.case(FACTS, f"case {number}") for number in range(3)]
    decided = list(pack.decide_all(cases, engine="durable"))
    expected = [pack.decide(case, engine="reference").canonical for case in cases]
    assert [outcome and outcome.canonical for _, outcome, _ in decided] == expected
    for case, _, report in decided:
        assert [(found.code, found.severity) for found in report.diagnostics] == [("AV454", Severity.WARNING)]
        assert case.name in report.diagnostics[0].message


def test_a_table_is_decided_row_for_row(pack: averment.Pack) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    rows = [{"product.technical_complexity": "high", "team_size": 45}, {"team_size": 3}, {"team_size": -1}]
    found = pack.decide_table(pyarrow.Table.from_pylist(rows)).to_pylist()
    expected = [pack.decide(FACTS), pack.decide({"engineering": {"team_size": 3}})]
    assert [row["claim"] for row in found] == [*(outcome.claim for outcome in expected), None]
    assert "AV313" in found[2]["error"]


W1 = Path(__file__).parents[2] / "benchmarks" / "packs" / "w1"


def complete(pack: averment.Pack, seed: int) -> dict[str, dict[str, Any]]:
    """Facts that leave nothing unknown."""
    rng = random.Random(seed)
    given = (type for type in pack.model.types.values() if not type.derived)
    return {type.name: {field.name: value_of(field, rng) for field in type.fields} for type in given}


def value_of(field: Field, rng: random.Random) -> Any:
    match field.kind:
        case Kind.BOOLEAN:
            return rng.random() < 0.5
        case Kind.SET:
            return [value for value in field.values if rng.random() < 0.5]
        case Kind.LEVEL | Kind.CHOICE:
            return rng.choice(field.values)
        case _:
            return rng.randint(field.minimum or 0, min(field.maximum or 90, 90))


def test_a_case_decided_by_straight_line_code_is_decided_as_by_an_engine() -> None:
    pack = averment.load(W1)
    kinds = {type(pack.decide(complete(pack, seed))) for seed in range(40)}
    assert kinds == {Outcome, QuickOutcome}  # the first case, and all after it
    for seed in range(40):
        facts = complete(pack, seed)
        quick, plain = pack.decide(facts), pack.decide(facts, engine="reference")
        for name in ("claim", "status", "settled", "strength", "fired", "possible", "hangs_on"):
            assert getattr(quick, name) == getattr(plain, name), name
        assert quick.canonical == plain.canonical


def test_what_becomes_of_the_facts_later_changes_no_outcome() -> None:
    pack = averment.load(W1)
    pack.decide(complete(pack, 0))
    facts = complete(pack, 1)
    wanted = pack.decide(facts, engine="reference").canonical
    quick = pack.decide(facts)
    for record in facts.values():
        for value in record.values():
            if isinstance(value, list):
                value.clear()
        record.clear()
    assert isinstance(quick, QuickOutcome) and quick.canonical == wanted


def test_a_mistake_is_refused_however_many_cases_were_decided() -> None:
    pack = averment.load(W1)
    for seed in range(3):
        pack.decide(complete(pack, seed))
    facts = complete(pack, 4)
    record = next(record for record in facts.values() if "stage" in record)
    record["stage"] = "strat-up"
    with pytest.raises(averment.Refused) as refused:
        pack.decide(facts)
    assert codes(refused) == ["AV303"]
    del record["stage"]
    assert pack.decide(facts).canonical == pack.decide(facts, engine="reference").canonical


def test_a_bare_name_is_the_installed_pack(
    pack: averment.Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of the same name in the working directory is reached by a path alone."""
    monkeypatch.chdir(tmp_path)
    Path("pm_tpm").mkdir()
    with pytest.warns(UserWarning, match="`pm_tpm` is the installed pack"):
        assert averment.load("pm_tpm").digest == pack.digest
    for place in ("./pm_tpm", Path("pm_tpm"), tmp_path / "pm_tpm", "pm_tpm/"):
        with pytest.raises(averment.Refused) as refused:
            averment.load(place)
        assert "AV118" in codes(refused), place
    monkeypatch.chdir(Path(pack.root).parent)
    assert averment.load("pm_tpm").digest == pack.digest  # the very folder: nobody need be told


def test_a_name_that_no_installed_pack_has_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    with pytest.raises(averment.Refused) as refused:
        averment.load("mine")
    assert "AV118" in codes(refused)
