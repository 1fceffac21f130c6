"""Strata, and the cycles that have none: each error prints its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.graph import components


def _pack(**rules: tuple[str, str]) -> dict[str, str]:
    lines = ["author: Me", "rules:"]
    for name, (when, then) in rules.items():
        lines.append(f"  - {{rule: {name}, backing: judgement, when: [{when}], then: [{then}]}}")
    return {"rules/example.yaml": "\n".join(lines) + "\n"}


_A = "{note: {about: $x}}"
_B = "{larger_team: {name: $x}}"
_GIVEN = "{component: {name: $x}}"


def test_what_is_negated_lies_lower(sample: Callable[..., Any]) -> None:
    compiled = sample(
        _pack(
            a=(_GIVEN, _A),
            b=(f"{_GIVEN}, {{not: {_A}}}", _B),
            c=(f"{{count: {{of: {_B}, as: $n}}}}", "{weight: {points: $n}}"),
            d=(_B, "{crossing: {from: $x, to: $x}}"),
        )
    )
    assert compiled.codes == []
    assert [[rule.id for rule in stratum] for stratum in compiled.program.strata] == [
        ["a", "growing"],
        ["b", "d"],
        ["c"],
    ]
    assert compiled.program.recursive == frozenset()


def test_a_rule_with_two_heads_lies_above_what_both_need(sample: Callable[..., Any]) -> None:
    compiled = sample(
        _pack(
            a=(f"{_GIVEN}, {{not: {_B}}}", f"{_A}, {{weight: {{points: 1}}}}"),
            b=("{not: {weight: {}}}", "{crossing: {from: home_team, to: home_team}}"),
            c=(_GIVEN, _B),
        )
    )
    assert [[rule.id for rule in stratum] for stratum in compiled.program.strata] == [["c", "growing"], ["a"], ["b"]]


def test_positive_recursion_is_allowed(sample: Callable[..., Any]) -> None:
    compiled = sample(
        _pack(
            step=("{dependency: {from: $x, to: $y}}", "{crossing: {from: $x, to: $y}}"),
            far=("{crossing: {from: $x, to: $y}}, {crossing: {from: $y, to: $z}}", "{crossing: {from: $x, to: $z}}"),
        )
    )
    assert compiled.codes == []
    assert compiled.program.recursive == {"crossing"}


def test_a_computed_value_below_a_recursion_is_allowed(sample: Callable[..., Any]) -> None:
    pack = _pack(
        count=("{engineering: {team_size: $n}}", "{weight: {points: $n * 2}}"),
        keep=("{weight: {points: $n}}, {note: {}}", "{pressure: {criterion: size, favours: manager, points: $n}}"),
        note=("{pressure: {}}", "{note: {about: home_team}}"),
        first=(_GIVEN, "{note: {about: home_team}}"),
    )
    compiled = sample(pack)
    assert compiled.codes == []
    assert compiled.program.recursive == {"pressure", "note"}


_CYCLES: list[tuple[str, dict[str, tuple[str, str]], str, str, list[tuple[int, str]]]] = [
    ("itself", {"a": (f"{_GIVEN}, {{not: {_A}}}", _A)}, "AV401",
     "`a` looks by `not` at `note`, facts of which rest on it",
     [(3, "needs `note` by `not`")]),
    ("one between", {"a": (f"{_GIVEN}, {{not: {_B}}}", _A), "b": (_A, _B)}, "AV401",
     "`a` looks by `not` at `larger_team`, facts of which rest on it",
     [(3, "needs `larger_team` by `not`"), (4, "needs `note`")]),
    ("a count", {"a": (f"{{count: {{of: {_B}, as: $n}}}}", "{weight: {points: $n}}"),
                 "b": ("{weight: {}}, " + _GIVEN, _B)}, "AV401",
     "`a` looks by `an aggregate` at `larger_team`, facts of which rest on it",
     [(3, "needs `larger_team` by `an aggregate`"), (4, "needs `weight`")]),
    ("two negations", {"a": (f"{_GIVEN}, {{not: {_B}}}", _A), "b": (f"{_GIVEN}, {{not: {_A}}}", _B)}, "AV401",
     "`a` looks by `not` at `larger_team`, facts of which rest on it",
     [(3, "needs `larger_team` by `not`"), (4, "needs `note` by `not`")]),
    ("a sum", {"a": ("{weight: {points: $n}}", "{weight: {points: $n + 1}}")}, "AV402",
     "`a` computes a value that it rests on", [(3, "needs `weight`")]),
    ("a size", {"a": ("{product: {technologies: $t}}, {weight: {}}", "{weight: {points: count($t)}}")}, "AV402",
     "`a` computes a value that it rests on", [(3, "needs `weight`")]),
    ("a long way", {"a": ("{weight: {points: $n}}",
                          "{pressure: {criterion: size, favours: manager, points: $n * 2}}"),
                    "b": ("{pressure: {points: $n}}, " + _GIVEN, _A),
                    "c": (_A + ", {engineering: {team_size: $n}}", "{weight: {points: $n}}")}, "AV402",
     "`a` computes a value that it rests on",
     [(3, "needs `weight`"), (5, "needs `note`"), (4, "needs `pressure`")]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "code", "message", "path"), [c[1:] for c in _CYCLES], ids=[c[0] for c in _CYCLES])
def test_a_cycle_prints_its_path(
    rules: dict[str, tuple[str, str]],
    code: str,
    message: str,
    path: list[tuple[int, str]],
    sample: Callable[..., Any],
) -> None:
    compiled = sample(_pack(**rules))
    assert compiled.program is None
    (finding,) = compiled.findings
    assert (finding.code, finding.message) == (code, message)
    assert [(label.span.line, label.text) for label in finding.labels] == path


@given(
    st.integers(1, 7).flatmap(
        lambda size: st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=14).map(
            lambda edges: (size, edges)
        )
    )
)
def test_components_are_what_reaches_each_other(case: tuple[int, list[tuple[int, int]]]) -> None:
    size, edges = case
    graph = {node: [b for a, b in edges if a == node] for node in range(size)}
    reach = {node: {node} for node in graph}
    for _ in range(size):
        for node in graph:
            reach[node] |= {far for near in graph[node] for far in reach[near]}
    found = components(graph)
    assert sorted(node for component in found for node in component) == list(range(size))
    place = {node: number for number, component in enumerate(found) for node in component}
    for a in graph:
        for b in graph:
            assert (place[a] == place[b]) == (b in reach[a] and a in reach[b])
            assert b not in reach[a] or place[b] <= place[a]


def test_a_long_chain_needs_no_stack() -> None:
    chain = {node: [node + 1] for node in range(20_000)}
    chain[20_000] = []
    assert len(components(chain)) == 20_001
