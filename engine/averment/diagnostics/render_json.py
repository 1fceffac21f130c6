"""A finding as JSON, of the shape ``diagnostic.schema.json``, and read from it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from averment.core.node import Span
from averment.diagnostics.diagnostic import Diagnostic, Label, Severity
from averment.diagnostics.few import few


def all_to_json(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """The first findings of each kind, each as a dictionary, and how many more there are."""
    return [to_json(found) for found in few(diagnostics)]


def to_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as a dictionary that JSON can hold."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "labels": [{**label.span._asdict(), "text": label.text} for label in diagnostic.labels],
        "help": list(diagnostic.help),
        "notes": list(diagnostic.notes),
    }


def diagnostic_of(document: Mapping[str, Any]) -> Diagnostic:
    """A finding as it was, from how it was written."""
    labels = tuple(
        Label(Span(*(each[name] for name in ("file", "line", "column", "end_line", "end_column"))), each["text"])
        for each in document["labels"]
    )
    return Diagnostic(
        document["code"],
        document["message"],
        labels,
        tuple(document["help"]),
        tuple(document["notes"]),
        Severity(document["severity"]),
    )
