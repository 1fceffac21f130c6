"""YAML to nodes: what scalars mean, where things stand, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from averment.core.node import Span
from averment.diagnostics.diagnostic import Report
from averment.source.yaml_reader import read_yaml


def read(text: str | bytes) -> tuple[list[Any], list[tuple[str, int, int]]]:
    """The documents as plain data, and code, line and column of each finding."""
    report = Report()
    data = text.encode() if isinstance(text, str) else text
    documents = read_yaml(data, "f.yaml", report)
    places = [(found.code, found.labels[0].span.line, found.labels[0].span.column) for found in report.diagnostics]
    return [document.plain() for document in documents], places


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("-7", -7),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1.50", Decimal("1.50")),
        ("-0.5e-3", Decimal("-0.0005")),
        ("1e5", Decimal("1e5")),
        # all of these are something else to a reader of YAML 1.1
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("Null", "Null"),
        ("1:30", "1:30"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        (".5", ".5"),
        ("5.", "5."),
        ("2024-01-31", "2024-01-31"),
        ("=", "="),
        ("-", "-"),
        ('"42"', "42"),
        ("'true'", "true"),
        ('"012"', "012"),
        ('""', ""),
        ('"a\\tb\\n"', "a\tb\n"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">\n  a\n  b\n", "a b\n"),
    ],
)
def test_a_scalar_means(written: str, value: object) -> None:
    report = Report()
    documents = read_yaml(f"[{written}]\n".encode() if "\n" not in written else f"- {written}".encode(), "f", report)
    assert not report.diagnostics
    (element,) = documents[0].elements() or [None]
    if written:
        assert element is not None
        assert (element.value, type(element.value)) == (value, type(value))


def test_an_empty_value_is_null() -> None:
    assert read("a:\nb: 1\n") == ([{"a": None, "b": 1}], [])


def test_a_scalar_keeps_how_it_was_written() -> None:
    node = read_yaml(b"[1.50, '1.50', -0]", "f", Report())[0]
    assert [(element.text, element.quoted) for element in node.elements()] == [
        ("1.50", False),
        ("1.50", True),
        ("-0", False),
    ]


def test_everything_knows_its_place() -> None:
    text = "a: 1\nlist:\n  - x\n  - {k: 'v', é: [1, 2]}\n\n\nlast: |\n  t\n"
    node = read_yaml(text.encode(), "f", Report())[0]
    assert node.span == Span("f", 1, 1, 9, 1)
    assert node.keys["list"] == Span("f", 2, 1, 2, 5)
    sequence = node.at(["list"])[0]
    assert sequence.span == Span("f", 3, 3, 4, 24)  # a block ends with its last value, not where the next one starts
    assert node.at(["list", 1, "k"]) == (sequence.elements()[1].at(["k"])[0], Span("f", 4, 6, 4, 7))
    assert node.at(["list", 1, "k"])[0].span == Span("f", 4, 9, 4, 12)
    assert node.at(["list", 1, "é", 1])[0].span == Span("f", 4, 21, 4, 22)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("a: 1\nb: 2\na: 3\n", [("AV101", 3, 1)]),
        ("{a: 1, 'a': 2, \"a\": 3}", [("AV101", 1, 8), ("AV101", 1, 16)]),
        ("a: &x 1\nb: *x\n", [("AV102", 1, 4), ("AV102", 2, 4)]),
        ("<<: {a: 1}\n", [("AV102", 1, 1)]),
        ("*x : 1\n", [("AV102", 1, 1)]),
        ("a: !!str 1\n", [("AV103", 1, 4)]),
        ("a: ! 1\n", [("AV103", 1, 4)]),
        ("!x\na: [!y {}]\n", [("AV103", 1, 1), ("AV103", 2, 5)]),
        ("%YAML 1.1\n---\na: 1\n", [("AV103", 1, 1)]),
        ("1: a\ntrue: b\n~: c\n? [x]\n: d\n", [("AV104", 1, 1), ("AV104", 2, 1), ("AV104", 3, 1), ("AV104", 4, 3)]),
        (": a\n", [("AV112", 1, 1)]),
        ("[" * 64 + "]" * 64, []),
        ("[" * 65 + "]" * 65, [("AV105", 1, 65)]),
        ("[" * 100_000, [("AV105", 1, 65)]),
        ("{a: " * 100_000, [("AV105", 1, 257)]),
        ("- " * 100_000, [("AV105", 1, 129)]),
        ("[" + "1," * 200_001 + "]", [("AV106", 1, 400_002)]),
        ("a: " + "x" * 65_537, [("AV108", 1, 4)]),
        ("a: x\u202ey\u200b\n", [("AV109", 1, 5), ("AV109", 1, 7)]),
        ("a: \x1b[31m\n", [("AV109", 1, 4)]),
        ("a: x\u2028y\n", [("AV109", 1, 5)]),
        ('a: "\\u202e"\n', [("AV109", 1, 4)]),
        ('a: "\\0"\n', [("AV109", 1, 4)]),
        ("", [("AV111", 1, 1)]),
        (" \n\n", [("AV111", 1, 1)]),
        ("# only this\n", [("AV111", 1, 1)]),
        ("a: b: c\n", [("AV112", 1, 5)]),
        ("a:\n\t- b\n", [("AV112", 2, 1)]),
        ("a: [1, 2\n", [("AV112", 2, 1)]),
        ('a: "x\n', [("AV112", 2, 1)]),
        ("a: @x\n", [("AV112", 1, 4)]),
        ("012", [("AV114", 1, 1)]),
        ("[-007, 00, 01.5]", [("AV114", 1, 2), ("AV114", 1, 8), ("AV114", 1, 12)]),
        ("[.inf, -.Inf, .NaN]", [("AV115", 1, 2), ("AV115", 1, 8), ("AV115", 1, 15)]),
        ("[9223372036854775808, -9223372036854775809]", [("AV116", 1, 2), ("AV116", 1, 23)]),
        ("9" * 400, [("AV116", 1, 1)]),
        ("1e400", [("AV116", 1, 1)]),
        ("1e999999999999999999999", [("AV116", 1, 1)]),
        ("0." + "1" * 41, [("AV116", 1, 1)]),
    ],
)
def test_what_is_refused_and_where(text: str, findings: list[tuple[str, int, int]]) -> None:
    assert read(text)[1] == findings


@pytest.mark.parametrize(
    ("data", "findings"),
    [
        (b"a: 1\nb: caf\xe9\n", [("AV110", 2, 7)]),
        (b"a: \xe2\x82", [("AV110", 1, 4)]),
        ("a: 1".encode("utf-16"), [("AV110", 1, 1)]),
        (b"a: \xed\xa0\x80", [("AV110", 1, 4)]),
        (b" " * (16 * 1024 * 1024 + 1), [("AV107", 1, 1)]),
    ],
)
def test_bytes_that_are_no_text(data: bytes, findings: list[tuple[str, int, int]]) -> None:
    assert read(data) == ([], findings)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbfa: 1\n") == ([{"a": 1}], [])


def test_both_places_of_a_duplicate_are_shown() -> None:
    report = Report()
    read_yaml(b"a: 1\nb: 2\na: 3\n", "f", report)
    (found,) = report.diagnostics
    assert [(label.span, label.text) for label in found.labels] == [
        (Span("f", 3, 1, 3, 2), "again here"),
        (Span("f", 1, 1, 1, 2), "first written here"),
    ]
    assert found.message == "the key `a` is written twice"


def test_the_mend_of_a_leading_zero() -> None:
    report = Report()
    read_yaml(b"a: -0012", "f", report)
    assert report.diagnostics[0].help == ('write `-12` for the number, `"-0012"` for the text',)


def test_reading_goes_on_after_what_is_refused() -> None:
    documents, findings = read("? {a: 1}\n: [x]\n1: {a: 1}\n<<: *b\nc: 3\nc: [4]\nd: &e 5\n")
    assert documents == [{"c": 3, "d": 5}]
    assert [code for code, _, _ in findings] == ["AV104", "AV104", "AV102", "AV102", "AV101", "AV102"]


def test_findings_of_one_file_are_bounded() -> None:
    report = Report()
    read_yaml(b"a: 1\n" * 5_000, "f.yaml", report)
    assert len(report.diagnostics) == 101
    assert report.diagnostics[-1].message == "something is wrong in 4,899 more places of `f.yaml`"


def test_several_documents() -> None:
    assert read("a: 1\n---\nb: 2\n...\n---\n- c\n") == ([{"a": 1}, {"b": 2}, ["c"]], [])


def test_a_merge_bomb_is_refused_at_once() -> None:
    bomb = "a0: &a0 {k: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 40)
    )
    assert {code for code, _, _ in read(bomb)[1]} == {"AV102"}


def test_the_pure_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    text = "a: [1, no, 'x', ~]\nb:\n- |\n  t\n- {c: 1.5, d: }\na: 2\n"
    fast = read(text)
    monkeypatch.setattr("averment.source.yaml_reader._Loader", yaml.SafeLoader)
    assert read(text) == fast
