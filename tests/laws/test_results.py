"""Results are told soundly: settled ones hold in every completion of what is unknown, and what an open one may still be
leaves out no value that a completion gives it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import product
from typing import Any

import jsonschema
import pytest
import yaml
from tests.laws.generate import random_case, random_pack
from tests.laws.presumed import compiled
from tests.laws.test_meaning import SEEDS, completed, decided, made

import averment_schemas
from averment import Pack
from averment.outcome.claim import Status
from averment.outcome.explained import explain
from averment.outcome.result import ResultOutcome
from averment.outcome.results import Possible
from averment.render.explanation import explanation_document
from averment.warrant.recheck import recheck


def allowed(before: ResultOutcome, after: ResultOutcome) -> bool:
    """Whether what was told of a result allows what a completion made of it."""
    if before.settled:
        return (after.status, after.value) == (before.status, before.value)
    possible = before.possible
    assert possible is not None
    match after.status:
        case Status.GAP:
            return possible.gap
        case Status.CONFLICT:
            return possible.conflict
        case Status.OPEN | Status.PRESUMED:
            raise AssertionError("a completion leaves nothing open")
        case Status.SETTLED:
            sure = {*possible.certainly}
            more = [value for value in after.reading.values if value not in sure]
            return sure <= {*after.reading.values} and all(within(value, possible) for value in more)


def within(value: Any, possible: Possible) -> bool:
    if possible.values is not None:
        return value in possible.values
    if not isinstance(value, int):
        return True
    return (possible.low is None or possible.low <= value) and (possible.high is None or value <= possible.high)


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_a_completion_gives_a_result_what_was_told_possible(seed: int) -> None:
    files, rng = random_pack(seed), random.Random(seed)
    pack, _ = made(seed)
    for _ in range(4):
        facts = random_case(files, rng, 0.6)["facts"]
        outcome = decided(pack, facts)
        for _ in range(12 if outcome and outcome.results else 0):
            whole = decided(pack, completed(files, facts, rng, None))
            for name, result in outcome.results.items() if outcome and whole else ():
                assert whole
                assert allowed(result, whole.results[name]), (facts, name)


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_an_open_result_is_settled_by_what_it_hangs_on(seed: int) -> None:
    files, rng = random_pack(seed), random.Random(seed)
    pack, _ = made(seed)
    for _ in range(4):
        facts = random_case(files, rng, 0.6)["facts"]
        outcome = decided(pack, facts)
        for name, result in outcome.results.items() if outcome else ():
            if not result.settled:
                assert result.hangs_on
                answered = decided(pack, completed(files, facts, rng, set(result.hangs_on)))
                assert answered is None or answered.results[name].settled


def test_the_results_of_these_laws_come_to_every_status() -> None:
    met: Counter[str] = Counter()
    for seed in SEEDS:
        files, rng = random_pack(seed), random.Random(seed)
        outcome = decided(made(seed)[0], random_case(files, rng, 0.6)["facts"])
        met.update(result.status.value for result in outcome.results.values()) if outcome else None
    assert min(met[status] for status in ("settled", "open", "gap", "conflict")) >= 3, met


SMALL = """
facts:
  one:
    cardinality: one
    fields: {a: {type: integer, min: 0, max: 2}, b: {type: boolean}, c: {type: choice, of: [u, v]}}
  item:
    cardinality: many
    key: id
    fields: {id: {type: text}, n: {type: integer, min: 0, max: 2}, c: {type: choice, of: [u, v]}}
  total: {derived: true, fields: {n: {type: integer, min: 0, max: 5}}}
  each: {derived: true, fields: {n: {type: integer, min: 0, max: 9}, c: {type: choice, of: [u, v]}}}
  copy: {derived: true, fields: {n: {type: integer}}}
  same: {derived: true, fields: {n: {type: integer}}}
  flag: {derived: true, fields: {b: {type: boolean}}}
  verdict: {derived: true, fields: {role: {type: choice, of: [yes_, no_]}}}
rules:
  - {rule: total, when: [{sum: {of: item, field: n, as: $n}}, {one: {a: $a}}], then: [{total: {n: $n + $a}}]}
  - {rule: twice, when: [{one: {b: true}}, {max: {of: item, field: n, as: $n}}], then: [{total: {n: $n}}]}
  - {rule: each, when: [{item: {n: $n, c: $c}}, {one: {a: ">= 1"}}], then: [{each: {n: $n, c: $c}}]}
  - {rule: copy, when: [{each: {n: $n, c: v}}], then: [{copy: {n: $n}}]}
  - {rule: same, when: [{one: {a: $a}}, {item: {n: $a, id: '"x"'}}], then: [{same: {n: $a}}]}
  - {rule: flag, when: [{one: {b: $b, c: u}}], then: [{flag: {b: $b}}]}
results:
  total: {fact: total, field: n}
  each: {fact: each, field: n}
  all: {fact: each, field: n, many: true}
  kind: {fact: each, field: c}
  kinds: {fact: each, field: c, many: true}
  copy: {fact: copy, field: n}
  same: {fact: same, field: n}
  flag: {fact: flag, field: b}
"""


NAMES = ("a", "b", "c", "n", "c", "n", "c")


def facts(values: tuple[Any, ...]) -> dict[str, Any]:
    """A case of one record and two items, in which the fields of ``NAMES`` have these values, or none."""
    told = [(name, value) for name, value in zip(NAMES, values, strict=True)]
    one, x, y = ({n: v for n, v in part if v is not None} for part in (told[:3], told[3:5], told[5:]))
    return {"one": one, "item": [{"id": "x", **x}, {"id": "y", **y}]}


def small_pack() -> Pack:
    small = yaml.safe_load(SMALL)
    manifest = {"pack": "small", "version": "1.0.0", "title": "Small", "results": small["results"]}
    rules = [{"backing": "judgement", **rule} for rule in small["rules"]]
    files = {
        "pack.yaml": yaml.safe_dump(manifest).encode(),
        "facts.yaml": yaml.safe_dump({"facts": small["facts"]}).encode(),
        "rules/all.yaml": yaml.safe_dump({"author": "Tests", "rules": rules}).encode(),
    }
    return compiled(files)


def test_every_completion_of_small_cases_gives_what_was_told_possible() -> None:
    """All cases of one record and two items over small fields, and all completions of each."""
    pack = small_pack()
    spans: dict[str, tuple[Any, ...]] = {"a": (0, 2), "b": (False, True), "c": ("u", "v"), "n": (0, 2)}
    outcomes: dict[tuple[Any, ...], Any] = {}

    met: Counter[str] = Counter()
    for values in product(*((None, *spans[name]) for name in NAMES)):
        outcomes[values] = decided(pack, facts(values))
    for values, outcome in outcomes.items():
        if outcome is None or None not in values:
            continue
        free = [spans[name] if value is None else (value,) for name, value in zip(NAMES, values, strict=True)]
        for whole in product(*free):
            for name, result in outcome.results.items() if outcomes[whole] else ():
                met[f"{name} {result.status.value}"] += 1
                assert allowed(result, outcomes[whole].results[name]), (values, whole, name)
    assert len(met) > 10, met


@pytest.mark.parametrize("asked", ["total >= 2", "kind", "kind = v", "flag", "all = 2", "all >= 1", "same = not(0)"])
def test_what_is_asked_of_a_result_is_what_the_result_says(asked: str) -> None:
    """Whether a test is met, or which value there is, is settled where the result says so and never otherwise told."""
    pack = small_pack()
    about, name = pack.asking(asked), asked.split()[0]
    met: Counter[str] = Counter()
    for values in product((None, 0, 2), (None, True), (None, "u", "v"), (None, 0, 2), (None, "u", "v")):
        case = facts((*values, 1, "u"))
        outcome, answer = decided(pack, case), decided(about, case)
        assert (outcome is None) == (answer is None)
        if outcome is None or answer is None:
            continue
        result = outcome.results[name]
        met[answer.status.value] += 1
        if result.settled and result.value is not None and "= " not in asked:
            assert answer.claimed == {True: "yes", False: "no"}.get(result.value, result.value)
        if result.settled and isinstance(result.value, int) and asked == "total >= 2":
            assert answer.claimed == ("yes" if result.value >= 2 else "no")
        if result.settled and asked == "all = 2":
            held: Any = result.value
            assert answer.claimed == ("yes" if 2 in held else "no")
        assert answer.settled or not result.settled
    assert met["settled"] > 1 and met["open"] > 1, met


def test_documents_and_pages_tell_of_results_with_and_without_a_claim() -> None:
    """Each form of an answer is made, and is valid, whatever the results are."""
    for seed in SEEDS[:24]:
        files = random_pack(seed)
        manifest = json.loads(files["pack.yaml"])
        if "results" not in manifest:
            continue
        if seed % 4:
            files["pack.yaml"] = json.dumps({key: manifest[key] for key in manifest if key != "claim"}).encode()
        pack, rng = compiled(files), random.Random(seed)
        for given in (1, 0.6):
            outcome = decided(pack, random_case(files, rng, given)["facts"])
            if outcome is None:
                continue
            validate("outcome", json.loads(outcome.canonical))
            validate("explanation", explanation_document(explain(outcome), pack.model))
            assert outcome.svg() and outcome.html() and outcome.explain() and outcome.explain(full=True)
            model = outcome.evaluation.memory
            assert list(recheck(outcome.evaluation.program, outcome.warrant, model)) == []
            warrant = json.loads(json.dumps(outcome.warrant))
            dropped = next((name for name, paths in warrant["results"].items() if paths), None)
            if dropped:
                warrant["results"][dropped] = []
                assert list(recheck(outcome.evaluation.program, warrant, model))


def validate(schema: str, document: Any) -> None:
    jsonschema.Draft202012Validator(averment_schemas.load(schema)).validate(document)
