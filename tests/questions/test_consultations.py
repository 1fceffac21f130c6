"""Consultations: few questions settle a case, what ends them is proved, and records may come and go."""

from __future__ import annotations

import importlib.util
import random
import statistics
import sys
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import averment
from averment.backends import reference
from averment.diagnostics.diagnostic import Refused
from averment.law.truth import CaseError, Quantity
from averment.model.case import blank_case
from averment.outcome.deciding import decided
from averment.outcome.outcome import Outcome
from averment.questions.ask.consultation import Consultation, consult
from averment.questions.ask.live import Live
from averment.questions.ask.proving import common_claim
from averment.questions.ask.sampled import Sampled
from averment.questions.ask.usual import likenesses, usual
from averment.questions.judging.quickest import Circuitry, judge_of
from averment.questions.judging.situation import Situation
from averment.questions.judging.together import parted
from averment.questions.missing.completing import values_of
from averment.questions.rebuttals.rebuttals import rebuttals

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "consultations.py"


@pytest.fixture(scope="session")
def benchmark_consultations() -> ModuleType:
    """``benchmarks/consultations.py`` as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_consultations", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_consultations"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("many", [4, pytest.param(None, marks=pytest.mark.slow)])
def test_example_cases_are_settled_by_half_of_the_questions(
    many: int | None, pack: averment.Pack, benchmark_consultations: ModuleType
) -> None:
    held = list(islice(benchmark_consultations.consultations(pack), many))
    assert len(held) == (many or len(benchmark_consultations.settled_cases(pack))) > 3
    assert statistics.median(each.asked / each.given for each in held) <= 0.5


ALIKE = [
    {"technical_complexity": "high", "technologies": ["machine_learning", "api"], "audience": "developers"},
    {"technical_complexity": "low", "technologies": ["web"], "audience": "consumers"},
]


@pytest.mark.parametrize(
    ("answered", "value", "asked", "likely"),
    [
        ("technical_complexity", 2, "audience", "developers"),
        ("technical_complexity", 0, "audience", "consumers"),
        ("technologies", frozenset({"machine_learning"}), "audience", "developers"),  # a part of a set tells as well
        ("technologies", frozenset({"web", "mobile"}), "audience", "consumers"),
        ("audience", "developers", "technologies", frozenset({"machine_learning", "api"})),
    ],
)
def test_what_is_usual_is_what_cases_like_this_one_have(
    pack: averment.Pack, answered: str, value: Any, asked: str, likely: Any
) -> None:
    judge = judge_of(Situation(pack.program(), blank_case(pack.model.types, "blank")))
    known = usual(pack.case({"product": product}) for product in ALIKE)
    told, number = (judge.situation.numbers[f"product.{field}"] for field in (answered, asked))
    weights = [0.0] * len(values_of(judge, number))
    for likeness in likenesses(judge, known, {told: value}, [number]):
        for place, weight in enumerate(likeness.weights[number]):
            weights[place] += likeness.share * weight
    assert sum(weights) == pytest.approx(1)
    assert values_of(judge, number)[weights.index(max(weights))] == likely


def judge_at(benchmark_questions: ModuleType, seed: int) -> Any:
    """A judge of a random case of a random pack with much unknown."""
    enumeration: Any = benchmark_questions.enumeration
    generator = enumeration.small_packs()
    pack, files = enumeration.small_pack(generator, seed)
    case = pack.case(generator.random_case(files, random.Random(seed), 0.8)["facts"])
    return judge_of(Situation(pack.program(), case))


def test_what_is_proved_is_so_in_every_completion(benchmark_questions: ModuleType) -> None:
    proved = 0
    for seed in range(120):
        judge = judge_at(benchmark_questions, seed)
        if judge.situation.unspoken:
            continue
        numbers, rng = judge.unknown(), random.Random(seed)
        claim = common_claim(judge, numbers)
        tried = {
            judge.replayed({number: rng.choice(values_of(judge, number)) for number in numbers}).claim
            for _ in range(40)
        }
        assert not claim or tried == {claim}, seed
        proved += bool(claim)
    assert proved > 20


def test_leaves_told_one_by_one_are_as_all_told_anew(benchmark_questions: ModuleType, pack: averment.Pack) -> None:
    judges = [judge_at(benchmark_questions, seed) for seed in range(60)]
    judges.append(judge_of(Situation(pack.program(), blank_case(pack.model.types, "blank"))))
    seen = 0
    for seed, judge in enumerate(judges):
        if not isinstance(judge.circuitry, Circuitry):
            continue
        rng, many = random.Random(seed), 40

        def parts(number: int, judge: Any = judge, rng: random.Random = rng, many: int = many) -> dict[Quantity, int]:
            found: dict[Quantity, int] = {}
            for state in range(many):
                value = rng.choice((*values_of(judge, number), None))
                found[value] = found.get(value, 0) | 1 << state
            return found

        places = judge.circuitry.places
        numbers = [number for number in judge.unknown() if number in places]
        held = {number: parts(number) for number in numbers}
        states = Sampled(judge.circuitry.circuit, many, {places[number]: held[number] for number in numbers})
        for _ in range(6):
            sure = states.every & ~states.unsure
            told = parted(judge, many, held)
            definite = sum(plane for verdict, plane in told.items() if verdict is not None and verdict.definite)
            assert states.settled() == definite & sure, seed
            seen += definite.bit_count()
            if numbers:
                number = rng.choice(numbers)
                held[number] = parts(number)
                states.tell(places[number], held[number])
    assert seen > 1_000


# --- records ---------------------------------------------------------------------------------------------------------


def start(pack: averment.Pack, live: Live | None = None) -> Consultation:
    outcome = pack.decide(blank_case(pack.model.types, "blank"))
    return consult(outcome, live.evaluate if live else None)


def test_no_answer_makes_a_claim_hang_on_more(benchmark_questions: ModuleType, pack: averment.Pack) -> None:
    """So that what it hangs on bounds the questions that are left."""
    judges = [judge_at(benchmark_questions, seed) for seed in range(80)]
    judges += [judge_of(Situation(pack.program(), blank_case(pack.model.types, "blank")))] * 4
    steps = 0
    for seed, judge in enumerate(judges):
        rng, situation = random.Random(seed), judge.situation
        answers: dict[int, Any] = {}

        def hanging(situation: Situation = situation, answers: dict[int, Any] = answers) -> set[str]:
            case = situation.told(answers)
            try:
                return {*Outcome(case, reference.evaluate(situation.program, case)).hangs_on} & {*situation.numbers}
            except CaseError:  # such a case has no claim
                return set()

        before = hanging()
        while before:
            number = situation.numbers[rng.choice(sorted(before))]
            answers[number] = rng.choice(values_of(judge, number))
            after = hanging()
            assert after < before, seed
            before, steps = after, steps + 1
    assert steps > 100


def test_records_come_and_go_in_the_live_session(pack: averment.Pack) -> None:
    program = pack.program()
    with Live(pack.engine()) as live:
        first = start(pack, live)
        path = first.judge.situation.slots[first.left[0]].path
        told = first.unknown().add("team", {"name": "fares", "engineers": 30}).add("teams", {"name": "seats"})
        assert [fact.values for fact in told.records_of("team")] == [(None, "seats"), (30, "fares")]
        assert path not in {question.slot.path for question in told.questions}  # still known to be unknown
        fewer = told.remove(told.records_of("team")[1])
        for state in (replace(told), fewer, fewer.back().back(), replace(first)):
            plain = decided(state.case, partial(reference.evaluate, program), rebuttals)
            assert state.outcome.canonical == plain.canonical
            assert live._session is not None and set(live._session.facts) == set(state.case.facts)
        fresh = told.back().back()
        assert fresh.case.facts == first.case.facts and "team" not in fresh.case.mentioned
        assert [reply["said"] for reply in fewer.document()["replies"]] == ["unknown", "added", "added", "removed"]
        assert pack.decide(fewer.facts()).canonical != pack.decide(told.facts()).canonical


def test_a_field_of_a_record_that_was_added_can_be_asked_for_and_answered(pack: averment.Pack) -> None:
    state = start(pack).add("team", {"name": "fares"})
    question = next(each for each in state.questions if each.slot.path == 'team["fares"].engineers')
    answered = state.answer(25, question)
    assert answered.records_of("team")[0].values == (25, "fares")
    again = answered.add("team", {"name": "seats", "engineers": 1})
    assert [fact.values for fact in again.records_of("team")] == [(1, "seats"), (25, "fares")]
    assert again.back() == answered


@pytest.mark.parametrize(
    ("type", "record", "code"),
    [
        ("tema", {"name": "a"}, "AV301"),
        ("product", {}, "AV301"),
        ("team", {"engineers": 4}, "AV342"),
        ("team", {"name": "a", "engineers": -1}, "AV313"),
        ("team", {"name": "there"}, "AV343"),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    pack: averment.Pack, type: str, record: dict[str, object], code: str
) -> None:
    state = start(pack).add("team", {"name": "there"})
    with pytest.raises(Refused) as refused:
        state.add(type, record)
    assert [finding.code for finding in refused.value.diagnostics] == [code]
