"""What a reader is told of flips: answers that nothing tells apart are one, in words, and different answers first."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from averment.diagnostics.diagnostic import Report
from averment.outcome.outcome import Outcome
from averment.pack import compile_files
from averment.questions.flip.flip import Flips, flip
from averment.questions.judging.judge import Judge
from averment.questions.judging.situation import Situation
from averment.questions.missing.missing import missing
from averment.render.display import Style
from averment.render.flip_text import flips_text
from averment.render.questions_text import missing_text
from averment.surface.pack_files import read_pack_files

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FACTS = """
facts:
  part:
    cardinality: many
    key: name
    fields:
      name: {type: text}
      team: {type: text}
      kinds: {type: set, of: [new, old, borrowed, blue]}
      size: {type: integer, min: 0, max: 40, unit: people}
      place: {type: choice, of: [here, there, elsewhere, nowhere]}
  apart: {derived: true, fields: {one: {type: text}, other: {type: text}}}
  verdict: {derived: true, fields: {word: {type: choice, of: [whole, split, paired, strewn]}}}
"""
APART = """
  - rule: apart
    backing: judgement
    when:
      - part: {name: $a, team: $t}
      - part: {name: $b, team: $u}
      - test: $t != $u
    then:
      - apart: {one: $a, other: $b}
"""


def counting(word: str, *tests: str) -> str:
    """A rule for a claim by how many ordered pairs of parts are of different teams."""
    conditions = "".join(f"\n      - test: $n {test}" for test in tests)
    return f"""
  - rule: {word}
    backing: judgement
    when:
      - count: {{of: apart, as: $n}}{conditions}
    then:
      - verdict: {{word: {word}}}
"""


# four parts: 6 ordered pairs are apart where one has a team of its own, 8 where they are two and two, 12 where all are
TEAMS = (
    APART
    + counting("whole", "< 6")
    + counting("split", ">= 6", "< 8")
    + counting("paired", "= 8")
    + counting("strewn", ">= 12")
)


def single(word: str, condition: str) -> str:
    """A rule for a claim by one condition on some part."""
    return f"""
  - rule: {word}
    backing: judgement
    when:
      - {condition}
    then:
      - verdict: {{word: {word}}}
"""


def decided(rules: str, parts: list[dict[str, Any]]) -> Outcome:
    report = Report()
    files = {
        "pack.yaml": b"pack: made\nversion: 1.0.0\ntitle: Made\nclaim: {fact: verdict, field: word}\n",
        "facts.yaml": FACTS.encode(),
        "rules/all.yaml": f"author: Ann\nrules:{rules}".encode(),
    }
    pack = compile_files(read_pack_files(files, report), "made", report)
    assert pack is not None, report.diagnostics
    return pack.decide(pack.case({"part": parts}), engine="reference")


def teams(*names: str) -> list[dict[str, Any]]:
    return [{"name": part, "team": team} for part, team in zip("abcd", names, strict=False)]


def told(found: Flips) -> list[str]:
    """The changes as a reader sees them, without what frames them."""
    rows = flips_text(found, Style(width=200)).splitlines()
    return [" ".join(row.split()) for row in rows if "part[" in row or "any one" in row]


@pytest.fixture(params=["search", "solver", "branching"])
def asked(request: pytest.FixtureRequest) -> Callable[..., Flips]:
    """``flip``, each way it can be answered."""

    def ask(outcome: Outcome, to: str | None = None, most: int = 10) -> Flips:
        if request.param == "branching":
            judge = Judge(Situation(outcome.evaluation.program, outcome.case))  # no circuit
            return flip(outcome, to, most, by="search", judge=judge, seconds=60)
        return flip(outcome, to, most, by=request.param, seconds=60)

    return ask


def test_any_text_that_is_not_named_is_one_answer(asked: Callable[..., Flips]) -> None:
    found = asked(decided(TEAMS, teams("x", "x", "x", "x")), "split")
    assert told(found) == [
        "to split, by any one of these cost 1",
        '├─ team: x → any other part["a"].team',
        '├─ team: x → any other part["b"].team',
        '├─ team: x → any other part["c"].team',
        '└─ team: x → any other part["d"].team',
    ]
    assert found.more == 0


def test_the_same_new_text_and_another_one_are_told_apart(asked: Callable[..., Flips]) -> None:
    found = asked(decided(TEAMS, teams("x", "x", "x", "y")), "strewn")
    assert told(found)[1:4] == [
        '├─ team: x → a new one part["a"].team',
        "│ └─ and any one of these",
        '│ ├─ team: x → another new one part["b"].team',
    ]
    found = asked(decided(TEAMS, teams("x", "x", "x", "x")), "paired")
    pairs = {tuple(change.slot.path[6] for change in each.changes) for each in found.flips}
    assert len(found.flips) == len(pairs) == 6
    assert told(found)[1:4] == [
        '├─ team: x → a new one part["a"].team',
        "│ └─ and any one of these",
        '│ ├─ team: x → the same new one part["b"].team',
    ]
    assert flips_text(found, Style()).endswith("\nA new one is any that neither the case nor a rule names.\n")


@pytest.mark.parametrize("given", ["xxxx", "xxxy", "xxyy"])
def test_the_answers_are_all_that_enumeration_finds_and_no_other(given: str) -> None:
    """Where two or three parts of four change teams, each way is told once, whatever its new teams are called."""
    spec = importlib.util.spec_from_file_location("flip_enumeration", BENCHMARKS / "questions.py")
    assert spec is not None and spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    outcome = decided(TEAMS, teams(*given))
    case = benchmark.enumeration.Enumeration(outcome.evaluation.program, outcome.case)
    tally: Counter[str] = Counter()
    assert benchmark._flips(outcome, case, tally) == []
    assert tally["flip found by search"] == tally["flip found by solver"] > 0


def test_a_new_text_is_told_beside_those_that_are_named(asked: Callable[..., Flips]) -> None:
    rules = single("whole", """part: {team: '"x", "z"'}""") + single("split", """part: {team: 'not("x", "z")'}""")
    found = asked(decided(rules, teams("x")))
    assert told(found) == ['└─ team: x → a new one part["a"].team']
    (change,) = found.flips[0].changes
    assert change.new == change.values == ("another",) and not change.every
    assert flips_text(found, Style()).endswith("\nA new one is any that neither the case nor a rule names.\n")


@pytest.mark.parametrize(
    ("given", "whole", "split", "expected"),
    [
        ({"place": "here"}, "here", "not(here)", "place: here → any other"),
        ({"place": "here"}, "here", "there, nowhere", "place: here → there or nowhere"),
        ({"size": 12}, "[10..14]", "< 10, > 14", "size: 12 → 9 or 15 people"),
        ({"size": 12}, "[10..15]", "< 10, > 15", "size: 12 → 9 people"),
        ({"kinds": ["new"]}, "not(old, blue)", "old, blue", "kinds: add old or blue"),
        ({"kinds": ["new", "old"]}, "new", "not(new)", "kinds: drop new"),
    ],
)
def test_values_that_do_as_well_are_one_answer(given: dict[str, Any], whole: str, split: str, expected: str) -> None:
    (field,) = given
    rules = single("whole", f"part: {{{field}: '{whole}'}}") + single("split", f"part: {{{field}: '{split}'}}")
    found = flip(decided(rules, [{"name": "a", **given}]))
    assert told(found) == [f'└─ {expected} part["a"].{field}']
    assert found.more == 0


def test_answers_of_different_fields_come_first_and_the_rest_are_counted() -> None:
    rules = single("whole", "part: {place: here, size: '12'}") + single("split", "part: {place: there}")
    rules += single("strewn", "part: {place: elsewhere}") + single("split", "part: {size: '> 12'}").replace(
        "rule: split", "rule: split-by-size"
    )
    outcome = decided(rules, [{"name": "a", "place": "here", "size": 12}])
    assert [(each.claim, each.changes[0].slot.field.name) for each in flip(outcome).flips] == [
        ("split", "place"),
        ("split", "size"),
        ("strewn", "place"),
    ]
    found = flip(outcome, most=2)
    assert found.more == 1 and flips_text(found, Style()).endswith(
        "\n\n1 other change of the same size would do as well.\n"
    )


def test_missing_says_of_a_new_text_that_it_is_one() -> None:
    parts = [*teams("x", "x"), {"name": "c"}, {"name": "d"}]
    found = missing(decided(TEAMS, parts))
    witnesses = {each.claim: [(answer.value, answer.group > 0) for answer in each.witness] for each in found.possible}
    assert witnesses["paired"] == [("another", True), ("another", True)]
    assert witnesses["gap"] == [("another", True), ("another 2", True)]
    rows = [row.strip("│├└─ ") for row in missing_text(found, Style(width=200)).splitlines()]
    assert rows[rows.index("paired, for example with") + 1 :][:2] == ["team: a new one", "team: the same new one"]
    assert rows[rows.index("no claim at all, for example with") + 1 :][:2] == [
        "team: a new one",
        "team: another new one",
    ]
    assert "A new one is any that neither the case nor a rule names." in rows
