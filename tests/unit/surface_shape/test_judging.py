"""The judge of a schema says yes where jsonschema does, and no where it does not; and knows no keyword but ours."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import averment_schemas
from averment.core.node import Node, Span
from averment.surface.judging import judge_of
from averment.surface.shape import _instance, _to_the_end

_TEXTS = ["", "a", "a_b", "A", "a-b", "a\n", "a.b", "$a", "#12", "#0", "1.5", "2024-01-31", "AV101", "1.2.3", "ä" * 201]
_TEXTS += ["sha256:" + "0" * 64, "x" * 10_001, "low", "true"]
_NUMBERS = [0, 1, -1, 2, 18, 19, 100, 2**53, 2**70, -(2**63), Decimal("0.5"), Decimal("1.0"), Decimal("1E30")]
_ANY = [*_TEXTS, *_NUMBERS, True, False, None, [], {}, ["a"], [1], {"a": "b"}, {"A": []}]
_OF_SCALARS = {"type", "pattern", "minLength", "maxLength", "minimum", "maximum"}


class _Drawn:
    """Documents of about the shape of a schema."""

    def __init__(self, schema: Mapping[str, Any], seed: int) -> None:
        self._root, self._random = schema, random.Random(seed)

    def document(self) -> Any:
        return self._value(self._root, 0)

    def _value(self, schema: Any, depth: int) -> Any:
        chance = self._random.random
        if isinstance(schema, bool) or depth > 6 or chance() < 0.01:
            return self._random.choice(_ANY)
        schema = self._flat(schema)
        if "const" in schema and chance() < 0.98:
            return schema["const"]
        if "enum" in schema and chance() < 0.98:
            return self._random.choice(schema["enum"])
        types = schema.get("type", "object" if "properties" in schema else ["string", "integer", "array", "object"])
        match self._random.choice([types] if isinstance(types, str) else types):
            case "object":
                return self._object(schema, depth)
            case "array":
                items = schema.get("items", True)
                return [self._value(items, depth + 1) for _ in range(self._random.randint(0, 3))]
            case "string":
                return self._fitting(_TEXTS, schema)
            case "boolean":
                return chance() < 0.5
            case "null":
                return None
            case kind:
                return self._fitting(_NUMBERS, {**schema, "type": kind})

    def _fitting(self, values: list[Any], schema: Mapping[str, Any]) -> Any:
        """Mostly one that the schema allows: else hardly a document would be right."""
        judge = judge_of({key: schema[key] for key in _OF_SCALARS & schema.keys()})
        right = [value for value in values if judge(_node(value))]
        return self._random.choice(right if right and self._random.random() < 0.97 else values)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        chance, found = self._random.random, dict[str, Any]()
        required, rest = schema.get("required", ()), schema.get("additionalProperties", True)
        for name, part in schema.get("properties", {}).items():
            if chance() < (0.98 if name in required else 0.3):
                found[name] = self._value(part, depth + 1)
        while chance() < (0.02 if rest is False else 0.5):
            found[self._random.choice(_TEXTS[1:4])] = self._value(rest, depth + 1)
        return found

    def _flat(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema with what it refers to, and with one of its branches."""
        found = dict(schema)
        for part in [schema.get("$ref"), *schema.get("allOf", ()), schema.get(self._random.choice(["then", "else"]))]:
            other = self._found(part) if isinstance(part, str) else part
            if isinstance(other, dict):
                other = self._flat(other)
                found |= {**other, "properties": {**found.get("properties", {}), **other.get("properties", {})}}
        return found

    def _found(self, path: str) -> Any:
        part: Any = self._root
        for step in path.removeprefix("#/").split("/"):
            part = part[step]
        return part


def _node(value: Any) -> Node:
    span = Span("drawn", 1, 1, 1, 1)
    if isinstance(value, dict):
        return Node({key: _node(each) for key, each in value.items()}, span, keys=dict.fromkeys(value, span))
    return Node([_node(each) for each in value] if isinstance(value, list) else value, span)


@pytest.mark.parametrize("name", averment_schemas.NAMES)
def test_the_judge_says_what_jsonschema_says(name: str) -> None:
    schema = averment_schemas.load(name)
    parts = [{"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]} for part in schema.get("$defs", ())]
    verdicts: list[bool] = []
    for part in [schema, *parts]:
        judge, drawn = judge_of(part), _Drawn(part, seed=7)
        other = Draft202012Validator(_to_the_end(part))
        for _ in range(50):
            node = _node(drawn.document())
            verdicts.append(judge(node))
            assert verdicts[-1] == other.is_valid(_instance(node)), node.plain()
    assert len(set(verdicts)) == 2, "nothing was tried"


@pytest.mark.parametrize("keyword", ["oneOf", "patternProperties", "format", "uniqueItems"])
def test_another_keyword_is_refused(keyword: str) -> None:
    with pytest.raises(ValueError, match=keyword):
        judge_of({"type": "object", keyword: {}})
