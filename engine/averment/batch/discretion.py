"""What is said of a row without an outcome, where the vocabulary has sensitive fields: nothing that was written there.

What reads a value against its field does not repeat it (``ir.values.fit``). But a text that is no JSON, a value of the
wrong shape, the key of a record and what a calculation gives are quoted without asking which field they are of.
"""

from __future__ import annotations

from collections.abc import Iterable

from averment.diagnostics.catalogue import title
from averment.ir.program import FactType

_QUOTING = ("AV10", "AV11", "AV2", "AV343", "AV346", "AV50")
_PLAIN = ("AV109", "AV110")  # which tell a character, or where a byte stands


class Discretion:
    """What may be said under one vocabulary."""

    def __init__(self, types: Iterable[FactType]) -> None:
        self._needed = any(field.sensitive for type in types for field in type.fields)

    def said(self, code: str, message: str) -> str:
        """The message, or where it may quote a sensitive value, only what it is about."""
        if not self._needed or not code.startswith(_QUOTING) or code in _PLAIN:
            return message
        return f"{title(code)}; what was written is not repeated, because the pack has sensitive fields"
