"""How findings look in a terminal."""

from __future__ import annotations

from textwrap import dedent

import pytest

from averment.core.node import Span
from averment.diagnostics.diagnostic import Diagnostic, Label, Severity
from averment.diagnostics.render_text import render, render_all, summary, visible


def at(line: int, column: int, end: int, end_line: int | None = None, file: str = "f") -> Span:
    return Span(file, line, column, end_line or line, end)


def shown(source: str, *labels: Label) -> list[str]:
    """The rows under the headline."""
    return render(Diagnostic("AV301", "m", labels), {"f": source}).split("\n")[1:]


def test_the_look_of_the_design() -> None:
    span = Span("rules/product.yaml", 6, 19, 6, 38)
    found = Diagnostic(
        "AV301",
        "`technical_complexty` is not a field of `product`",
        (Label(span, "unknown field"),),
        ("did you mean `technical_complexity`?",),
        ("the vocabulary is closed",),
    )
    source = "\n" * 5 + "      - product: {technical_complexty: high}\n"
    assert render(found, {"rules/product.yaml": source}) == dedent("""\
        error[AV301]: `technical_complexty` is not a field of `product`
         --> rules/product.yaml:6:19
        6 |       - product: {technical_complexty: high}
          |                   ^^^^^^^^^^^^^^^^^^^ unknown field
         = help: did you mean `technical_complexity`?
         = note: the vocabulary is closed""")


def test_further_labels_are_further_blocks_in_one_gutter() -> None:
    source = "a: 1\n" + "\n" * 8 + "a: 2\n"
    assert shown(source, Label(at(10, 1, 2), "again here"), Label(at(1, 1, 2), "first written here")) == [
        "  --> f:10:1",
        "10 | a: 2",
        "   | ^ again here",
        "  ::: f:1:1",
        " 1 | a: 1",
        "   | - first written here",
    ]


@pytest.mark.parametrize(
    ("source", "span", "line", "carets"),
    [
        ("\tx: y", at(1, 2, 3), "    x: y", "    ^"),
        ("日本: x", at(1, 5, 6), "日本: x", "      ^"),
        ("x: 日本", at(1, 4, 6), "x: 日本", "   ^^^^"),
        ("e\u0301: x", at(1, 5, 6), "e\u0301: x", "   ^"),
        ("a\x1b[31mb: x", at(1, 7, 8), "a<U+001B>[31mb: x", "             ^"),
        ("a\u202eb", at(1, 2, 3), "a<U+202E>b", " ^^^^^^^^"),
        ("a: 1", at(1, 5, 5), "a: 1", "    ^"),  # at the end of a line: one caret behind it
        ("a: 1", at(1, 3, 99), "a: 1", "  ^^"),
        ("a:  \n b\n", at(1, 1, 3, 2), "a:", "^^"),  # over several lines: the rest of the first
        ("\r\na: 1\r\nb", at(2, 1, 2), "a: 1", "^"),
        ("a\u00a0b", at(1, 3, 4), "a b", "  ^"),
        ("\ufeffa: 1", at(1, 1, 2), "a: 1", "^"),
    ],
)
def test_carets_stand_under_the_span(source: str, span: Span, line: str, carets: str) -> None:
    rows = shown(source, Label(span))
    assert rows[1:] == [f"{span.line} | {line}", f"  | {carets}"]


def test_a_long_line_is_cut_around_the_span() -> None:
    source = "a" * 5_000_000 + " bad " + "b" * 5_000_000
    _, line, carets = shown(source, Label(at(1, 5_000_002, 5_000_005), "here"))
    assert len(line) < 130
    assert line.startswith("1 | …aaa")
    assert line.endswith("bbb…")
    start = carets.index("^")
    assert (line[start : start + 3], carets[start:]) == ("bad", "^^^ here")


def test_a_long_span_ends_with_the_window() -> None:
    _, line, carets = shown("x: " + "a" * 300, Label(at(1, 4, 304), "too long"))
    assert line.endswith("a…")
    assert len(carets.removesuffix(" too long")) < len(line)


@pytest.mark.parametrize(
    ("label", "rows"),
    [
        (Label(at(1, 2, 3, file="other"), "here"), [" --> other:1:2", " = here"]),
        (Label(at(99, 1, 2), "here"), ["  --> f:99:1", "  = here"]),
        (Label(Span("f", 1, 1, 1, 1), "empty"), [" --> f"]),  # a finding about the file as a whole
    ],
)
def test_without_a_line_to_show(label: Label, rows: list[str]) -> None:
    assert shown("a", label) == rows


def test_nothing_written_can_act_on_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\r\n\u202e\x9b31m"
    found = Diagnostic("AV301", evil, (Label(Span(evil, 1, 2, 1, 3), evil),), (evil,), (evil,))
    text = render(found, {evil: evil})
    assert text.replace("\n", "").isprintable()
    assert "\u202e" not in text
    assert len(text.split("\n")) == 6


def test_color_adds_nothing_but_color() -> None:
    import re

    found = Diagnostic("AV301", "m", (Label(at(1, 1, 2), "l"), Label(at(1, 3, 4))), ("h",), ("n",), Severity.WARNING)
    colored = render(found, {"f": "a b"}, color=True)
    assert "\x1b[1;33mwarning[AV301]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(found, {"f": "a b"})


def test_summary_counts() -> None:
    error, warning = Diagnostic("AV301", "m"), Diagnostic("AV401", "m", severity=Severity.WARNING)
    assert summary([error, warning, error]) == "2 errors, 1 warning"
    assert summary([error]) == "1 error"
    assert summary([warning, warning]) == "2 warnings"
    assert summary([]) == "no findings"
    assert render_all([error, warning], {}) == "error[AV301]: m\n\nwarning[AV401]: m\n\n1 error, 1 warning"


def test_visible_leaves_what_shows() -> None:
    assert visible("Größe ≥ 20 · 日本") == "Größe ≥ 20 · 日本"
    assert visible("a\nb\x00") == "a\\nb<U+0000>"
