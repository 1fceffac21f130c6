"""From rules as written to the normal form that every backend runs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from averment.core.program import (
    Absent,
    Aggregate,
    Arithmetic,
    Compare,
    Field,
    Kind,
    Known,
    Literal,
    Match,
    Rule,
    Size,
    Variable,
    text_of,
)
from averment.core.written import FieldComparison
from averment.diagnostics.diagnostic import Report
from averment.ir.lower import lower


def _rules(when: str, then: str = "- weight: {points: 1}") -> dict[str, str]:
    inner = textwrap.indent(textwrap.dedent(when).strip(), " " * 6)
    text = (
        f"author: Me\nrules:\n  - rule: example\n    backing: judgement\n    when:\n{inner}\n    then:\n      {then}\n"
    )
    return {"rules/example.yaml": text}


def _rule(sample: Callable[..., Any], when: str, then: str = "- weight: {points: 1}") -> Rule:
    compiled = sample(_rules(when, then))
    assert compiled.codes == []
    rule = compiled.rule("example")
    assert isinstance(rule, Rule)
    return rule


_COMPARES: list[tuple[str, Any, Any]] = [
    ("$p >= large_team", Variable("p"), Literal(2000)),
    ("$p * 2 >= factor", Arithmetic("*", Variable("p"), Literal(2)), Literal(150)),
    ("$p + 1.5 < 20", Arithmetic("+", Variable("p"), Literal(150)), Literal(2000)),
    ("$p + 0.125 < $n", Arithmetic("+", Arithmetic("*", Variable("p"), Literal(10)), Literal(125)),
     Arithmetic("*", Variable("n"), Literal(1000))),
    ("$p - $n > 0", Arithmetic("-", Variable("p"), Arithmetic("*", Variable("n"), Literal(100))), Literal(0)),
    ("$p * factor > 1", Arithmetic("*", Variable("p"), Literal(15)), Literal(1000)),
    ("count($t) > 1 + 1", Size("t"), Literal(2)),
    ("$c >= medium", Variable("c"), Literal(1)),
    ("high > $c", Literal(2), Variable("c")),
    ("$c = bar", Variable("c"), Literal(1)),
    ("$d < 2024-01-31", Variable("d"), Literal(738_916)),
    ("$n < $p", Arithmetic("*", Variable("n"), Literal(100)), Variable("p")),
]  # fmt: skip


@pytest.mark.parametrize(("test", "left", "right"), _COMPARES, ids=[test for test, _, _ in _COMPARES])
def test_both_sides_of_a_comparison_have_one_scale(
    test: str, left: Any, right: Any, sample: Callable[..., Any]
) -> None:
    when = f"""
        - product: {{price: $p, technologies: $t, complexity: $c, released: $d}}
        - engineering: {{team_size: $n}}
        - test: {test}
    """
    (guard,) = _rule(sample, when).guards
    assert isinstance(guard, Compare)
    assert (guard.left, guard.right, text_of(guard)) == (left, right, test)


_HEADS: list[tuple[str, Any]] = [
    ("0.125", Literal(125)),
    ("2", Literal(2000)),
    ("$p", Arithmetic("*", Variable("p"), Literal(10))),
    ("$n", Arithmetic("*", Variable("n"), Literal(1000))),
    ("$p * factor", Arithmetic("*", Variable("p"), Literal(15))),
    ("factor", Literal(1500)),
    ("large_team - 1", Literal(19_000)),
]


@pytest.mark.parametrize(("written", "expected"), _HEADS, ids=[written for written, _ in _HEADS])
def test_a_derived_value_has_the_scale_of_its_field(written: str, expected: Any, sample: Callable[..., Any]) -> None:
    when = "- product: {price: $p}\n- engineering: {team_size: $n}"
    (head,) = _rule(sample, when, f"- used: {{technologies: [web, api], price: {written}}}").heads
    assert head.type == "used"
    assert head.values == (expected, Literal(frozenset(("web", "api"))))  # price, technologies


def test_matches_come_first_and_guards_see_their_variables(sample: Callable[..., Any]) -> None:
    rule = _rule(
        sample,
        """
        - test: $n > $m
        - not: {dependency: {from: $c, to: $anyone}}
        - count: {of: {team: {size: $m}}, as: $n}
        - known: product.price
        - component: {name: $c}
        - count: {of: dependency, as: $m}
        - product: {complexity: high}
        """,
    )
    assert [match.type for match in rule.matches] == ["component", "product"]
    assert [type(guard) for guard in rule.guards] == [Aggregate, Aggregate, Compare, Absent, Known]
    assert [guard.variable for guard in rule.guards if isinstance(guard, Aggregate)] == ["m", "n"]
    assert [shown.variable for shown in rule.shown] == ["anyone", "c", "m", "n"]


def test_a_comparison_in_a_cell_is_a_variable_of_its_own(sample: Callable[..., Any]) -> None:
    rule = _rule(sample, '- engineering: {team_size: $n}\n- product: {price: "not(>= $n)"}')
    assert replace(rule.matches[1], origin=None) == Match("product", (), ((1, "_1"),))
    assert text_of(rule.matches[1]) == 'product: {price: "not(>= $n)"}'
    cents = Field("", Kind.DECIMAL, places=2)
    origin = FieldComparison("product", "price", "<", "n")
    assert rule.guards == (Compare("<", Variable("_1"), Arithmetic("*", Variable("n"), Literal(100)), origin, cents),)
    assert text_of(rule.guards[0]) == "product.price < $n"
    assert {shown.variable: shown.field.name for shown in rule.shown} == {"_1": "price", "n": "team_size"}


def test_an_aggregate_of_a_bound_variable_is_compared(sample: Callable[..., Any]) -> None:
    rule = _rule(sample, "- count: {of: component, as: $n}\n- engineering: {team_size: $n}")
    aggregate, compare = rule.guards
    assert isinstance(aggregate, Aggregate)
    assert (aggregate.function, aggregate.field, aggregate.variable) == ("count", None, "_1")
    assert isinstance(compare, Compare)
    assert (compare.operator, compare.left, compare.right) == ("=", Variable("n"), Variable("_1"))


def test_two_aggregates_of_one_variable_are_compared(sample: Callable[..., Any]) -> None:
    rule = _rule(
        sample, "- count: {of: component, as: $n}\n- count: {of: dependency, as: $n}", "- weight: {points: $n}"
    )
    first, second, compare = rule.guards
    assert isinstance(first, Aggregate)
    assert isinstance(second, Aggregate)
    assert (first.variable, second.variable) == ("n", "_1")
    assert isinstance(compare, Compare)


def test_alternatives_are_rules_numbered_from_one(sample: Callable[..., Any]) -> None:
    compiled = sample(
        _rules("""
            - any:
                - product: {complexity: high}
                - [product: {complexity: low}, any: [known: product.price, unknown: product.released]]
            - engineering: {team_size: "> 3"}
            - any: [engineering: {stage: idea}, engineering: {stage: growth}]
        """)
    )
    rules = [rule for rule in compiled.program.rules if rule.id == "example"]
    assert [rule.alternative for rule in rules] == [1, 2, 3, 4, 5, 6]
    assert [[text_of(match).partition(": ")[2] for match in rule.matches] for rule in rules] == [
        ["{complexity: high}", '{team_size: "> 3"}', "{stage: idea}"],
        ["{complexity: high}", '{team_size: "> 3"}', "{stage: growth}"],
        *[
            ["{complexity: low}", '{team_size: "> 3"}', "{stage: idea}"],
            ["{complexity: low}", '{team_size: "> 3"}', "{stage: growth}"],
        ]
        * 2,
    ]
    assert compiled.rule("growing").alternative == 0


def test_parameters_are_shown_as_they_are(sample: Callable[..., Any]) -> None:
    program = sample(None, {"factor": 25, "bar": 2}).program
    assert program.parameters == {
        "bar": "high",
        "factor": "2.5",
        "from_day": "2024-01-01",
        "home_team": "core",
        "large_team": 20,
        "phase": "growth",
    }


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"large_taem": 3}, "AV330"),
        ({"large_team": 0}, "AV313"),
        ({"large_team": "20"}, "AV312"),
        ({"bar": 7}, "AV312"),
        ({"phase": "mature"}, "AV303"),
        ({"from_day": True}, "AV312"),
    ],
)
def test_an_override_that_does_not_fit(overrides: Any, code: str, sample: Callable[..., Any]) -> None:
    compiled = sample(None, overrides)
    assert compiled.codes == [code]
    assert compiled.program is None


def test_the_order_of_rules_and_files_means_nothing(sample: Callable[..., Any]) -> None:
    one = "  - {rule: %s, backing: judgement, when: [{product: {complexity: high}}], then: [{weight: {points: %s}}]}\n"
    head = "author: Me\nrules:\n"
    a, b = one % ("a", 1), one % ("b", 2)
    together = sample({"rules/x.yaml": head + b + a}).program
    apart = sample({"rules/x.yaml": head + a, "rules/y.yaml": head + b}).program
    assert together == apart
    assert lower.__doc__


def test_a_rule_without_conditions_stands(sample: Callable[..., Any]) -> None:
    text = "author: Me\nrules:\n  - {rule: always, backing: judgement, when: [], then: [{weight: {points: 1}}]}\n"
    rule = sample({"rules/always.yaml": text}).rule("always")
    assert (rule.matches, rule.guards) == ((), ())


@pytest.mark.parametrize("test", ["$b < 9000000000000000000", "$b * 9000000000000000000 < 1.5"])
def test_a_number_that_leaves_64_bits_in_scale_is_an_error(test: str, sample: Callable[..., Any]) -> None:
    compiled = sample(_rules(f"- component: {{budget: $b}}\n- test: {test}"))
    assert compiled.codes == (["AV313"] if "*" not in test else [])


def test_a_product_of_too_many_places_is_an_error(sample: Callable[..., Any]) -> None:
    test = "$b" + " * $b" * 9 + " > 1"
    assert sample(_rules(f"- component: {{budget: $b}}\n- test: {test}")).codes == ["AV314"]


_REFERRING: list[tuple[str, str]] = [
    ("- engineering: {team_size: '>= large_team'}", "- weight: {points: 1}"),
    ("- engineering: {team_size: '[1..large_team]'}", "- weight: {points: 1}"),
    ("- engineering: {team_size: 'not(large_team)'}", "- weight: {points: 1}"),
    ("- engineering: {team_size: $n}\n- test: $n * 2 < large_team + 1", "- weight: {points: 1}"),
    ("- engineering: {team_size: $n}\n- test: 1 + large_team < $n", "- weight: {points: 1}"),
    ("- not: {engineering: {team_size: large_team}}", "- weight: {points: 1}"),
    (
        "- any:\n    - - engineering: {team_size: 1}\n    - - engineering: {team_size: large_team}",
        "- weight: {points: 1}",
    ),
    ("- count: {of: component, as: $n}\n- test: $n > large_team", "- weight: {points: 1}"),
    ("- max: {of: {engineering: {team_size: '< large_team'}}, field: team_size, as: $n}", "- weight: {points: $n}"),
    ("- engineering: {team_size: 1}", "- weight: {points: large_team - 1}"),
    ("- engineering: {team_size: 1}", "- weight: {points: 1}"),
]


@pytest.mark.parametrize(("when", "then"), _REFERRING, ids=[f"{when} {then}" for when, then in _REFERRING])
def test_a_rule_is_lowered_again_where_a_parameter_it_refers_to_is_another(
    when: str, then: str, sample: Callable[..., Any]
) -> None:
    model, kept = sample(_rules(when, then)).model, {}
    programs = [lower(model, {"large_team": value}, Report(), "", kept) for value in (20, 30, 30, 20)]
    fresh = [lower(model, {"large_team": value}, Report()) for value in (20, 30, 30, 20)]
    assert programs == fresh
    rules = [[rule for rule in program.rules if rule.id == "example"] for program in programs if program]
    assert (rules[0] != rules[1]) == ("large_team" in when + then)
    assert all(one is other for one, other in zip(rules[1], rules[2], strict=True))
