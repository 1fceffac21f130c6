"""Fields and values as a sentence has them: by their label and with their unit, never by the name of a variable."""

from __future__ import annotations

from collections.abc import Iterable

from averment.ir.program import Field, Value
from averment.ir.values import show


def words(name: str) -> str:
    """A declared name, or a value, as a reader would write it: ``technical product manager``."""
    return name.replace("_", " ")


def noun(field: Field) -> str:
    """What a field is called in a sentence."""
    return field.label or words(field.name)


def held(field: Field, value: Value | None) -> str:
    """A value in a sentence; an empty set and an unknown value in words."""
    return "not known" if value is None else show(value, field)


def claim_phrase(claim: str) -> str:
    """A claim in a sentence."""
    told = {
        "gap": "no claim at all",
        "conflict": "a conflict of claims",
        "open": "an open claim",
        "no outcome": "no outcome",
    }
    return told.get(claim, words(claim))


def series(parts: Iterable[str], last: str = "and") -> str:
    """Parts of a sentence in a row: ``a, b and c``; ``nothing`` where there are none."""
    *most, final = [*parts] or ["nothing"]
    return f"{', '.join(most)} {last} {final}" if most else final
