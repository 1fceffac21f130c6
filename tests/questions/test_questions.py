"""Every question, against enumeration on random small packs and by hand on the pack that comes with averment."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import averment
import averment_schemas
from averment.diagnostics.diagnostic import Refused, Report
from averment.model.case import Case, read_case
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import consult
from averment.questions.flip.flip import flip
from averment.questions.judging.knowledge import Knowledge
from averment.questions.matters.matters import Weight, matters
from averment.questions.missing.missing import missing
from averment.questions.whatif import sweep, whatif
from averment.questions.why_not.why_not import unfired, why_not
from averment.render.display import Style
from averment.render.flip_text import flips_text
from averment.render.questions_text import missing_text
from averment.render.weighing import matters_text
from averment.render.what_if_text import sweep_text, whatif_text
from averment.render.why_not_tree import why_not_text
from averment.surface.pack_files import read_case_file

CASES = Path(__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
SCHEMA = Draft202012Validator(averment_schemas.load("questions"))
EVEN = "warehouse-suite", {"company.role_emphasis": None}  # equal sides, and nobody said which is preferred


def case_of(pack: averment.Pack, name: str) -> Case:
    report = Report()
    path = CASES / f"{name}.yaml"
    (node,) = read_case_file(path.read_bytes(), path.name, report)
    case = read_case(node, pack.model.types, report)
    assert case is not None
    return case


def outcome_of(pack: averment.Pack, name: str) -> Outcome:
    return pack.decide(case_of(pack, name), engine="reference")


def valid(document: dict[str, Any]) -> dict[str, Any]:
    SCHEMA.validate(document)
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("first", [0, 20])
def test_every_answer_is_that_of_enumeration(benchmark_questions: ModuleType, first: int) -> None:
    generator = benchmark_questions.enumeration.small_packs()
    tally: Counter[str] = Counter()
    wrong = [
        each for seed in range(first, first + 20) for each in benchmark_questions.check(seed, generator, 30, tally)
    ]
    assert wrong == []
    assert tally["cases"] > 8


def test_enumeration_tells_a_wrong_answer(benchmark_questions: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from averment.questions.judging import alternatives

    monkeypatch.setattr(alternatives, "distance", lambda slot, value: 0)
    monkeypatch.setattr(benchmark_questions, "_matters", lambda *_: [])
    generator = benchmark_questions.enumeration.small_packs()
    tally: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(400):
        wrong += benchmark_questions.check(seed, generator, 30, tally)
        if wrong:
            return
    raise AssertionError("no wrong answer was noticed")


@pytest.mark.parametrize("by", ["solver", "search"])
def test_one_field_flips_a_borderline_case(pack: averment.Pack, by: str) -> None:
    flips = flip(outcome_of(pack, "fleet-telematics"), most=100, by=by)
    paths = {change.slot.path for each in flips.flips for change in each.changes}
    assert all(len(each.changes) == 1 and each.cost == 1 for each in flips.flips)
    assert "company.must_lead_technology" in paths
    assert not any(change.slot.field.fixed for each in flips.flips for change in each.changes)
    assert valid(flips.document())["proved_by"] == by


def test_both_ways_find_the_same_smallest_flips(pack: averment.Pack) -> None:
    outcome = outcome_of(pack, "marketplace-leaning-technical")
    one, other = (flip(outcome, most=1000, by=by).document() | {"proved_by": ""} for by in ("solver", "search"))
    assert one == other


def test_a_flip_that_is_refused_says_why(pack: averment.Pack) -> None:
    for name, to, code in (("museum-audio-tours", None, "AV580"), ("sensor-maker", "product_manger", "AV581")):
        with pytest.raises(Refused) as refused:
            flip(outcome_of(pack, name), to)
        assert [found.code for found in refused.value.diagnostics] == [code]


@pytest.mark.parametrize("emphasis", [None, "technical"], ids=["presumed", "open"])
def test_no_open_case_is_flipped_be_it_presumed_or_not(changed: Callable[..., Outcome], emphasis: str | None) -> None:
    changes = {"company.role_emphasis": emphasis} if emphasis else {}
    outcome = changed("museum-audio-tours", changes)
    assert outcome.status.value == ("open" if emphasis else "presumed")
    with pytest.raises(Refused) as refused:
        flip(outcome)
    assert [found.code for found in refused.value.diagnostics] == ["AV580"]


def test_what_a_balanced_case_is_missing(changed: Callable[..., Outcome]) -> None:
    found = missing(changed(*EVEN))
    assert [each.claim for each in found.possible] == ["technical_product_manager", "product_manager"]
    assert found.may_settle == found.settle == (("company.role_emphasis",),)
    assert found.complete and found.questions[0].slot.path == "company.role_emphasis"
    valid(found.document())


def test_questions_come_in_the_order_of_what_their_answers_do(pack: averment.Pack) -> None:
    """First what settles most by itself, then what leaves the fewest claims, then what takes most doubt away."""
    zones: Counter[str] = Counter()
    for name in ("first-conversation", "open-banking-service", "quantum-library", "museum-audio-tours"):
        found = missing(outcome_of(pack, name), seconds=float("inf"))
        alone = {paths[0] for paths in found.may_settle if len(paths) == 1}
        measured: list[tuple[float, float, float]] = []
        for each in valid(found.document())["next"]:
            assert 0 <= each["settling"] <= each["tried"] <= each["answers"], each
            assert (each["settling"] > 0) == (each["field"] in alone), each
            relief = float(each["relief"]) / each["cost"]
            measured.append((-each["settling"] / each["tried"], float(each["expected_claims"]), -relief))
            zones["settles" if each["settling"] else "doubt"] += 1
        assert measured == sorted(measured), name
    assert min(zones.values()) > 5


def test_each_question_says_by_what_it_is_ranked(pack: averment.Pack) -> None:
    found = missing(outcome_of(pack, "quantum-library"))
    first, *_, last = found.questions
    text = missing_text(found, Style(200))
    assert f"{first.settling} of {first.answers} answers settle it, leaves" in text
    assert last.settling == 0 and "settles nothing by itself, takes away 4% of the doubt on average" in text


def test_a_question_that_there_was_no_time_to_weigh_comes_last_and_says_so(pack: averment.Pack) -> None:
    outcome, calls = outcome_of(pack, "quantum-library"), iter(range(10**9))
    whole = missing(outcome, seconds=10**8)
    for seconds in range(0, 60_000, 20):
        found = missing(outcome, seconds=seconds, clock=lambda: next(calls))
        weighed = [question.tried > 0 for question in found.questions]
        assert weighed == sorted(weighed, reverse=True)
        if weighed and not all(weighed):
            break
    else:
        raise AssertionError("there was always time for all or none")
    assert {each.slot.path for each in found.questions} == {each.slot.path for each in whole.questions}
    assert valid(found.document())["next"][-1]["expected_claims"] is None
    assert "not weighed: there was no time" in missing_text(found, Style(200))


def test_a_settled_case_is_missing_nothing(pack: averment.Pack) -> None:
    found = missing(outcome_of(pack, "sensor-maker"))
    assert [each.claim for each in found.possible] == ["product_manager"] and not found.questions


def test_what_matters_and_by_what_margin(pack: averment.Pack, changed: Callable[..., Outcome]) -> None:
    found = matters(changed("fleet-telematics", {"engineering.rework_share": 25.0}), Knowledge(pack))
    weights = {part.path: part.weight for part in found.parts}
    assert weights["engineering.rework_share"] is Weight.DECISIVE
    margins = {margin["name"]: margin for margin in valid(found.document())["margins"]}
    assert margins["engineering.rework_share"]["below"] == {"value": "19.9", "claim": "product_manager"}
    assert margins["rework_threshold"]["above"] == {"value": "25.1", "claim": "product_manager"}
    assert margins["kind_weight"]["below"] == {"value": 0, "claim": "product_manager"}


def test_what_if_is_a_difference_of_warrants(pack: averment.Pack) -> None:
    knowledge, case = Knowledge(pack), case_of(pack, "bank-cloud-migration")
    found = whatif(knowledge, case, {"engineering.team_size": 3})
    assert found.turns and "small-team-leads-itself" in {line.rule for line in found.fires}
    assert "evidence-for-technical-product-manager" in {line.rule for line in found.stops}
    valid(found.document())
    same = whatif(knowledge, case)
    assert not (same.turns or same.appear or same.go or same.fires or same.stops)
    with pytest.raises(Refused) as refused:
        whatif(knowledge, case, {"engineering.teamsize": 4})
    assert refused.value.diagnostics[0].help == ("did you mean `engineering.team_size`?",)


@pytest.mark.parametrize(
    ("of", "name"),
    [
        ("insurance-assistant", "engineering.team_size"),
        ("plug-in-corner", "tiny_team_size"),
        ("insurance-assistant", "area_weight"),
    ],
)
def test_a_sweep_agrees_with_each_value_by_itself(pack: averment.Pack, of: str, name: str) -> None:
    outcome, knowledge, case = outcome_of(pack, of), Knowledge(pack), case_of(pack, of)
    found = sweep(knowledge, outcome, name, 1, 20)
    assert found.exact and len(found.stretches) > 1
    stretches: list[Any] = list(found.stretches)
    for value in range(1, 21):
        (stretch,) = (each for each in stretches if each.low <= value <= each.high)
        sets, parameters = ({name: value}, None) if "." in name else (None, {name: value})
        assert whatif(knowledge, case, sets, (), parameters).after.claim == stretch.claim, value
    valid(found.document())


def test_why_not_goes_down_to_given_facts(pack: averment.Pack, changed: Callable[..., Outcome]) -> None:
    found = why_not(outcome_of(pack, "sensor-maker"), "large-engineering-team")
    (attempt,) = found.attempts
    assert [(failing.text, failing.truth.word) for failing in attempt.failing] == [("$n >= large_team_size", "false")]
    text = json.dumps(valid(why_not(outcome_of(pack, "fitness-wearable"), "product_manager").document()))
    assert '"field": "product.stage", "actual": "launched", "needed": "< launched"' in text
    unknown = why_not(changed(*EVEN), "preference-for-market").attempts[0].failing[0]
    assert unknown.truth.word == "unknown" and unknown.lacks[0][0].fact.type == "company"
    assert why_not(outcome_of(pack, "sensor-maker"), "product_manager").holds


def test_every_rule_that_did_not_fire_says_why(pack: averment.Pack) -> None:
    for name in ("sensor-maker", "museum-audio-tours", "warehouse-suite", "first-conversation"):
        evaluation = outcome_of(pack, name).evaluation
        fired = {(firing.rule.id, firing.rule.alternative) for firing in evaluation.firings}
        told = {
            (attempt.rule.id, attempt.rule.alternative)
            for attempt in unfired(evaluation, evaluation.program.rules)
            if attempt.failing
        }
        assert fired | told == {(rule.id, rule.alternative) for rule in evaluation.program.rules}
        assert not fired & told


def test_a_consultation_settles_what_the_whole_case_settles(pack: averment.Pack) -> None:
    full = outcome_of(pack, "hospital-device")
    given = {
        f"{type}.{name}": value for type, record in full.document["facts"].items() for name, value in record.items()
    }
    state = consult(pack.decide({"product": {}}, engine="reference"))
    asked = 0
    while (question := state.question) is not None:
        assert state.why()
        state = state.answer(given[question.slot.path])
        asked += 1
    assert state.outcome.claim == full.claim and state.finished
    assert 2 * asked <= len(given)
    assert pack.decide(state.facts(), engine="reference").claim == full.claim
    valid(state.document())


def test_a_consultation_takes_back_skips_and_hears_that_something_is_unknown(pack: averment.Pack) -> None:
    start = consult(outcome_of(pack, "open-banking-service"))
    first = start.question
    assert first is not None
    assert start.skip().question != first and start.skip().questions[-1] == first
    assert first.slot.path not in {question.slot.path for question in start.unknown().questions}
    assert start.unknown().back() == start
    with pytest.raises(Refused):
        start.answer("nonsense")


CASES_TOLD = ["sensor-maker", "museum-audio-tours", "warehouse-suite", "rail-connections"]


@pytest.mark.parametrize(
    "name", [*CASES_TOLD[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in CASES_TOLD[2:])]
)
def test_no_text_leaks_a_variable(name: str, pack: averment.Pack) -> None:
    knowledge, style, outcome = Knowledge(pack), Style(), outcome_of(pack, name)
    texts = [missing_text(missing(outcome), style), matters_text(matters(outcome), style)]
    texts += [why_not_text(why_not(outcome, claim), pack.model, style) for claim in pack.program().claim.values]
    texts += [whatif_text(whatif(knowledge, case_of(pack, name), {"engineering.team_size": 1}), style)]
    texts += [sweep_text(sweep(knowledge, outcome, "engineering.team_size"), style)]
    texts += [flips_text(flip(outcome, most=2), style)] if outcome.settled else []
    assert [text for text in texts if re.search(r"\$[a-z]", text)] == []
