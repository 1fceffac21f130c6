"""Rows of a table that repeat others: each is a rule, and a row of nothing but `-` has no condition at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_TABLE = """
table: size
says: A team of this size.
backing: judgement
author: Me
when: [engineering.team_size, product.complexity]
then: [weight.points]
rows:
"""


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("[['< 10', '-', 1], ['>= 10', high, 2]]", []),
        ("[['< 10', '-', 1], ['< 10', high, 2]]", []),
        ("[['< 10', '-', 1], ['< 10', high, 1]]", [("AV424", "size/2", "size/1")]),
        ("[['< 10', low, 1], ['< 10', low, 1]]", [("AV419", "size/2", "size/1")]),
        ("[['< 10', low, 1], ['-', '-', 1], ['-', '-', 2]]", [("AV424", "size/1", "size/2")]),
    ],
)
def test_a_row_that_adds_nothing_is_told(
    rows: str, told: list[tuple[str, str, str]], sample: Callable[..., Any]
) -> None:
    compiled = sample({"tables/size.yaml": _TABLE.rstrip() + f" {rows}\n"})
    found = [finding for code in ("AV419", "AV424") for finding in compiled.found(code)]
    named = [(finding.code, *finding.message.split("`")[1:4:2]) for finding in found]
    assert named == told
