"""How few questions settle each example case of ``pm_tpm`` when its answers are hidden."""

from __future__ import annotations

import statistics
from types import ModuleType

import averment
from averment.diagnostics.diagnostic import Report
from averment.ir.program import Value
from averment.model.case import Case, read_case
from averment.questions.next_question import questions
from averment.questions.quick import judge_of
from averment.questions.situation import Situation
from averment.surface.pack_files import read_case_file

REACHED = 0.57  # of the fields that a case gives, on the median; wanted is half of them


def _asked(pack: averment.Pack, full: Case, claim: str) -> int:
    """How many questions the law alone needs until it settles this claim."""
    program = pack.program()
    kept = tuple(fact for fact in full.facts if not program.types[fact.type].one)
    mentioned = frozenset(name for name in full.mentioned if not program.types[name].one)
    judge = judge_of(Situation(program, Case(full.name, kept, mentioned)))
    ones = {fact.type: fact.values for fact in full.facts if program.types[fact.type].one}
    left, answers, asked = judge.unknown(), dict[int, Value](), 0
    while not judge.verdict(answers).definite:
        slot = judge.situation.slots[questions(judge, answers, left)[0].number]
        number = judge.situation.numbers[slot.path]
        left.remove(number)
        asked += 1
        value = ones[slot.type][slot.index] if slot.type in ones else None
        if value is not None:
            answers[number] = value
    assert judge.verdict(answers).claim == claim, full.name
    return asked


def test_example_cases_are_settled_by_few_questions(pack: averment.Pack, benchmark_questions: ModuleType) -> None:
    shares: list[float] = []
    for path in sorted(benchmark_questions.CASES.glob("*.yaml")):
        report = Report()
        for node in read_case_file(path.read_bytes(), path.name, report):
            full = read_case(node, pack.model.types, report)
            assert full is not None
            target = pack.decide(full, engine="reference")
            if target.settled:
                fields = sum(value is not None for fact in full.facts for value in fact.values)
                shares.append(_asked(pack, full, target.claim) / fields)
    assert len(shares) > 20
    assert statistics.median(shares) <= REACHED
