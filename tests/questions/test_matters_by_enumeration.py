"""What is told of cases with many records of a kind is what the plain definition says of small ones, by enumeration."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import averment
from averment.questions.matters import Weight, matters

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
