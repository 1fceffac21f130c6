"""What is told of cases with many records of a kind is what the plain definition says of small ones, by enumeration."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

import averment
from averment.backends.symbolic import blocks
from averment.questions.judging.judge import Judge
from averment.questions.judging.quickest import judge_of
from averment.questions.judging.situation import Situation
from averment.questions.matters import relevance
from averment.questions.matters.by_class import ByClass
from averment.questions.matters.matters import Weight, matters
from averment.questions.matters.pivots import Pivots

PACKS = Path(__file__).parents[2] / "benchmarks" / "packs"
Told = dict[str, Any]
"""By field, named as its path, the value it has."""
Claimed = Callable[[Mapping[str, Any]], str]


def least_sets(given: Told, values: Mapping[str, list[Any]], claimed: Claimed) -> list[frozenset[str]]:
    """The least sets of fields of which some change turns the claim, by trying every change of all fields."""
    before, names = claimed(given), list(given)
    turning: set[int] = set()
    for chosen in product(*([given[name], *(each for each in values[name] if each != given[name])] for name in names)):
        changed = sum(1 << place for place, name in enumerate(names) if chosen[place] != given[name])
        if changed not in turning and claimed(dict(zip(names, chosen, strict=True))) != before:
            turning.add(changed)
    least = [mask for mask in turning if not any(less != mask and less & mask == less for less in turning)]
    return [frozenset(name for place, name in enumerate(names) if mask >> place & 1) for mask in least]


def weights_by_enumeration(given: Told, values: Mapping[str, list[Any]], claimed: Claimed) -> dict[str, Weight]:
    """How each field bears on the claim, as ``matters`` defines it."""
    sets = least_sets(given, values, claimed)
    relevant = frozenset[str]().union(*sets)
    return {
        name: Weight.DECISIVE if {name} in sets else Weight.PART if name in relevant else Weight.IRRELEVANT
        for name in given
    }


# --- parts that rest on each other ------------------------------------------------------------------------------------


def crossings(rng: random.Random) -> tuple[dict[str, Any], int, Told, dict[str, list[Any]], Claimed]:
    """A small case of ``packs/crossings`` with its parameter, what it gives, what fields may hold, and its rules."""
    parts = [f"p{number}" for number in range(rng.choice((2, 3)))]
    teams = ["t0", "t1"]
    links = rng.sample([*product(parts, parts)], rng.randint(1, 2 if len(parts) > 2 else 3))
    owners, states = [*teams, *(f"new {part}" for part in parts)], ["new", "kept", "gone"]
    given: Told = {"site.strict": rng.random() < 0.5}
    values: dict[str, list[Any]] = {"site.strict": [False, True]}
    for team in teams:
        given[f'team["{team}"].remote'], values[f'team["{team}"].remote'] = rng.random() < 0.2, [False, True]
    for part in parts:
        given[f'part["{part}"].owner'], values[f'part["{part}"].owner'] = rng.choice(teams), owners
        given[f'part["{part}"].state'], values[f'part["{part}"].state'] = rng.choice(states), states
    paths = {link: 'link["{}","{}"].weight'.format(*link) for link in links}
    for path in paths.values():
        given[path], values[path] = rng.choice(["light", "heavy"]), ["light", "heavy"]
    many = rng.randint(1, len(links) + 1)

    def claimed(told: Mapping[str, Any]) -> str:
        found: set[str] = set()
        crossing = 0
        for (one, other), path in paths.items():
            owner = told[f'part["{other}"].owner']
            if told[f'part["{one}"].state'] != "gone" and told[f'part["{one}"].owner'] != owner:
                crossing += 1
                remote = told.get(f'team["{owner}"].remote', False)
                if remote and told[path] == "heavy" and told["site.strict"]:
                    found.add("ask")
        if crossing >= many:
            found.add("ask")
        elif not told["site.strict"]:
            found.add("do")
        return "conflict" if len(found) > 1 else next(iter(found), "gap")

    facts = {
        "site": {"strict": given["site.strict"]},
        "team": [{"name": team, "remote": given[f'team["{team}"].remote']} for team in teams],
        "part": [
            {"name": part, "owner": given[f'part["{part}"].owner'], "state": given[f'part["{part}"].state']}
            for part in parts
        ],
        "link": [{"of": one, "on": other, "weight": given[path]} for (one, other), path in paths.items()],
        "note": [],
    }
    return facts, many, given, values, claimed


@pytest.mark.parametrize("seed", range(40))
def test_what_matters_among_parts_is_what_enumeration_says(seed: int) -> None:
    facts, many, given, values, claimed = crossings(random.Random(seed))
    pack = averment.load(PACKS / "crossings")
    outcome = pack.decide(facts, {"many": many}, engine="reference")
    assert outcome.claim == claimed(given)
    expected = weights_by_enumeration(given, values, claimed)
    found = {part.path: part.weight for part in matters(outcome, seconds=60).parts}
    assert {name: found[name] for name in given} == expected


# --- records of which nothing tells one from another ------------------------------------------------------------------

FACTS = """
facts:
  site: {cardinality: one, fields: {open: {type: boolean}}}
  crate:
    cardinality: many
    key: id
    fields:
      id: {type: text}
      wet: {type: boolean}
      kind: {type: choice, of: [box, bag]}
      weight: {type: integer, min: 0, max: 1}
  sign:
    derived: true
    fields:
      of: {type: integer, min: 0, max: 9}
      for: {type: choice, of: [cart, lorry]}
      weight: {type: integer, min: 0, max: 9}
  order: {derived: true, fields: {by: {type: choice, of: [cart, lorry]}}}
"""
PACK = """
pack: yard
version: 1.0.0
title: What carries the crates of a yard
claim: {fact: order, field: by}
"""


def a_pack(rng: random.Random, folder: Path) -> averment.Pack:
    """A pack of signs that count, sum, look for and look in vain for crates, and speak for one claim or the other."""

    def cells() -> dict[str, object]:
        some: dict[str, object] = {
            "wet": rng.random() < 0.5,
            "kind": rng.choice(["box", "bag"]),
            "weight": rng.choice(["> 0", "0"]),
        }
        return {name: some[name] for name in rng.sample([*some], rng.randint(1, 2))}

    def conditions(place: int) -> list[object]:
        amount = rng.randint(1, 3)
        test = {"test": f"$n{place} {rng.choice(['>=', '<', '=', '!='])} {amount}"}
        match rng.randrange(5):
            case 0 | 1:
                return [{"count": {"of": {"crate": cells()}, "as": f"$n{place}"}}, test]
            case 2:
                return [{"sum": {"of": {"crate": cells()}, "field": "weight", "as": f"$n{place}"}}, test]
            case 3:
                return [{"crate": cells()}]
            case _:
                return [{"not": {"crate": cells()}}]

    rules: list[dict[str, object]] = []
    for number in range(rng.randint(2, 5)):
        when = [each for place in range(rng.randint(1, 2)) for each in conditions(place)]
        if rng.random() < 0.3:
            when.append({"site": {"open": rng.random() < 0.5}})
        sign = {"of": number, "for": rng.choice(["cart", "lorry"]), "weight": rng.randint(1, 2)}
        rules.append({"rule": f"sign-{number}", "says": "So it is.", "when": when, "then": [{"sign": sign}]})
    for word, operator in (("cart", ">"), ("lorry", "<")):
        sums = [
            {"sum": {"of": {"sign": {"for": each}}, "field": "weight", "as": f"${each}"}} for each in ("cart", "lorry")
        ]
        when = [*sums, {"test": f"$cart {operator} $lorry"}]
        rules.append({"rule": word, "says": "So it goes.", "when": when, "then": [{"order": {"by": word}}]})
    folder.mkdir()
    (folder / "rules").mkdir()
    (folder / "facts.yaml").write_text(FACTS)
    (folder / "pack.yaml").write_text(PACK)
    for rule in rules:
        rule["backing"] = "judgement"
    (folder / "rules" / "all.yaml").write_text(yaml.safe_dump({"author": "nobody", "rules": rules}, sort_keys=False))
    return averment.load(folder)


def test_what_is_found_by_class_is_what_enumeration_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "FEW", 0)
    monkeypatch.setattr(blocks, "MOST_INSIDE", 2)
    monkeypatch.setattr(Pivots, "of_a_kind", lambda _: iter(()))
    for name in ("by_chance", "by_solver", "set_by_set"):
        monkeypatch.setattr(relevance._Search, name, lambda _: None)  # pyright: ignore[reportPrivateUsage]
    tally: Counter[object] = Counter()
    decide = ByClass.decide

    def decided(classes: ByClass, place: tuple[int, int]) -> bool:
        found = decide(classes, place)
        tally["by class", found] += 1
        tally["merged"] += dict(classes.fields())[place][1:] != []
        return found

    monkeypatch.setattr(ByClass, "decide", decided)
    for seed in range(12):
        rng = random.Random(seed)
        pack = a_pack(rng, tmp_path / f"{seed}")
        site = {"open": rng.random() < 0.5}
        kinds = [
            {"wet": rng.random() < 0.5, "kind": rng.choice(["box", "bag"]), "weight": rng.randint(0, 1)}
            for _ in range(2)
        ]
        crates = [{"id": f"c{number}", **rng.choice(kinds)} for number in range(4)]
        outcome = pack.decide({"site": site, "crate": crates}, engine="reference")
        judge = judge_of(Situation(outcome.evaluation.program, outcome.case))
        slots = [judge.situation.slots[number] for number in judge.given()]
        given: Told = {slot.path: slot.value for slot in slots}
        values = {slot.path: list(judge.candidates[judge.situation.numbers[slot.path]] or ()) for slot in slots}

        def claimed(told: Mapping[str, Any], judge: Judge = judge) -> str:
            numbers = judge.situation.numbers
            return judge.verdict({numbers[path]: value for path, value in told.items()}).claim

        expected = weights_by_enumeration(given, values, claimed)
        for part in matters(outcome, seconds=60).parts:
            weight = expected.get(part.path, Weight.IRRELEVANT)
            tally[part.weight] += 1
            assert part.weight in (weight, Weight.UNDETERMINED), (seed, part.path, weight)
    assert tally["by class", True] > 20 and tally["by class", False] > 5 and tally["merged"] > 5
    assert tally[Weight.UNDETERMINED] < tally[Weight.PART] / 10
