"""Results are told soundly: settled ones hold in every completion of what is unknown, and what an open one may still be
leaves out no value that a completion gives it.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import product
from typing import Any

import pytest
import yaml
from tests.laws.generate import random_case, random_pack
from tests.laws.presumed import compiled
from tests.laws.test_meaning import SEEDS, completed, decided, made

from averment.outcome.claim import Status
from averment.outcome.result import ResultOutcome
from averment.outcome.results import Possible


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


def test_every_completion_of_small_cases_gives_what_was_told_possible() -> None:
    """All cases of one record and two items over small fields, and all completions of each."""
    small = yaml.safe_load(SMALL)
    manifest = {"pack": "small", "version": "1.0.0", "title": "Small", "results": small["results"]}
    rules = [{"backing": "judgement", **rule} for rule in small["rules"]]
    files = {
        "pack.yaml": yaml.safe_dump(manifest).encode(),
        "facts.yaml": yaml.safe_dump({"facts": small["facts"]}).encode(),
        "rules/all.yaml": yaml.safe_dump({"author": "Tests", "rules": rules}).encode(),
    }
    pack = compiled(files)
    spans: dict[str, tuple[Any, ...]] = {"a": (0, 2), "b": (False, True), "c": ("u", "v"), "n": (0, 2)}
    names = ("a", "b", "c", "n", "c", "n", "c")
    outcomes: dict[tuple[Any, ...], Any] = {}

    def facts(values: tuple[Any, ...]) -> dict[str, Any]:
        told = [(name, value) for name, value in zip(names, values, strict=True)]
        one, x, y = ({n: v for n, v in part if v is not None} for part in (told[:3], told[3:5], told[5:]))
        return {"one": one, "item": [{"id": "x", **x}, {"id": "y", **y}]}

    met: Counter[str] = Counter()
    for values in product(*((None, *spans[name]) for name in names)):
        outcomes[values] = decided(pack, facts(values))
    for values, outcome in outcomes.items():
        if outcome is None or None not in values:
            continue
        free = [spans[name] if value is None else (value,) for name, value in zip(names, values, strict=True)]
        for whole in product(*free):
            for name, result in outcome.results.items() if outcomes[whole] else ():
                met[f"{name} {result.status.value}"] += 1
                assert allowed(result, outcomes[whole].results[name]), (values, whole, name)
    assert len(met) > 10, met
