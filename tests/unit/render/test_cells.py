"""Cells in words."""

from __future__ import annotations

import pytest

from averment.core.program import Field, Kind
from averment.render.cells import Wording
from averment.surface.grammar import Fault, parse_cell

_FIELDS = {
    "number": Field("people", Kind.INTEGER),
    "level": Field("grade", Kind.LEVEL, ("low", "very_high")),
    "choice": Field("what", Kind.CHOICE, ("go", "stay_home")),
    "set": Field("tags", Kind.SET, ("wood", "clear_glass")),
    "date": Field("day", Kind.DATE),
    "text": Field("name", Kind.TEXT),
    "boolean": Field("safe", Kind.BOOLEAN),
}


@pytest.mark.parametrize(
    ("field", "cell", "words"),
    [
        ("number", "7", "is 7"),
        ("number", ">= 20", "is at least 20"),
        ("number", "< 0.5", "is less than 0.5"),
        ("number", "[10..20)", "is from 10 to less than 20"),
        ("number", "(10..20]", "is more than 10 and at most 20"),
        ("number", "> large_team", "is more than 30 (large team)"),
        ("number", "1, 3, 5", "is 1, 3 or 5"),
        ("level", "<= very_high", "is at most very high"),
        ("level", "> low", "is above low"),
        ("level", ">= usual_grade", "is at least very high (usual grade)"),
        ("choice", "stay_home", "is stay home"),
        ("choice", "not(go, stay_home)", "is neither go nor stay home"),
        ("set", "wood, clear_glass", "includes wood or clear glass"),
        ("set", "not(clear_glass)", "does not include clear glass"),
        ("date", ">= 2024-01-31", "is on or after 2024-01-31"),
        ("date", "[2024-01-31..2024-02-28]", "is from 2024-01-31 to 2024-02-28"),
        ("text", '"large_team"', "is large_team"),
        ("boolean", "true", "is yes"),
        ("boolean", "by_default", "is no (by default)"),
    ],
)
def test_what_a_cell_asks(field: str, cell: str, words: str) -> None:
    wording = Wording({"large_team": 30, "by_default": False, "usual_grade": "very_high"})
    tree = parse_cell(cell)
    assert not isinstance(tree, Fault)
    assert wording.asks(tree, _FIELDS[field]) == words
