"""Findings as JSON keep to their schema."""

from __future__ import annotations

import jsonschema

import averment_schemas
from averment.core.node import Span
from averment.diagnostics.diagnostic import Diagnostic, Label, Severity
from averment.diagnostics.render_json import to_json


def test_a_finding_as_json() -> None:
    found = Diagnostic("AV101", "m", (Label(Span("f", 1, 2, 3, 4), "l"),), ("h",), ("n",), Severity.WARNING)
    document = to_json(found)
    assert document == {
        "code": "AV101",
        "severity": "warning",
        "message": "m",
        "labels": [{"file": "f", "line": 1, "column": 2, "end_line": 3, "end_column": 4, "text": "l"}],
        "help": ["h"],
        "notes": ["n"],
    }
    jsonschema.Draft202012Validator(averment_schemas.load("diagnostic")).validate(document)
    jsonschema.Draft202012Validator(averment_schemas.load("diagnostic")).validate(to_json(Diagnostic("AV501", "m")))
