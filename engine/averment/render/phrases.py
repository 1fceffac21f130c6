"""Fields and values as a sentence has them: by their label and with their unit, never by the name of a variable."""

from __future__ import annotations

from collections.abc import Iterable

from averment.ir.program import Field, Value
from averment.ir.values import show


def noun(field: Field) -> str:
    """What a field is called in a sentence."""
    return field.label or field.name.replace("_", " ")


def held(field: Field, value: Value | None) -> str:
    """A value in a sentence; an empty set and an unknown value in words."""
    return "not known" if value is None else show(value, field)


def claim_phrase(claim: str) -> str:
    """A claim in a sentence."""
    words = {
        "gap": "no claim at all",
        "conflict": "a conflict of claims",
        "open": "an open claim",
        "no outcome": "no outcome",
    }
    return words.get(claim, claim.replace("_", " "))


def series(words: Iterable[str], last: str = "and") -> str:
    """Words in a row: ``a, b and c``."""
    *most, final = [*words] or ["nothing"]
    return f"{', '.join(most)} {last} {final}" if most else final
