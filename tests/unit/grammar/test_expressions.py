"""The grammar of expressions and comparisons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from averment.core.written import wording
from averment.surface.grammar import Fault, parse_cell, parse_comparison, parse_result

_READ = {
    "$a + 2 * ($b - large_team)": "$a + 2 * ($b - large_team)",
    "$a-1": "$a - 1",
    "$a - -1": "$a - -1",
    "1 - 2 - 3": "1 - 2 - 3",
    "1 - (2 - 3)": "1 - (2 - 3)",
    "(1 - 2) - 3": "1 - 2 - 3",
    "((1))": "1",
    "(1 + 2) * 3": "(1 + 2) * 3",
    "1 * (2 * 3)": "1 * (2 * 3)",
    "$a/2*3": "$a / 2 * 3",
    "$a / (2 * 3)": "$a / (2 * 3)",
    "(1 - 2) / -3": "(1 - 2) / -3",
    "abs(1 -$a)": "abs(1 - $a)",
    "min($a,(2), 3+1) + max": "min($a, 2, 3 + 1) + max",
    "round half_up ($a) / 2": "round half_up $a / 2",
    "round - 1": "round - 1",
    "count($set) * 2": "count($set) * 2",
    "count": "count",
    "$d - 2024-01-31": "$d - 2024-01-31",
    '"text"': '"text"',
    "high": "high",
    "true": "true",
}

_REFUSED = {
    "": ("expected a value, a variable or `(`, found nothing more", 0),
    "$a +": ("expected a value, a variable or `(`, found nothing more", 4),
    "$a / / 2": ("expected a value, a variable or `(`, found `/`", 5),
    "abs($a, 2)": ("expected `)`, found `,`", 6),
    "max($a)": ("expected `,`: `max` is of two numbers or more, found `)`", 6),
    "round up $a": ("expected a way to round: `floor`, `ceiling`, `half_up`, `half_even`, found `up`", 6),
    "1 + round floor $a": ("expected the end, found `floor`", 10),
    "($a": ("expected `)`, found nothing more", 3),
    "count(set)": ("expected a variable that is bound to a set, found `set`", 6),
    "$a $b": ("expected the end, found `$b`", 3),
    "__import__": ("`_` has no meaning here", 0),
    "- $a": ("expected a value, a variable or `(`, found `-`", 0),
}


@pytest.mark.parametrize(("text", "expected"), _READ.items())
def test_an_expression_is_read(text: str, expected: str) -> None:
    tree = parse_result(text)
    assert not isinstance(tree, Fault)
    assert wording(tree) == expected


@pytest.mark.parametrize(("text", "expected"), _REFUSED.items())
def test_an_expression_is_refused_at_its_place(text: str, expected: tuple[str, int]) -> None:
    fault = parse_result(text)
    assert isinstance(fault, Fault)
    assert (fault.message, fault.at) == expected


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">="])
def test_a_comparison_is_read(operator: str) -> None:
    tree = parse_comparison(f"$a+1{operator}count($b)")
    assert not isinstance(tree, Fault)
    assert wording(tree) == f"$a + 1 {operator} count($b)"


@pytest.mark.parametrize("text", ["$a", "$a == 1", "$a < $b < $c", "< 3", "$a = ", "not($a = 1)"])
def test_a_comparison_is_refused(text: str) -> None:
    assert isinstance(parse_comparison(text), Fault)


@pytest.mark.parametrize("text", ["+".join(["1"] * 66), "(" * 65 + "1" + ")" * 65, "(" * 50_000, "1+" * 50_000])
def test_an_expression_has_a_bound(text: str) -> None:
    fault = parse_result(text)
    assert isinstance(fault, Fault)
    assert fault.message == "more than 64 operators and parentheses in one expression"


def test_the_bound_is_kept_to() -> None:
    assert not isinstance(parse_result("+".join(["1"] * 65)), Fault)


_SIGNS = [
    "$a",
    "1",
    "2.5",
    "+",
    "-",
    "*",
    "(",
    ")",
    "count(",
    "<",
    "<=",
    "..",
    "[",
    "]",
    ",",
    "not(",
    '"x"',
    "low",
    " ",
]


@given(st.lists(st.sampled_from(_SIGNS), max_size=20).map("".join) | st.text(max_size=20))
def test_whatever_is_written_is_read_or_refused_within_the_text(text: str) -> None:
    for parse in (parse_cell, parse_result, parse_comparison):
        found = parse(text)
        if isinstance(found, Fault):
            assert 0 <= found.at < found.end <= len(text) + 1
        else:
            again = parse(wording(found))
            assert not isinstance(again, Fault)
            assert again == found
