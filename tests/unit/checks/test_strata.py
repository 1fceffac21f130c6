"""What rules rest on: the claim on no answer, a type on more than itself, a condition on what is derived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _pack(**rules: tuple[str, str]) -> dict[str, str]:
    lines = ["author: Me", "rules:"]
    for name, (when, then) in rules.items():
        lines.append(f"  - {{rule: {name}, backing: judgement, when: [{when}], then: [{then}]}}")
    return {"rules/example.yaml": "\n".join(lines) + "\n"}


def test_the_way_of_what_is_known_to_the_claim(sample: Callable[..., Any]) -> None:
    compiled = sample(
        _pack(
            a=("{unknown: product.price}", "{note: {about: home_team}}"),
            b=("{not: {note: {}}}", "{weight: {points: 1}}"),
            c=("{weight: {}}", "{recommendation: {role: manager}}"),
        )
    )
    (finding,) = compiled.findings
    assert (finding.code, finding.message) == ("AV403", "the claim rests on `a`, which asks what is known")
    assert [(label.span.line, label.text) for label in finding.labels] == [
        (3, "derives `note`"),
        (4, "derives `weight`"),
        (5, "derives `recommendation`, the claim"),
    ]


def test_what_is_known_may_be_noted(sample: Callable[..., Any]) -> None:
    assert sample(_pack(a=("{unknown: product.price}", "{note: {about: home_team}}"))).codes == []


_A = "{note: {about: $x}}"
_B = "{larger_team: {name: $x}}"


def test_rules_that_rest_on_each_other_alone_are_told(sample: Callable[..., Any]) -> None:
    """No rule of the circle can ever fire, and it is told once; what rests on it in turn is not told as well."""
    circle = {"a": (_B, _A), "b": (_A, _B), "c": (_A, "{weight: {points: 1}}")}
    told = sample(_pack(**circle)).found("AV407")
    assert [found.message.split("`")[1] for found in told] == ["larger_team", "note"]
    assert sample(_pack(**circle, d=("{component: {name: $x}}", _B))).found("AV407") == []


def test_what_no_rule_derives_is_told_where_it_is_first_looked_at(sample: Callable[..., Any]) -> None:
    rules = {"b": ("{any: [{note: {}}, {not: {note: {}}}]}", "{weight: {points: 1}}"), "a": ("{note: {}}", _B)}
    rules["a"] = ("{note: {about: $x}}", _B)
    (found,) = sample(_pack(**rules)).found("AV406")
    assert (found.message, found.labels[0].text, found.labels[0].span.line) == (
        "no rule derives `note`",
        "looks at `note`",
        4,
    )
