"""A finding as JSON, of the shape ``diagnostic.schema.json``."""

from __future__ import annotations

from typing import Any

from averment.diagnostics.diagnostic import Diagnostic


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
