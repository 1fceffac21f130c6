"""JSON to nodes: exactly RFC 8259, with places."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from averment.core.node import Span
from averment.diagnostics.diagnostic import Report
from averment.source.json_reader import read_json, read_json_lines


def findings(data: bytes) -> list[tuple[str, int, int]]:
    report = Report()
    read_json(data, "f.json", report)
    return [(found.code, found.labels[0].span.line, found.labels[0].span.column) for found in report.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        " [ ] ",
        "null",
        "0",
        '"x"',
        '{"a": {"b": [1, -2, true, false, null]}, "": ""}',
        '["\\"\\\\\\/\\n\\r\\t\\u00e9\\ud83d\\ude00"]',
        '\t{"a"\n:\r\n1 , "b":[ 1,2 ]\n}\n',
        '["日本語", "a b"]',
    ],
)
def test_reads_what_json_reads(text: str) -> None:
    report = Report()
    node = read_json(text.encode(), "f", report)
    assert node is not None
    assert not report.diagnostics
    assert node.plain() == json.loads(text)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.10", Decimal("1.10")),
        ("1e2", Decimal("1e2")),
        ("0.1", Decimal("0.1")),
        ("-0", 0),
        ("9007199254740993", 9007199254740993),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_numbers_are_exact(written: str, value: object) -> None:
    node = read_json(written.encode(), "f", Report())
    assert node is not None
    assert (node.value, type(node.value), node.text) == (value, type(value), written)


def test_everything_knows_its_place() -> None:
    node = read_json(b'{"a": 1,\n "b": {"c":\n [true, "x\\n"]}}', "f", Report())
    assert node is not None
    assert node.span == Span("f", 1, 1, 3, 17)
    assert node.keys["b"] == Span("f", 2, 2, 2, 5)
    assert node.at(["b"])[0].span == Span("f", 2, 7, 3, 16)
    assert node.at(["b", "c"])[1] == Span("f", 2, 8, 2, 11)
    assert node.at(["b", "c", 1])[0].span == Span("f", 3, 9, 3, 14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": 2, "a": 3}', [("AV101", 1, 18)]),
        ('{"a": 1, "\\u0061": 3}', [("AV101", 1, 10)]),
        ("[" * 64 + "]" * 64, []),
        ("[" * 65 + "]" * 65, [("AV105", 1, 65)]),
        ("[" * 1_000_000, [("AV105", 1, 65)]),
        ('{"a":' * 100_000, [("AV105", 1, 321)]),
        ("[" + "1," * 200_000 + "1]", [("AV106", 1, 400_000)]),
        ('"' + "x" * 65_537 + '"', [("AV108", 1, 1)]),
        ('["a\u202e"]', [("AV109", 1, 4)]),
        ('["\\u0000"]', [("AV109", 1, 2)]),
        ('["\\ud800"]', [("AV109", 1, 2)]),
        ('["\\udc00\\ud800"]', [("AV109", 1, 2)]),
        ("", [("AV111", 1, 1)]),
        ("[1, 2", [("AV113", 1, 6)]),
        ("[1 2]", [("AV113", 1, 4)]),
        ("[1,]", [("AV113", 1, 3)]),
        ("[,1]", [("AV113", 1, 2)]),
        ('{"a": 1,}', [("AV113", 1, 8)]),
        ('{"a" 1}', [("AV113", 1, 6)]),
        ('{"a": }', [("AV113", 1, 7)]),
        ('{"a"', [("AV113", 1, 5)]),
        ("{a: 1}", [("AV113", 1, 2)]),
        ("{'a': 1}", [("AV113", 1, 2)]),
        ("['a']", [("AV113", 1, 2)]),
        ("[True]", [("AV113", 1, 2)]),
        ("[truex]", [("AV113", 1, 2)]),
        ("[+1]", [("AV113", 1, 2)]),
        ("[.5]", [("AV113", 1, 2)]),
        ("[1.]", [("AV113", 1, 3)]),
        ("[1e]", [("AV113", 1, 3)]),
        ("[-]", [("AV113", 1, 2)]),
        ("{} {}", [("AV113", 1, 4)]),
        ("// no\n{}", [("AV113", 1, 1)]),
        ('["a', [("AV113", 1, 2)]),
        ('["a\nb"]', [("AV113", 1, 4)]),
        ('["\\x41"]', [("AV113", 1, 3)]),
        ('["\\u12"]', [("AV113", 1, 3)]),
        ("\xa01", [("AV113", 1, 1)]),
        ("[012]", [("AV114", 1, 2)]),
        ("[-01.5, 00]", [("AV114", 1, 2), ("AV114", 1, 9)]),
        ("[NaN]", [("AV115", 1, 2)]),
        ('{"a": -Infinity}', [("AV115", 1, 7)]),
        ("[9223372036854775808]", [("AV116", 1, 2)]),
        ("9" * 5_000, [("AV116", 1, 1)]),
        ("[1e400, 1E-400]", [("AV116", 1, 2), ("AV116", 1, 9)]),
    ],
)
def test_what_is_refused_and_where(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert findings(text.encode()) == expected


def test_a_long_open_string_takes_linear_time() -> None:
    assert findings(b'["' + b"a\\n" * 1_000_000) == [("AV113", 1, 2)]


def test_json_lines() -> None:
    report = Report()
    lines = [b'{"a": 1}\n', b"\n", b'{"a":}\n', b'{"a": "caf\xe9"}\n', b'{"a": 2}\n']
    read = [(number, node and node.plain()) for number, node in read_json_lines(lines, "f.jsonl", report)]
    assert read == [(1, {"a": 1}), (3, None), (4, None), (5, {"a": 2})]
    assert [(found.code, str(found.labels[0].span)) for found in report.diagnostics] == [
        ("AV113", "f.jsonl:3:6"),
        ("AV110", "f.jsonl:4:11"),
    ]


def test_the_nodes_of_a_later_line_stand_on_it() -> None:
    node = read_json(b'{"a": [1]}', "f", Report(), 7)
    assert node is not None
    assert node.at(["a", 0])[0].span == Span("f", 7, 8, 7, 9)
