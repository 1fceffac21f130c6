"""How facts and fields of a case are named in documents: readable, unambiguous and the same everywhere."""

from __future__ import annotations

import json

from averment.ir.program import Fact, FactType
from averment.ir.values import decode


def record_path(type: FactType, fact: Fact) -> str:
    """``product``, ``component["camera"]``; of a derived fact the whole of it: ``pressure["complexity","pm"]``."""
    if type.one:
        return type.name
    names = type.key if not type.derived else tuple(type.position)
    values = [fact.values[type.position[name]] for name in names]
    if all(value is None for value in values) and not type.derived:
        return type.name
    shown = [
        None if value is None else decode(value, type.fields[type.position[name]])
        for name, value in zip(names, values, strict=True)
    ]
    return type.name + json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def field_path(type: FactType, fact: Fact, field: int) -> str:
    """``product.technical_complexity``, ``component["camera"].team``."""
    return f"{record_path(type, fact)}.{type.fields[field].name}"
