"""Findings as a log of SARIF 2.1.0 (OASIS 2020), for code scanning and editors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from averment.core.node import Span
from averment.diagnostics.catalogue import page, title
from averment.diagnostics.diagnostic import Diagnostic, Label
from averment.diagnostics.few import few
from averment.diagnostics.finding_text import Whereabouts, told

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(diagnostics: Iterable[Diagnostic], where: Whereabouts, version: str) -> dict[str, Any]:
    """The log of one run. Columns count code points, from 1, and an end is the column behind the last."""
    found = few(diagnostics)
    codes = sorted({each.code for each in found})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "averment", "version": version, "rules": [_rule(code) for code in codes]}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, codes.index(each.code), where) for each in found],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": title(code)},
        "help": {"text": page(code), "markdown": page(code)},
    }


def _result(diagnostic: Diagnostic, index: int, where: Whereabouts) -> dict[str, Any]:
    first, rest = diagnostic.labels[:1], diagnostic.labels[1:]
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity.value,
        "message": {"text": told(diagnostic)},
        "locations": [_location(label, where) for label in first],
    }
    if rest:
        result["relatedLocations"] = [
            {"id": number, **_location(label, where), "message": {"text": label.text or "see here"}}
            for number, label in enumerate(rest, 1)
        ]
    return result


def _location(label: Label, where: Whereabouts) -> dict[str, Any]:
    span = label.span
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(where(span.file))},
            "region": _region(span),
        }
    }


def _region(span: Span) -> dict[str, int]:
    end = max(span.end_column, span.column + 1) if span.end_line == span.line else span.end_column
    return {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": end}


def _uri(path: str) -> str:
    """A relative reference (RFC 3986): what it may not hold is written in bytes of UTF-8."""
    return re.sub(r"[^A-Za-z0-9._~/@+,=-]", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), path)
