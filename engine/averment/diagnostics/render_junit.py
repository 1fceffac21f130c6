"""Findings as a report of JUnit, as Jenkins, GitLab and their like read it: a test a finding, that an error fails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from averment.diagnostics.catalogue import title
from averment.diagnostics.diagnostic import Diagnostic, Severity
from averment.diagnostics.few import few
from averment.diagnostics.finding_text import Whereabouts, told

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(diagnostics: Iterable[Diagnostic], where: Whereabouts, suite: str) -> str:
    """The report as XML, ending in a newline. Where nothing was found, one test passes that says so."""
    found = few(diagnostics)
    failed = sum(each.severity is Severity.ERROR for each in found)
    counts = {"tests": str(max(1, len(found))), "failures": str(failed), "errors": "0"}
    root = Element("testsuites", counts)
    tests = SubElement(root, "testsuite", {"name": _clean(suite), **counts, "skipped": "0"})
    if not found:
        SubElement(tests, "testcase", {"classname": _clean(suite), "name": "no findings"})
    for each in found:
        _add(tests, each, where, suite)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add(tests: Element, diagnostic: Diagnostic, where: Whereabouts, suite: str) -> None:
    name, place = f"{diagnostic.code} {title(diagnostic.code)}", suite
    about: dict[str, str] = {}
    if diagnostic.labels:
        span = diagnostic.labels[0].span
        place = where(span.file)
        name = f"{name} at {place}:{span.line}:{span.column}"
        about = {"file": _clean(place), "line": str(span.line)}
    test = SubElement(tests, "testcase", {"classname": _clean(place), "name": _clean(name), **about})
    text = _clean(told(diagnostic))
    if diagnostic.severity is Severity.ERROR:
        SubElement(test, "failure", {"message": _clean(diagnostic.message), "type": diagnostic.code}).text = text
    else:
        SubElement(test, "system-out").text = f"{diagnostic.severity.value}: {text}"


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
