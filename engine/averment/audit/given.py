"""The facts of a case as they enter the log: as given, so that the case can be decided again from them.

A declared default that stood in for a field is left out: filled in, it would come back as given, and no longer as an
assumption of the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from averment.core.naming import field_path
from averment.core.program import FactType
from averment.core.values import decode
from averment.outcome.outcome import Decided


def given_facts(case: Decided, types: Mapping[str, FactType]) -> dict[str, Any]:
    """The ``facts`` of a fact file that gives this case, in the types' own values (decimals and dates as texts)."""
    document: dict[str, Any] = {name: {} if types[name].one else [] for name in sorted(case.mentioned)}
    for fact in case.facts:
        if fact.type not in document:
            continue
        type = types[fact.type]
        record = {
            field.name: decode(value, field)
            for index, (field, value) in enumerate(zip(type.fields, fact.values, strict=True))
            if value is not None and field_path(type, fact, index) not in case.assumptions
        }
        if type.one:
            document[type.name] = record
        else:
            document[type.name].append(record)
    return document
