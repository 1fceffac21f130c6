"""A pack's vocabulary as a JSON Schema for its fact files, so that an editor completes real fields and values; and its
parameters as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from averment.core.optional import NONE
from averment.core.program import FactType, Field, Kind
from averment.core.times import SCALES
from averment.core.values import decode
from averment.model.model import Model

Schema = dict[str, Any]


def case_schema(model: Model, general: Mapping[str, Any]) -> Schema:
    """The ``general`` schema of fact files, narrowed to the facts of this pack and the claims it can make."""
    schema = {key: value for key, value in general.items() if key != "$defs"}
    claims = [*model.claim.values, "open", "gap", "conflict"]
    properties = dict(schema["properties"])
    expect = dict(properties["expect"])
    expect["properties"] = {**expect["properties"], "claim": {**expect["properties"]["claim"], "enum": claims}}
    given = {name: _records(type, model.type_says) for name, type in model.types.items() if not type.derived}
    properties["facts"] = {
        "title": "Facts",
        "description": "What is known of the case; leave out what is unknown.",
        "type": "object",
        "properties": given,
        "additionalProperties": False,
    }
    properties["expect"] = expect
    named = {"$id": f"{model.name}.case.schema.json", "title": f"fact file of {model.name} {model.version}"}
    return {**schema, **named, "properties": properties}


def parameters_schema(model: Model) -> Schema:
    """The parameters of a pack, each with the values that it may have."""
    return {
        "title": "Parameters",
        "description": "Values of the pack's parameters other than its own, by name.",
        "type": "object",
        "properties": {name: _field(each.field, each.says) for name, each in model.parameters.items()},
        "additionalProperties": False,
    }


def _records(type: FactType, says: Mapping[str, str]) -> Schema:
    record: Schema = {
        "title": type.name,
        "description": says.get(type.name, ""),
        "type": "object",
        "properties": {field.name: _field(field, says.get(f"{type.name}.{field.name}", "")) for field in type.fields},
        "additionalProperties": False,
    }
    if type.one:
        return record
    return {"description": record["description"], "type": "array", "items": {**record, "required": list(type.key)}}


def _field(field: Field, says: str) -> Schema:
    described = " ".join(filter(None, [field.ask or field.label, says, f"In {field.unit}." if field.unit else ""]))
    schema: Schema = {"description": described} if described else {}
    if field.default is not None:
        schema["default"] = decode(field.default, field)
    if field.optional and not field.values:
        return {**schema, "anyOf": [_type(field), {"const": NONE}]}
    return {**schema, **_type(field)}


def _type(field: Field) -> Schema:
    match field.kind:
        case Kind.BOOLEAN:
            return {"type": "boolean"}
        case Kind.TEXT:
            return {"type": "string"}
        case Kind.DATE | Kind.TIME | Kind.DATETIME | Kind.DURATION:
            format = {"format": "date"} if field.kind is Kind.DATE else {}  # JSON Schema's others have a zone
            return {"type": "string", **format, "pattern": SCALES[field.kind].pattern}
        case Kind.CHOICE | Kind.LEVEL:
            return {"enum": list(field.values)}
        case Kind.SET:
            return {"type": "array", "items": {"enum": list(field.values)}, "uniqueItems": True}
        case Kind.INTEGER:
            return {"type": "integer", **_range(field, int)}
        case Kind.DECIMAL:
            return {"type": ["number", "string"], **_range(field, float)}


def _range(field: Field, number: type[int] | type[float]) -> Schema:
    ends = {"minimum": field.minimum, "maximum": field.maximum}
    return {key: number(decode(end, field)) for key, end in ends.items() if end is not None}
