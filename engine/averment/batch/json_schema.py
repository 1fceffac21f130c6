"""The Arrow schema of a case as JSON Lines have it: ``case``, and ``facts`` with a struct for each given type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from averment.batch.arrow import pa
from averment.core.program import FactType, Field, Kind

_DIGITS = 18  # of a decimal: what 64 bits surely hold


def case_schema(types: Mapping[str, FactType]) -> Any:
    """The schema of a line. Choices, levels and dates are texts, for the kernel to read."""
    facts: list[Any] = []
    for name, type in types.items():
        if not type.derived:
            record = pa.struct([(field.name, arrow_type(field)) for field in type.fields])
            facts.append((name, record if type.one else pa.list_(record)))
    return pa.schema([("case", pa.string()), ("facts", pa.struct(facts))])


def arrow_type(field: Field) -> Any:
    """The type that a value of the field has in JSON."""
    match field.kind:
        case Kind.BOOLEAN:
            return pa.bool_()
        case Kind.INTEGER:
            return pa.int64()
        case Kind.DECIMAL:
            return pa.decimal128(_DIGITS, field.places)
        case Kind.SET:
            return pa.list_(pa.string())
        case _:
            return pa.string()
