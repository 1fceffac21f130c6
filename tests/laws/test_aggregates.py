"""Every carrier of ``law.aggregates`` comes to the same, and that holds what each completion comes to: for all that up
to three facts may be. (The rows of a batch are held to the law in ``test_columnar.py``.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
import z3

from averment.backends.symbolic import planes, terms
from averment.core.aggregates import AGGREGATES
from averment.law.aggregates import Numbers, aggregated
from averment.law.truth import Interval, bounded, interval

FUNCTIONS = [name for name, each in AGGREGATES.items() if not each.parts]
VALUES = (-2, -2), (0, 1), (3, 3), (-1, 2)
Fact = tuple[int, int, int]
"""Its truth (0, 1 or 2), and the ends of its value."""
FACTS: list[Fact] = [(truth, *ends) for truth in range(3) for ends in VALUES]
SETS = [facts for many in range(4) for facts in product(FACTS, repeat=many)]


def _ends(function: str, low: int, high: int) -> tuple[int, int]:
    return (1, 1) if AGGREGATES[function].of_facts else (low, high)


def _law(function: str, facts: Sequence[Fact]) -> int | Interval:
    certain = [_ends(function, low, high) for truth, low, high in facts if truth == 2]
    maybe = [(*_ends(function, low, high), False) for truth, low, high in facts if truth == 1]
    return interval(*bounded(*aggregated(function, Numbers(certain, maybe))))


def _completions(function: str, facts: Sequence[Fact]) -> Iterator[int]:
    """What the aggregate is, each way that what is open may turn out."""
    may = [[None] if truth == 0 else [None, low, high] if truth == 1 else [low, high] for truth, low, high in facts]
    plain = {"count": len, "sum": sum, "min": min, "max": max}[function]
    for values in product(*may):
        met = [value for value in values if value is not None]
        if met or AGGREGATES[function].adds:
            yield plain(met)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_aggregate_holds_what_each_completion_comes_to(function: str) -> None:
    for facts in SETS:
        found = _law(function, facts)
        low, high = found if isinstance(found, Interval) else (found, found)
        for value in _completions(function, facts):
            assert (low is None or low <= value) and (high is None or value <= high), facts


@pytest.mark.parametrize("function", FUNCTIONS)
def test_planes_are_as_the_law(function: str) -> None:
    """All sets of three facts at once, a state for each."""
    threes = list(product(FACTS, repeat=3))
    every = (1 << len(threes)) - 1
    members: list[planes.Member] = []
    for place in range(3):
        true = sum(1 << state for state, facts in enumerate(threes) if facts[place][0] == 2)
        possible = sum(1 << state for state, facts in enumerate(threes) if facts[place][0])
        spans = [
            (*_ends(function, *ends), sum(1 << state for state, facts in enumerate(threes) if facts[place][1:] == ends))
            for ends in VALUES
        ]
        members.append(((true, possible), spans))
    found = planes.between(*aggregated(function, planes.Members(members, every)))
    for held, plane in found.items():
        for state in planes.states_of(plane):
            assert held == _law(function, threes[state]), threes[state]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_terms_are_as_the_law(function: str) -> None:
    model: Any = z3.Solver()
    model.check()
    model = model.model()
    for facts in SETS[:: 7 if len(SETS) > 1000 else 1]:
        if not any(truth for truth, _, _ in facts) and not AGGREGATES[function].adds:
            continue
        members: list[tuple[terms.Truths, Any, Any]] = []
        for truth, *ends in facts:
            low, high = map(z3.IntVal, _ends(function, *ends))
            members.append(((z3.BoolVal(truth == 2), z3.BoolVal(truth > 0)), low, high))
        found: list[int] = [model.eval(end).as_long() for end in aggregated(function, terms.Members(members))]
        assert interval(*found) == _law(function, facts), facts
