"""JSON Schemas of answers, in few words."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

ANY: Schema = {}
STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}


def shape(**members: Schema) -> Schema:
    """An object of these members and no others; one whose name begins with ``_`` may be left out."""
    return {
        "type": "object",
        "properties": {name.removeprefix("_"): schema for name, schema in members.items()},
        "required": [name for name in members if not name.startswith("_")],
        "additionalProperties": False,
    }


def listed(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}


def named(name: str) -> Schema:
    """A schema by its name: of ``averment_schemas``, or one that the interface's document adds."""
    return {"$ref": f"{name}.schema.json"}


STRINGS = listed(STRING)
OBJECT: Schema = {"type": "object"}
