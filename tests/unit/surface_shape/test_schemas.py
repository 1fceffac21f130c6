"""The schemas themselves: valid, closed, documented, and safe to run on anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

import averment_schemas
from averment.surface.misshape import _EXPLANATIONS, _FORMS  # pyright: ignore[reportPrivateUsage]

_HAND_WRITTEN = ("pack", "facts", "rules", "table", "case")
_APPLICATORS = ("properties", "patternProperties", "$defs")


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema, with its path."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for key, value in schema.items():
        if key in _APPLICATORS:
            for name, part in value.items():
                yield from parts(part, f"{path}/{key}/{name}")
        elif key in ("items", "additionalProperties", "propertyNames", "if", "then", "else", "not"):
            yield from parts(value, f"{path}/{key}")
        elif key in ("allOf", "anyOf", "oneOf"):
            for index, part in enumerate(value):
                yield from parts(part, f"{path}/{key}/{index}")


@pytest.mark.parametrize("name", averment_schemas.NAMES)
def test_a_schema_is_valid_and_stands_alone(name: str) -> None:
    schema = averment_schemas.load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    for path, part in parts(schema):
        assert part.get("$ref", "#/").startswith("#/"), path
        assert not part.keys() & {"oneOf", "anyOf", "uniqueItems", "patternProperties", "contains", "format"}, path


@pytest.mark.parametrize("name", _HAND_WRITTEN)
def test_every_keyword_and_pattern_can_be_explained(name: str) -> None:
    structure = {"properties", "items", "if", "then", "else", "allOf", "$ref", "$defs", "required"}
    talk = {"title", "description", "$comment", "$schema", "$id"}
    for path, part in parts(averment_schemas.load(name)):
        assert part.keys() <= structure | talk | _EXPLANATIONS.keys(), path
        assert part.get("pattern", "^[a-z][a-z0-9_]*$") in _FORMS, path


def at(schema: dict[str, Any], reference: str) -> dict[str, Any]:
    """The part of a schema that a reference within it names."""
    part = schema
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    return part


@pytest.mark.parametrize("name", averment_schemas.NAMES)
def test_every_property_is_documented_for_editors(name: str) -> None:
    schema = averment_schemas.load(name)
    assert schema["title"]
    assert schema["description"]
    for path, part in parts(schema):
        if not {"if", "then", "else", "not"} & set(path.split("/")):
            for key, value in part.get("properties", {}).items():
                target = at(schema, value["$ref"]) if "$ref" in value else value
                assert "title" in {**target, **value}, f"{path}/{key}"


def test_what_is_shared_is_the_same_everywhere() -> None:
    rules, table = averment_schemas.load("rules")["$defs"], averment_schemas.load("table")["$defs"]
    assert (rules["backing"], rules["paragraph"]) == (table["backing"], table["paragraph"])
    facts, pack = averment_schemas.load("facts")["$defs"], averment_schemas.load("pack")["$defs"]
    for shared in ("value_name", "decimal", "date"):
        assert facts[shared] == pack[shared]


def test_load_gives_a_fresh_copy_and_no_other_files() -> None:
    averment_schemas.load("case")["title"] = "changed"
    assert averment_schemas.load("case")["title"] != "changed"
    with pytest.raises(KeyError):
        averment_schemas.load("../case")
