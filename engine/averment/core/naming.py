"""How facts and fields of a case are named in documents: readable, unambiguous and the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from averment.core.program import Fact, FactType, Field, Kind
from averment.core.values import decode

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def record_path(type: FactType, fact: Fact) -> str:
    """``product``, ``component["camera"]``; of a derived fact the whole of it: ``pressure["complexity","pm"]``."""
    if type.one:
        return type.name
    shown = [decode(fact.values[index], type.fields[index]) for index in type.naming]
    if not type.derived and shown.count(None) == len(shown):
        return type.name
    return f"{type.name}[{','.join([_written(value) for value in shown])}]"


def field_at(types: Mapping[str, FactType], path: str) -> Field | None:
    """The field that a path such as ``component["camera"].team`` ends in."""
    type = types.get(path.partition(".")[0].partition("[")[0])
    name = path.rpartition(".")[2]
    return type.fields[type.position[name]] if type and name in type.position else None


def question(field: Field) -> str:
    """What is asked to learn a field: as the pack words it, else by what the field is called."""
    if field.ask:
        return field.ask
    named = field.label or field.name.replace("_", " ")
    if named.startswith("whether "):
        return f"Is it so that {named.removeprefix('whether ')}?"
    if field.kind is Kind.BOOLEAN:
        return f"Is there {'a ' if named.startswith('need to ') else ''}{named.removeprefix('presence of ')}?"
    return f"What is the {named}?"


def _written(value: Any) -> str:
    return encode_basestring(value) if isinstance(value, str) else _json(value)


def field_path(type: FactType, fact: Fact, field: int) -> str:
    """``product.technical_complexity``, ``component["camera"].team``."""
    return f"{record_path(type, fact)}.{type.fields[field].name}"
