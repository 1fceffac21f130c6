"""Cells that decide nothing: told once each, however alternatives multiply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_WARNED: list[tuple[str, str, str]] = [
    ("product.complexity", ">= low", "AV405"),
    ("product.complexity", "low, medium, high", "AV405"),
    ("product.complexity", "< low", "AV404"),
    ("product.complexity", "not(low, medium, high)", "AV404"),
    ("product.price", "[0..1000]", "AV405"),
    ("product.price", "< 0", "AV404"),
    ("product.price", "(10..10.01)", "AV404"),
    ("engineering.team_size", "[20..10]", "AV404"),
    ("engineering.team_size", "not(> 10000)", "AV405"),
    ("engineering.stage", "idea, growth, mature", "AV405"),
    ("engineering.stage", "not(idea, growth, mature)", "AV404"),
    ("product.regulated", "true, false", "AV405"),
]

_RULE = """
rules:
  - rule: example
    backing: judgement
    author: Me
    when:
      - {type}: {{{field}: {cell!r}}}
    then:
      - weight: {{points: 1}}
"""


@pytest.mark.parametrize(("place", "text", "code"), _WARNED, ids=[f"{p} {c}" for p, c, _ in _WARNED])
def test_a_cell_that_decides_nothing_is_found(place: str, text: str, code: str, sample: Callable[..., Any]) -> None:
    type, _, field = place.partition(".")
    compiled = sample({"rules/example.yaml": _RULE.format(type=type, field=field, cell=text)})
    assert compiled.codes == []
    assert [found.code for found in compiled.checked if found.code in ("AV404", "AV405")] == [code]


def test_alternatives_do_not_multiply_what_is_found(sample: Callable[..., Any]) -> None:
    cells = "".join(f"      - component: {{name: $c{n}, critical: [true, false]}}\n" for n in range(70))
    rule = f"""
rules:
  - rule: example
    backing: judgement
    author: Me
    when:
      - any: [engineering: {{stage: idea}}, engineering: {{stage: growth}}]
{cells}    then:
      - weight: {{points: 1}}
"""
    found = sample({"rules/example.yaml": rule}).found("AV405")
    assert len(found) == len({finding.labels[0].span for finding in found}) == 70


def test_a_cell_within_an_alternative_is_found_once(sample: Callable[..., Any]) -> None:
    rule = """
rules:
  - rule: example
    backing: judgement
    author: Me
    when:
      - any: [engineering: {team_size: "< 0"}, engineering: {stage: idea}]
      - any: [engineering: {stage: growth}, product: {complexity: low}]
    then:
      - weight: {points: 1}
"""
    assert len(sample({"rules/example.yaml": rule}).found("AV404")) == 1
