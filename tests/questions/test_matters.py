"""Which facts matter is found out of every fact, and what the solver says of them is what enumeration says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

import averment
from averment.backends.symbolic.directions import Directions
from averment.core.program import Value
from averment.core.values import limits
from averment.diagnostics.diagnostic import Report
from averment.model.case import read_case
from averment.outcome.outcome import Outcome
from averment.questions.judging import candidates
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation
from averment.questions.matters import relevance
from averment.questions.matters.matters import Weight, matters
from averment.surface.pack_files import read_case_file

CASES = Path(__file__).parents[2] / "knowledge" / "averment_knowledge" / "pm_tpm" / "cases"
# Only the engineers of the teams, taken together, make a large team, and the company leans to the technology.
LEANING = {"engineering.team_size": 12, "company.role_emphasis": "technical"}


def outcome_of(pack: averment.Pack, name: str) -> Outcome:
    report = Report()
    (node,) = read_case_file((CASES / f"{name}.yaml").read_bytes(), name, report)
    case = read_case(node, pack.model.types, report)
    assert case is not None
    return pack.decide(case, engine="reference")


@pytest.mark.parametrize("most", [1024, 1], ids=["values tried one by one", "ranges"])
def test_what_the_solver_says_is_what_enumeration_says(
    benchmark_questions: ModuleType, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(relevance, "ROUNDS", 0)
    monkeypatch.setattr(relevance, "VAIN", 0)
    monkeypatch.setattr(Directions, "keep", lambda *_: False)
    monkeypatch.setattr(candidates, "MOST_VALUES", most)
    monkeypatch.setattr(candidates, "MOST_ELEMENTS", 0 if most == 1 else 10)
    for other in ("_flips", "_missing"):
        monkeypatch.setattr(benchmark_questions, other, lambda *_: [])
    generator = benchmark_questions.enumeration.small_packs()
    tally: Counter[str] = Counter()
    wrong = [each for seed in range(120) for each in benchmark_questions.check(seed, generator, 60, tally)]
    assert wrong == []
    assert tally["plays a part"] and tally["irrelevant"] and tally["decisive"]
    assert most == 1 or not tally["undetermined"]


@pytest.mark.parametrize(
    ("name", "changes", "about", "decisive", "part", "irrelevant"),
    [
        ("museum-audio-tours", {}, "open; two components may be of one team", 16, 13, 6),
        ("rail-connections", LEANING, "engineers of teams: too many values to try", 12, 8, 20),
        ("chip-design-tools", {}, "nothing turns it alone", 0, 22, 8),
        ("fleet-telematics", {}, "a large case, much of it irrelevant", 14, 8, 12),
    ],
)
def test_nothing_is_left_undetermined(
    changed: Callable[..., Outcome],
    name: str,
    changes: dict[str, Any],
    about: str,
    decisive: int,
    part: int,
    irrelevant: int,
) -> None:
    weights = Counter(part.weight for part in matters(changed(name, changes), seconds=60).parts)
    assert weights == Counter({Weight.DECISIVE: decisive, Weight.PART: part, Weight.IRRELEVANT: irrelevant})


def test_what_is_irrelevant_turns_nothing_together(pack: averment.Pack) -> None:
    outcome = outcome_of(pack, "rail-connections")
    weights = {part.path: part.weight for part in matters(outcome).parts}
    judge = judge_of(Situation(outcome.evaluation.program, outcome.case))
    numbers = [judge.situation.numbers[path] for path, weight in weights.items() if weight is Weight.IRRELEVANT]
    random = Random(1)
    for _ in range(200):
        assert judge.verdict({number: another(judge, number, random) for number in numbers}).claim == outcome.claim


def test_fields_of_too_many_values_turn_it_together(changed: Callable[..., Outcome]) -> None:
    outcome = changed("rail-connections", LEANING)
    weights = {part.path: part.weight for part in matters(outcome).parts}
    judge = judge_of(Situation(outcome.evaluation.program, outcome.case))
    teams = [judge.situation.numbers[f'team["{name}"].engineers'] for name in ("fares", "planning")]
    assert all(weights[judge.situation.slots[number].path] is Weight.PART for number in teams)
    sizes = range(1, 13)
    assert all(judge.replayed({team: size}).claim == outcome.claim for team in teams for size in sizes)
    assert any(
        judge.replayed(dict(zip(teams, both, strict=True))).claim != outcome.claim for both in product(sizes, sizes)
    )


def another(judge: Judge, number: int, random: Random) -> Value:
    values, field = judge.candidates[number], judge.situation.slots[number].field
    if values is not None:
        return random.choice(values)
    low, high = limits(field)
    return random.randint(low or 0, high or 1000)
