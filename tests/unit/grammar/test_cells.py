"""The grammar of cells: what is read, its canonical wording, and what is said of what is not."""

from __future__ import annotations

import pytest

from averment.core.written import wording
from averment.surface.grammar import Fault, parse_cell

_READ = {
    "high": "high",
    "  high ": "high",
    "-": "-",
    " - ": "-",
    "20": "20",
    "-5": "-5",
    "- 5": "-5",
    "-0": "0",
    "1.50": "1.5",
    ">=20": ">= 20",
    "<  high": "< high",
    "> -3": "> -3",
    "[10..20)": "[10..20)",
    "]10..20[": "(10..20)",
    "(10..20]": "(10..20]",
    "[-1.5 .. large_team]": "[-1.5..large_team]",
    "low,medium": "low, medium",
    "not(low)": "not(low)",
    "not( low , high )": "not(low, high)",
    "not(>= 20, [1..2])": "not(>= 20, [1..2])",
    "not": "not",
    "< 10, 20, > 30": "< 10, 20, > 30",
    '"a text"': '"a text"',
    '"say \\"hi\\" \\\\ $x"': '"say \\"hi\\" \\\\ $x"',
    "2024-01-31": "2024-01-31",
    'date("2024-01-31")': "2024-01-31",
    "[2024-01-01..2024-12-31]": "[2024-01-01..2024-12-31]",
    "true": "true",
    "false": "false",
    "$x": "$x",
    ">= $x": ">= $x",
    "not($x)": "not($x)",
}

_REFUSED = {
    "": ("expected a value, a comparison such as `>= 20` or a range such as `[10..20)`, found nothing more", 0),
    "=> 20": ("`=>` is not written so here", 0),
    "= 20": ("`= 20` is not written so here", 0),
    "!= low": ("`!= low` is not written so here", 0),
    ">=": ("expected a value after the comparison, found nothing more", 2),
    "low medium": ("expected the end, found `medium`", 4),
    "low,": ("expected a value, a comparison such as `>= 20` or a range such as `[10..20)`, found nothing more", 4),
    "[10..20": ("expected `]` or `)`, found nothing more", 7),
    "[10, 20]": ("expected `..`, found `,`", 3),
    "[..20]": ("expected the lower end of a range, found `..`", 1),
    "not(low": ("expected `)`, found nothing more", 7),
    "not(not(low))": ("expected `)`, found `(`", 7),
    "-, low": ("expected a value, a comparison such as `>= 20` or a range such as `[10..20)`, found `-`", 0),
    "High": ("`High` is not written so here", 0),
    "'text'": ("`'text'` is not written so here", 0),
    '"open': ('expected a closing `"`', 0),
    '"\\n"': ('expected a closing `"`', 0),
    "10 / 2": ("`10 / 2` is not written so here", 0),
    "$1": ("`$` has no meaning here", 0),
    "007": ("a number does not begin with a needless `0`", 0),
    "1e3": ("expected the end, found `e3`", 1),
    ".5": ("`.` has no meaning here", 0),
    "5.": ("`.` has no meaning here", 1),
    "2024-02-30": ("`2024-02-30` is not a date of the calendar", 0),
    "0000-01-01": ("`0000-01-01` is not a date of the calendar", 0),
    'date("tomorrow")': ("`tomorrow` is not a date of the calendar", 5),
    "date(2024)": ("expected a date in double quotes, found `2024`", 5),
    "9" * 41: ("a number of more than 40 digits", 0),
    "caf\u00e9": ("`\u00e9` has no meaning here", 3),
    "low\u2028": ("`U+2028` has no meaning here", 3),
    "\u0661\u0662": ("`\u0661` has no meaning here", 0),
    "low > high": ("expected the end; one comparison at a time, found `>`", 4),
}


@pytest.mark.parametrize(("text", "expected"), _READ.items())
def test_a_cell_is_read(text: str, expected: str) -> None:
    cell = parse_cell(text)
    assert not isinstance(cell, Fault)
    assert wording(cell) == expected


@pytest.mark.parametrize("text", _READ)
def test_the_wording_of_a_cell_is_read_as_the_same_cell(text: str) -> None:
    cell = parse_cell(text)
    assert not isinstance(cell, Fault)
    again = parse_cell(wording(cell))
    assert not isinstance(again, Fault)
    assert again == cell


@pytest.mark.parametrize(("text", "expected"), _REFUSED.items())
def test_a_cell_is_refused_at_its_place(text: str, expected: tuple[str, int]) -> None:
    fault = parse_cell(text)
    assert isinstance(fault, Fault)
    assert (fault.message, fault.at) == expected
    assert fault.end > fault.at


def test_a_long_cell_takes_its_length() -> None:
    assert not isinstance(parse_cell(", ".join(["low"] * 20_000)), Fault)
    assert isinstance(parse_cell("not(" * 20_000), Fault)
    assert isinstance(parse_cell('"' + "\\" * 60_001), Fault)
