"""Quotients are exact: what a comparison or a rounding of drawn expressions comes to is what Python's fractions say.

``python -m tests.laws.test_quotients 1000000`` draws so many pairs of an expression and the numbers in it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

import pytest
from tests.draws import parts

from averment.core.program import Compare, Head
from averment.diagnostics.diagnostic import Report
from averment.law.expressions import compare, evaluate
from averment.law.truth import TRUE, CaseError, Interval
from averment.pack import compile_files
from averment.surface.pack_files import read_pack_files

HEAD = b"pack: p\nversion: 1.0.0\ntitle: t\nclaim: {fact: hit, field: role}\n"
FACTS = b"""facts:
  given: {cardinality: one, fields: {a: {type: integer}, b: {type: integer, min: 1}, c: {type: decimal, places: 2}}}
  got: {derived: true, fields: {n: {type: decimal, places: 1}}}
  hit: {derived: true, fields: {role: {type: choice, of: ["yes"]}}}
"""
PLACES = {"a": 0, "b": 0, "c": 2}
RULES = 40
CASES = 25  # of each rule


class Drawn(NamedTuple):
    """An expression as a rule has it, and as Python's fractions do."""

    text: str
    exact: Callable[[dict[str, Fraction]], Fraction]


def _drawn(rng: random.Random, depth: int) -> Drawn:
    chance = rng.random()
    if depth == 0 or chance < 0.2:
        if rng.random() < 0.6:
            name = rng.choice("abc")
            return Drawn(f"${name}", lambda values: values[name])
        number = rng.choice(("0.5", "2", "3", "-7", "10", "0.25", "1"))
        return Drawn(number, lambda _: Fraction(number))
    one, other = _drawn(rng, depth - 1), _drawn(rng, depth - 1)
    if chance < 0.35:
        return Drawn(f"abs({one.text})", lambda values: abs(one.exact(values)))
    if chance < 0.5:
        name, choose = rng.choice((("min", min), ("max", max)))
        return Drawn(f"{name}({one.text}, {other.text})", lambda values: choose(one.exact(values), other.exact(values)))
    sign = rng.choice("+-*//")
    return Drawn(f"({one.text}) {sign} ({other.text})", lambda values: _calculated(sign, one, other, values))


def _calculated(sign: str, one: Drawn, other: Drawn, values: dict[str, Fraction]) -> Fraction:
    left, right = one.exact(values), other.exact(values)
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[sign](right)


def _rounded(rounding: str, number: Fraction) -> Fraction:
    """To one place, in the words of the definition."""
    scaled = number * 10
    down, rest = floor(scaled), scaled - floor(scaled)
    half = Fraction(1, 2)
    up = {
        "floor": False,
        "ceiling": rest > 0,
        "half_up": rest > half or (rest == half and scaled > 0),
        "half_even": rest > half or (rest == half and down % 2 == 1),
    }[rounding]
    return Fraction(down + up, 10)


def _rules(rng: random.Random) -> list[tuple[Drawn, str, Drawn, str, dict[str, Any]]]:
    found: list[tuple[Drawn, str, Drawn, str, dict[str, Any]]] = []
    while len(found) < RULES:
        one, other = _drawn(rng, 3), _drawn(rng, 2)
        operator, rounding = (
            rng.choice(("<", "<=", ">", ">=", "=", "!=")),
            rng.choice(("floor", "ceiling", "half_up", "half_even")),
        )
        when = [{"given": {name: f"${name}" for name in PLACES}}, {"test": f"{one.text} {operator} {other.text}"}]
        then = [{"got": {"n": f"round {rounding} {one.text}"}}]
        rule = {"rule": f"r{len(found)}", "backing": "judgement", "when": when, "then": then}
        if _program([rule]) is not None:  # not all are: one may divide by zero whatever the case
            found.append((one, operator, other, rounding, rule))
    return found


def _program(rules: list[dict[str, Any]]) -> Any:
    import yaml

    report = Report()
    text = yaml.safe_dump({"author": "a", "rules": rules}, sort_keys=False).encode()
    pack = compile_files(
        read_pack_files({"pack.yaml": HEAD, "facts.yaml": FACTS, "rules/r.yaml": text}, report), "p", report
    )
    return pack.program() if pack else None


def _held(compare_: bool, guard: Compare, head: Head, bindings: dict[str, Any]) -> Any:
    try:
        if compare_:
            return compare(guard.operator, evaluate(guard.left, bindings), evaluate(guard.right, bindings)) is TRUE
        value = evaluate(head.values[0], bindings)
        assert isinstance(value, int) and not isinstance(value, Interval)
        return Fraction(value, 10)
    except CaseError as error:
        return error.code


def differences(seed: int) -> tuple[int, list[str]]:
    """How many pairs of an expression and numbers were lawful, and those that differ."""
    rng = random.Random(seed)
    told, lawful = list[str](), 0
    rules = _rules(rng)
    program = _program([rule for *_, rule in rules])
    compiled = {rule.id: rule for rule in program.rules}
    tests = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "=": "__eq__", "!=": "__ne__"}
    for one, operator, other, rounding, rule in rules:
        made = compiled[rule["rule"]]
        guard, head = made.guards[0], made.heads[0]
        assert isinstance(guard, Compare)
        for _ in range(CASES):
            wide = 10 ** rng.randint(1, 4)
            held = {"a": rng.randint(-wide, wide), "b": rng.randint(1, wide), "c": rng.randint(-wide, wide)}
            exact = {name: Fraction(value, 10 ** PLACES[name]) for name, value in held.items()}
            for compared in (True, False):
                try:
                    left = one.exact(exact)
                    wanted: Any = (
                        getattr(left, tests[operator])(other.exact(exact)) if compared else _rounded(rounding, left)
                    )
                except ZeroDivisionError:
                    wanted = "AV504"
                found = _held(compared, guard, head, dict(held))
                if found == "AV501":  # beyond 64 bits on the way
                    continue
                lawful += wanted != "AV504"
                if found != wanted:
                    told.append(f"{rule['when'][1]['test']}, {rounding}, {held}: {found} instead of {wanted}")
    return lawful, told


@pytest.mark.parametrize("part", parts(20, quick=2))
def test_quotients_come_to_what_fractions_do(part: int) -> None:
    lawful, told = differences(part)
    assert told == []
    assert lawful > RULES * CASES


def test_a_rounding_of_this_file_is_that_of_decimals() -> None:
    for rounding in ("floor", "ceiling", "half_up", "half_even"):
        for number in range(-60, 61):
            wanted = Decimal(number).scaleb(-2).quantize(Decimal("0.1"), rounding=f"ROUND_{rounding.upper()}")
            assert _rounded(rounding, Fraction(number, 100)) == Fraction(wanted)


if __name__ == "__main__":
    drawn, seed, wrong = 0, 10_000, list[str]()
    while drawn < int(sys.argv[1]):
        many, differing = differences(seed)
        drawn, seed, wrong = drawn + many, seed + 1, wrong + differing
    print(f"{drawn:,} lawful pairs, {len(wrong)} differ", *wrong[:10], sep="\n")
