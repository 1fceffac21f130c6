"""Facts that rest on facts of their own type: the same from every backend, and in work as many as the rules are."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from tests.counting import calls

from averment.backends import reference
from averment.backends.columnar import Kernel
from averment.core.program import Among, FactType, Field, Head, Kind, Literal, Match, Program, Ranges, Rule

GIVEN = FactType("given", (Field("size", Kind.INTEGER, minimum=0, maximum=9),), one=True)
Links = list[tuple[int, int]]


def _program(kit: Any, facts: int, links: Links) -> Program:
    """The first fact is given, each link leads from one to another if the size is enough, and the last is the claim."""
    names = tuple(f"t{number}" for number in range(facts))
    trait = FactType("trait", (Field("name", Kind.CHOICE, names),), derived=True)

    def has(number: int) -> Match:
        return Match("trait", ((0, Among(frozenset([names[number]]), False)),))

    def size(least: int) -> Match:
        return Match("given", ((0, Ranges(((least, None),))),))

    rules = [Rule("start", 0, (size(0),), (), (Head("trait", (Literal("t0"),)),))]
    for number, (one, other) in enumerate(links):
        matches = (has(one), size(number % 4))
        rules.append(Rule(f"r{number}", 0, matches, (), (Head("trait", (Literal(names[other]),)),)))
    claim = Rule("claim", 0, (has(facts - 1),), (), (Head("claim", (Literal("red"),)),))
    program: Program = kit.program([GIVEN, trait], rules, [claim])
    return program


def _cases(kit: Any) -> list[Any]:
    return [kit.case(("given", size), mentioned=("given",)) for size in (None, 0, 1, 2, 3, 9)]


def _backwards(facts: int) -> Links:
    """A chain whose last link comes first."""
    return [(number, number + 1) for number in reversed(range(facts - 1))]


@pytest.mark.parametrize("seed", range(20))
def test_any_links_give_what_the_law_says(seed: int, kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    links = [(chance.randrange(30), chance.randrange(30)) for _ in range(45)] + _backwards(30)[:: chance.choice([1, 2])]
    chance.shuffle(links)
    program, cases = _program(kit, 30, links), _cases(kit)
    monkeypatch.setattr("averment.law.saturation._FEW", -1)  # every rule is looked at in every round
    plain = [kit.referee(program, case) for case in cases]
    monkeypatch.setattr("averment.law.saturation._FEW", 1)
    assert [kit.referee(program, case) for case in cases] == plain
    assert kit.columnar(program, cases) == (plain, 0)


def test_four_times_the_links_are_four_times_the_work(kit: Any) -> None:
    few, many = (_program(kit, facts, _backwards(facts)) for facts in (100, 400))
    case = _cases(kit)[-1]
    table = kit.table(few, _cases(kit))
    for work in (
        lambda program: lambda: reference.evaluate(program, case),
        lambda program: lambda: Kernel(program),
        lambda program: _deciding(Kernel(program), table),
    ):
        assert calls(work(many)) < 4.6 * calls(work(few))


def _deciding(kernel: Kernel, table: Any) -> Callable[[], object]:
    def nobody(case: object) -> Any:
        raise AssertionError(case)

    return lambda: kernel.decide(table, nobody)
