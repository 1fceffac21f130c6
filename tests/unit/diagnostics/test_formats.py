"""Findings for other programs: nothing of them is lost, and nothing in a pack can break out of its field."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from averment.core.node import Span
from averment.diagnostics.diagnostic import Diagnostic, Label, Severity
from averment.diagnostics.render_github import to_github
from averment.diagnostics.render_junit import to_junit
from averment.diagnostics.render_sarif import to_sarif

NASTY = "a,b:c%\r\n::error::x]]><&\x07"
FOUND = [
    Diagnostic(
        "AV301", NASTY, (Label(Span(NASTY, 3, 5, 3, 5), NASTY), Label(Span("b", 1, 1, 2, 3))), (NASTY,), (NASTY,)
    ),
    Diagnostic("AV404", "never true", (Label(Span("rules/ä b.yaml", 1, 2, 3, 4), "here"),), severity=Severity.WARNING),
    Diagnostic("AV125", "nowhere"),
]


def _here(file: str) -> str:
    return file


def test_an_annotation_is_one_line_and_one_command() -> None:
    lines = to_github(FOUND, _here).split("\n")
    assert lines.pop() == ""
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::error"]
    properties = lines[0].split("::")[1]
    assert "file=a%2Cb%3Ac%25%0D%0A%3A%3Aerror%3A%3Ax]]><&\x07,line=3,col=5" in properties
    assert lines[0].count("help: a,b:c%25%0D%0A") == 1
    assert "endLine=3,title" in lines[1], "a place over several lines names no end column"


def test_a_report_of_tests_is_xml_whatever_is_found() -> None:
    root = fromstring(to_junit(FOUND, _here, "check"))
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    failure = suite[0][0]
    assert failure.get("type") == "AV301"
    assert failure.text is not None
    assert "a,b:c%" in failure.text
    assert "]]><&\ufffd" in failure.text
    assert suite[1][0].tag == "system-out"


def test_where_nothing_is_found_a_test_passes() -> None:
    suite = fromstring(to_junit([], _here, "check"))[0]
    assert [each.get("name") for each in suite] == ["no findings"]
    assert suite.get("tests") == "1"


def test_a_log_of_sarif_has_each_rule_once_and_each_place() -> None:
    run = to_sarif([*FOUND, FOUND[0]], _here, "1.2.3")["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["AV125", "AV301", "AV404"]
    assert [result["ruleIndex"] for result in run["results"]] == [1, 2, 0, 1]
    first, second, third, _ = run["results"]
    assert first["relatedLocations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "b"}
    assert second["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "rules/%C3%A4%20b.yaml"},
        "region": {"startLine": 1, "startColumn": 2, "endLine": 3, "endColumn": 4},
    }
    assert third["locations"] == []
    assert first["locations"][0]["physicalLocation"]["region"]["endColumn"] == 6, "no place is empty"
