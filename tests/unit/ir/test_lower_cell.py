"""Cells as ranges and names: against the meaning of each test, value by value."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.core.program import Among, Ranges
from averment.ir.lower_cell import complement, merged

_CELLS: list[tuple[str, str, Any]] = [
    ("product.complexity", "high", ((2, 2),)),
    ("product.complexity", ">= medium", ((1, None),)),
    ("product.complexity", "> medium", ((2, None),)),
    ("product.complexity", "low, medium", ((0, 1),)),
    ("product.complexity", "high, low", ((0, 0), (2, 2))),
    ("product.complexity", "not(medium)", ((None, 0), (2, None))),
    ("product.complexity", "not(low, medium)", ((None, -1), (2, None))),
    ("product.complexity", ">= bar", ((1, None),)),
    ("product.price", "[10..20.5)", ((1000, 2049),)),
    ("product.price", ">= factor", ((150, None),)),
    ("product.price", "]large_team..30[", ((2001, 2999),)),
    ("product.price", "< 10, 10, (10..20]", ((None, 2000),)),
    ("product.price", "5", ((500, 500),)),
    ("product.released", "< 2024-01-31", ((None, 738_915),)),
    ("product.released", ">= from_day", ((738_886, None),)),
    ("engineering.team_size", "not(< 10, >= 20)", ((10, 19),)),
    ("engineering.team_size", ">= large_team", ((20, None),)),
    ("engineering.team_size", "1, 2, 3, 7", ((1, 3), (7, 7))),
    ("engineering.stage", "idea, growth", (frozenset(("idea", "growth")), False)),
    ("engineering.stage", "not(phase)", (frozenset(("growth",)), True)),
    ("product.technologies", "api, web", (frozenset(("api", "web")), False)),
    ("product.technologies", "not(api)", (frozenset(("api",)), True)),
    ("product.regulated", "true", (frozenset((True,)), False)),
    ("component.team", '"edge", home_team', (frozenset(("edge", "core")), False)),
]  # fmt: skip

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


def _compiled(place: str, cell: str, sample: Callable[..., Any]) -> Any:
    type, _, field = place.partition(".")
    return sample({"rules/example.yaml": _RULE.format(type=type, field=field, cell=cell)})


@pytest.mark.parametrize(("place", "text", "expected"), _CELLS, ids=[f"{p} {c}" for p, c, _ in _CELLS])
def test_a_cell_becomes_a_set_of_values(place: str, text: str, expected: Any, sample: Callable[..., Any]) -> None:
    compiled = _compiled(place, text, sample)
    assert compiled.codes == []
    ((_, cell),) = compiled.rule("example").matches[0].cells
    assert (cell.ranges if isinstance(cell, Ranges) else (cell.values, cell.negated)) == expected
    assert isinstance(cell, (Ranges, Among))


def test_the_override_of_a_parameter_decides(sample: Callable[..., Any]) -> None:
    changes = {"rules/example.yaml": _RULE.format(type="engineering", field="team_size", cell=">= large_team")}
    ((_, cell),) = sample(changes, {"large_team": 35}).rule("example").matches[0].cells
    assert cell.ranges == ((35, None),)
    assert cell.origin.text == ">= large_team"


_SMALL = st.none() | st.integers(-4, 4)


@given(st.lists(st.tuples(_SMALL, _SMALL), max_size=4))
def test_merged_and_complemented_ranges_hold_what_they_should(ranges: list[tuple[int | None, int | None]]) -> None:
    def holds(within: Any, value: int) -> bool:
        return any((low is None or low <= value) and (high is None or value <= high) for low, high in within)

    found = merged(ranges)
    for value in range(-7, 8):
        assert holds(found, value) == holds(ranges, value)
        assert holds(complement(found), value) != holds(ranges, value)
    for (_, high), (low, _) in pairwise(found):
        assert high is not None
        assert low is not None
        assert high + 1 < low
    assert all(low is None or high is None or low <= high for low, high in found)
    assert complement(complement(found)) == found
