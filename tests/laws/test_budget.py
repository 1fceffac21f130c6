"""The budget of the law: a case past it has no outcome, and every engine that counts names the same rule."""

from __future__ import annotations

import json
import random
import resource
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import averment
from averment.backends.columnar import chunk, kernel
from averment.backends.columnar.deciding import decide_chunk
from averment.batch.order import Order
from averment.batch.run import run
from averment.batch.unit import Format
from averment.pack import Pack
from averment.recording import loaded_files

ENGINES = ["reference"] + ["durable"] * bool(find_spec("durable_rules_engine"))

PACK = """
pack: joins
version: 1.0.0
title: Joins
claim: {fact: answer, field: value}
"""
FACTS = """
facts:
  left: {cardinality: many, key: a, fields: {a: {type: integer}, x: {type: integer}}}
  right: {cardinality: many, key: b, fields: {b: {type: integer}, y: {type: integer}}}
  pair: {derived: true, cardinality: many, fields: {a: {type: integer}, b: {type: integer}}}
  answer: {derived: true, cardinality: many, fields: {value: {type: choice, of: [yes_, no_]}}}
"""
CLAIM = """
  - rule: z-claim
    says: There is a pair.
    backing: judgement
    author: T
    when: [{pair: {a: 1}}]
    then: [{answer: {value: yes_}}]
"""
RULES = {
    "join": "when: [{left: {a: $a}}, {right: {b: $b}}]",
    "three": "when: [{left: {a: $a}}, {right: {b: $b}}, {left: {a: $c}}, {test: $a + $b + $c < 0}]",
    "early": "when: [{left: {a: $a, x: $k}}, {right: {b: $b}}, {test: $a < 0}, {left: {a: $c}}, {test: $k != $c}]",
    "long": "when: [{left: {a: $a}}, {right: {b: $b}}, {left: {a: $c}}, "
    "{test: $a >= 0}, {test: $b >= 0}, {test: $c >= 0}, {test: $a + $b > 1}, {test: $b + $c > 1}, {test: $a + $c > 1}]",
    "skew": "when: [{left: {a: $a, x: $k}}, {right: {b: $b, y: $k}}, {left: {a: $c, x: $k}}]",
    "met": "when: [{left: {a: $a}}, {sum: {of: right, field: b, as: $b}}, {test: $b < 0}]",
    "fires": "when: [{left: {a: $a}}, {sum: {of: right, field: b, as: $b}}, {test: $b > 0}]",
    "gaps": "when: [{right: {b: $b}}, {count: {of: {left: {x: $b}}, as: $a}}, {test: $a < 0}]",
    "apart": "when: [{right: {}}, {left: {a: $a, x: $b}}, {left: {a: $b, x: $a}}]",
    "looks": "when: [{left: {a: '>= 100', x: $b}}, {left: {a: $a}}]",
    "kept": "when: [" + "{left: {a: $a, x: $b}}, " * 12 + "{right: {b: $b}}]",
}
CLOSURE = """
  - rule: edge
    says: Directly.
    backing: judgement
    author: T
    when: [{left: {a: $a, x: $b}}]
    then: [{pair: {a: $a, b: $b}}]
  - rule: further
    says: Further.
    backing: judgement
    author: T
    when: [{pair: {a: $a, b: $b}}, {left: {a: $b, x: $c}}]
    then: [{pair: {a: $a, b: $c}}]
"""


def made(kind: str) -> Pack:
    rules = CLOSURE
    if kind != "closure":
        rules = f"""
  - rule: {kind}
    says: A pair.
    backing: judgement
    author: T
    {RULES[kind]}
    then: [{{pair: {{a: $a, b: $b}}}}]
"""
    files = {"pack.yaml": PACK, "facts.yaml": FACTS, "rules/rules.yaml": "rules:" + rules + CLAIM}
    return loaded_files({path: text.encode() for path, text in files.items()})


def facts(count: int, seed: int = 0) -> dict[str, Any]:
    """As many left records, each an edge to the next, as right ones."""
    rng = random.Random(seed)
    left = [{"a": number, "x": number + 1} for number in range(count)]
    right = [{"b": number, "y": 7} for number in range(count)]
    rng.shuffle(left)
    rng.shuffle(right)
    return {"left": left, "right": right}


def said(pack: Pack, given: dict[str, Any], engine: str, firings: int = 200_000) -> str:
    try:
        return str(pack.decide(given, engine=engine, firings=firings).canonical)
    except averment.Refused as refused:
        return str(refused)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["join", "closure", "three", "skew"])
def test_a_thousand_records_end_in_one_finding(kind: str, engine: str) -> None:
    given = facts(1000)
    if kind == "skew":
        given["left"] = [{**record, "x": 7} for record in given["left"]]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = said(made(kind), given, engine)
    rule = {"closure": "further"}.get(kind, kind)
    past = "200,000 firings or 2,400,000 steps"
    assert found.startswith(f"AV503: case `case` has no outcome: rule `{rule}` takes it past {past}")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 512 * 1024


@pytest.mark.parametrize("kind", ["join", "closure", "three", "long"])
def test_every_engine_and_order_says_the_same(kind: str) -> None:
    pack = made(kind)
    for firings in (1, 5, 11, 35, 36, 37, 56, 57, 60, 80, 1000):
        found = {said(pack, facts(6, seed), engine, firings) for engine in ENGINES for seed in range(3)}
        assert len({text if text.startswith("AV") else "an outcome" for text in found}) == 1, (firings, found)


def test_steps_are_matches_of_the_first_patterns_and_what_guards_take() -> None:
    """6, 36 and 216 matches of one, two and three patterns, and three steps to compare a sum of three: 906."""
    pack = made("three")
    for engine in ENGINES:
        assert said(pack, facts(6), engine, 76).startswith("b'{")
        assert "rule `three` takes it past 75 firings or 900 steps" in said(pack, facts(6), engine, 75)


def test_what_a_guard_meets_is_counted_once() -> None:
    """6 matches, 5 steps for the guards of each, and 6 records that the sum meets: 42."""
    pack = made("met")
    for engine in ENGINES:
        assert said(pack, facts(6), engine, 4).startswith("b'{")
        assert "rule `met` takes it past 3 firings or 36 steps" in said(pack, facts(6), engine, 3)


def test_two_looks_are_a_step() -> None:
    """A cell that 24 records fail takes twelve steps."""
    pack = made("looks")
    for engine in ENGINES:
        assert said(pack, facts(24), engine, 1).startswith("b'{")
        assert "rule `looks` takes it past 1 firing or 12 steps" in said(pack, facts(25), engine, 1)


def test_the_facts_that_a_long_match_keeps_are_counted() -> None:
    """Of thirteen patterns: two steps for each of eleven matches, without which these would take 174 and not 196."""
    pack = made("kept")
    for engine in ENGINES:
        assert said(pack, facts(12), engine, 17).startswith("b'{")
        assert "takes it past 16 firings or 192 steps" in said(pack, facts(12), engine, 16)


def test_what_is_certain_already_is_not_looked_for_again() -> None:
    """Six records whose `x` is unknown make 216 matches that could only conclude what the first record does."""
    same = "then: [{answer: {value: yes_}}]\n"
    about = "says: Yes.\n    backing: judgement\n    author: T\n    "
    late = "when: [{left: {a: $a}}, {left: {a: $b}}, {left: {a: $a, x: $b}}]\n    "
    rules = f"rules:\n  - rule: one\n    {about}when: [{{left: {{a: 1}}}}]\n    {same}"
    rules += f"  - rule: two\n    {about}{late}{same}"
    files = {"pack.yaml": PACK, "facts.yaml": FACTS, "rules/rules.yaml": rules}
    pack = loaded_files({path: text.encode() for path, text in files.items()})
    given = {"left": [{"a": number} for number in range(6)], "right": []}
    assert said(pack, given, "reference", 5) == said(pack, given, "reference")


def test_just_as_many_as_there_may_be() -> None:
    pack = made("join")
    for engine in ENGINES:
        assert said(pack, facts(6), engine, 42).startswith("b'{")  # 36 pairs, and the claim of six
        assert "rule `z-claim` takes it past 41 firings" in said(pack, facts(6), engine, 41)
        assert "rule `join` takes it past 35 firings" in said(pack, facts(6), engine, 35)


@pytest.mark.parametrize("turned", [False, True])
def test_of_rules_that_rest_on_nothing_in_common_the_first_by_its_id_is_named(turned: bool) -> None:
    about = "says: A pair.\n    backing: judgement\n    author: T\n    " + RULES["join"]
    rules = [f"\n  - rule: {name}\n    {about}\n    then: [{{pair: {{a: $a, b: $b}}}}]\n" for name in "ba"]
    text = "rules:" + "".join(reversed(rules) if turned else rules) + CLAIM
    pack = loaded_files({"pack.yaml": PACK.encode(), "facts.yaml": FACTS.encode(), "rules/rules.yaml": text.encode()})
    for engine in ENGINES:
        assert "rule `a` takes it past 30 firings" in said(pack, facts(6), engine, 30)
        assert "rule `b` takes it past 40 firings" in said(pack, facts(6), engine, 40)


DOORS = ("join", "closure", "three", "skew", "early", "long")


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("kind", DOORS)
def test_every_door_has_the_same_outcomes(kind: str, unknown: bool) -> None:
    """The claim or the finding of each case, from code for one case, from columns and from parts of a batch."""
    pack = made(kind)
    given = [facts(size) for size in (0, 1, 3, 6)]
    if unknown:
        for case in given:
            for record in case["left"][::2]:
                del record["x"]
    table = pa.Table.from_pylist([{"case": str(number), **case} for number, case in enumerate(given)])
    for firings in (1, 4, 5, 11, 12, 17, 18, 35, 36, 42, 43, 72, 80, 120, 130, 400, 1000):
        expected = [claimed(pack, case, "reference", firings) for case in given]
        assert [claimed(pack, case, "", firings) for case in given] == expected, firings
        assert [claimed(pack, case, "", firings) for case in given] == expected, firings  # by code, if complete
        rows = pack.decide_table(table, firings=firings).to_pylist()
        assert [row["claim"] or row["error"] for row in rows] == expected, firings


def claimed(pack: Pack, given: dict[str, Any], engine: str, firings: int) -> str:
    try:
        return pack.decide(given, engine=engine, firings=firings).claimed
    except averment.Refused as refused:
        (found,) = refused.diagnostics
        return f"{found.code}: {found.message.removeprefix('case `case` has no outcome: ')}"


def test_a_batch_has_a_budget(tmp_path: Path) -> None:
    pack = made("join")
    given = tmp_path / "cases.jsonl"
    given.write_text("".join(json.dumps({"case": str(size), "facts": facts(size)}) + "\n" for size in (2, 6)))

    def order(firings: int, output: str, engine: str = "") -> Order:
        return Order(
            pack.program(), pack.model.types, str(given), tmp_path / output, Format.JSONL,
            firings=firings, engine=engine, jobs=1,
        )  # fmt: skip

    for engine in ("", *ENGINES):
        result = run(order(41, f"out{engine}.jsonl", engine))
        assert (result.summary.decided, result.summary.rejected) == (1, 1)
        assert result.rejects is not None
        assert "takes it past 41 firings" in result.rejects.read_text()
    assert run(order(42, "out.jsonl")).summary.decided == 2  # another order, so it is not taken as done
    assert run(order(42, "out.jsonl")).resumed == 2


def test_a_wide_join_of_many_cases_is_not_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20 cases with 900 pairs each there are as many at a time as may be held: halves of halves."""
    pack, given, held = made("join"), facts(30), []

    def deciding(compiled: Any, part: Any, alone: bool = False) -> Any:
        decided = decide_chunk(compiled, part, alone)
        held.append(part.rows)
        return decided

    monkeypatch.setattr(chunk, "MOST_PAIRS", 2**12)
    monkeypatch.setattr(kernel, "decide_chunk", deciding)
    table = pa.Table.from_pylist([{"case": str(number), **given} for number in range(20)])
    found = pack.decide_table(table).to_pylist()
    assert held == [5, 5, 5, 5]
    assert {row["claim"] for row in found} == {pack.decide(given, engine="reference").claim} == {"yes_"}


def test_code_for_complete_cases_leaves_large_ones_to_an_engine_that_counts() -> None:
    pack = made("join")
    kinds = [type(pack.decide(facts(size))).__name__ for size in (2, 2, 200)]
    assert kinds == ["Outcome", "QuickOutcome", "QuickOutcome"]
    assert type(pack.decide(facts(20), firings=1000)).__name__ == "Outcome"  # the first with this budget
    assert type(pack.decide(facts(20), firings=1000)).__name__ == "QuickOutcome"
    with pytest.raises(averment.Refused):
        pack.decide(facts(20), firings=399)
    with pytest.raises(averment.Refused):
        pack.decide(facts(20), firings=399)
