"""A comparison of two variables asked early, while patterns are matched, shows in nothing but the work it spares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from itertools import product

import pytest
from tests.counting import calls
from tests.draws import parts
from tests.laws.differential import made

from averment import Pack
from averment.backends import reference
from averment.core.program import Program
from averment.diagnostics.diagnostic import Report
from averment.law.evaluation import Evaluation
from averment.law.truth import CaseError
from averment.model.case import Case
from averment.outcome.outcome import Outcome
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

FACTS = b"""facts:
  person: {cardinality: many, key: name, fields: {name: {type: text}, town: {type: integer}, weight: {type: integer}}}
  place: {cardinality: many, key: id, fields: {id: {type: text}, number: {type: integer}, size: {type: integer}}}
  lives: {derived: true, fields: {who: {type: text}, where: {type: text}}}
  decision: {derived: true, fields: {role: {type: choice, of: ["yes", "no"]}}}
"""
RULES = """author: a
rules:
  - rule: lives
    backing: judgement
    when:
      - person: {{name: $p, town: $t, weight: $w}}
      - place: {{id: $i, number: $n, size: $s}}
      - {tests}
    then: [lives: {{who: $p, where: $i}}]
  - {{rule: some, backing: judgement, when: [lives: {{}}], then: [decision: {{role: "yes"}}]}}
"""
FAR = 2**62
ENGINES = ("reference", *(["durable"] if find_spec("durable_rules_engine") else []))


def _pack(*tests: str) -> Pack:
    text = RULES.format(tests="\n      - ".join(f"test: {test}" for test in tests))
    head = b"pack: p\nversion: 1.0.0\ntitle: t\nclaim: {fact: decision, field: role}\n"
    report = Report()
    files = {"pack.yaml": head, "facts.yaml": FACTS, "rules/all.yaml": text.encode()}
    pack = compile_files(read_pack_files(files, report), "p", report)
    assert pack is not None, report.diagnostics
    return pack


def _late(program: Program) -> Program:
    """The program with every guard asked in its turn."""
    return replace(program, strata=tuple(tuple(replace(rule, early=()) for rule in rules) for rules in program.strata))


def _by(program: Program) -> Callable[[Case], Evaluation]:
    return lambda case: reference.evaluate(program, case)


def _said(evaluate: Callable[[Case], Evaluation], case: Case) -> tuple[str, str]:
    try:
        return "", Outcome(case, evaluate(case)).canonical.decode()
    except CaseError as error:
        return error.code, error.message


@pytest.mark.parametrize("part", parts(10, quick=3))
def test_random_packs_say_the_same(part: int) -> None:
    asked = 0
    for seed in range(part * 100, part * 100 + 100):
        pack, cases = made(seed)
        late = _late(pack.program())
        asked += sum(len(rule.early) for rule in pack.program().rules)
        for case in cases:
            slow = _said(_by(late), case)
            if slow[0] != "AV503":  # what is asked early may spare a case the steps that take it past its budget
                assert _said(_by(pack.program()), case) == slow, seed
    assert asked > 10


@pytest.mark.parametrize(
    ("tests", "early"),
    [
        (["$t = $n"], 1),
        (["$t != $n"], 1),
        (["$t = $n", "$w * $s > 5"], 1),
        (["$w * $s > 5", "$t = $n"], 1),  # what is false dominates a product that leaves 64 bits
        (["$w * $s > 5", "$t != $n"], 1),
        (["$w > 5", "$t != $n", "$w = $s"], 2),
        (["$t + 1 = $n"], 0),
    ],
)
def test_every_small_case_says_the_same(tests: list[str], early: int) -> None:
    pack = _pack(*tests)
    late = _late(pack.program())
    assert sum(len(rule.early) for rule in pack.program().rules) == early
    for town, weight, number, size in product((None, 1, 2), (6, FAR), (None, 1), (6, FAR)):
        person = {"name": "p", "weight": weight} | ({} if town is None else {"town": town})
        place = {"id": "i", "size": size} | ({} if number is None else {"number": number})
        case = pack.case({"person": [person, {"name": "q", "town": 1, "weight": 1}], "place": [place]})
        expected = _said(_by(late), case)
        for name in ENGINES:
            assert _said(pack.engine(engine=name).evaluate, case) == expected, (name, case)


def test_an_equality_written_as_a_test_is_a_join() -> None:
    """Work is the number of calls made, not time."""
    pack = _pack("$t = $n")
    program = pack.program()
    few, many = (
        pack.case({
            "person": [{"name": f"p{one}", "town": one, "weight": 1} for one in range(count)],
            "place": [{"id": f"i{one}", "number": one, "size": 1} for one in range(count)],
        })
        for count in (30, 120)
    )  # fmt: skip
    assert calls(lambda: reference.evaluate(program, many)) < 4.6 * calls(lambda: reference.evaluate(program, few))
