"""Whether a document has the shape that its JSON Schema describes; if not, every place where it has not.

A schema written out as functions says yes or no (``judging``); of what fails, jsonschema says what and where, one error
after the other, so that no more are made than are shown. It sees our own schemas only and can fetch no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import averment_schemas
from averment.core.node import Node
from averment.diagnostics.diagnostic import Diagnostic, Report
from averment.source.text import MAX_FINDINGS, untold
from averment.surface.judging import Judge, judge_of, never_whole, to_the_end

if TYPE_CHECKING:
    from averment.surface.misshape import Misshape

# What a document of each schema is called in messages.
_ROOTS = {
    "pack": "pack file",
    "facts": "vocabulary",
    "rules": "rule file",
    "table": "table",
    "case": "case",
    **dict.fromkeys((name for name in averment_schemas.NAMES if name.startswith("request")), "request"),
    "mapping": "mapping file",
    "outcome": "outcome",
    "diagnostic": "diagnostic",
}


def check_shape(node: Node, schema: str, report: Report) -> bool:
    """Whether ``node`` is of the shape ``schema`` (a name of ``averment_schemas``); findings in document order."""
    if _judge(schema)(node):
        return True
    found = _findings(node, schema, _explainer(schema).iter_errors(_instance(node)))
    assert found, f"two validators disagree on the schema {schema}"
    report.extend(found)
    return False


def has_shape(node: Node, schema: str) -> bool:
    """As ``check_shape``, with nothing said."""
    return _judge(schema)(node)


@cache
def _schema(name: str) -> dict[str, Any]:
    return averment_schemas.load(name)


@cache
def _judge(name: str) -> Judge:
    return judge_of(_schema(name))


@cache
def _explainer(name: str) -> Any:
    import jsonschema  # here, because a good document needs no explanation
    import referencing

    return jsonschema.Draft202012Validator(_to_the_end(_schema(name)), registry=referencing.Registry())


def _to_the_end(part: Any) -> Any:
    """The schema with its patterns as Python is to read them."""
    if isinstance(part, dict):
        found: dict[str, Any] = {key: _to_the_end(value) for key, value in part.items()}  # pyright: ignore[reportUnknownVariableType]
        pattern = found.get("pattern")
        return found | {"pattern": to_the_end(pattern)} if isinstance(pattern, str) else found
    if isinstance(part, list):
        return [_to_the_end(each) for each in part]  # pyright: ignore[reportUnknownVariableType]
    return part


def _instance(node: Node) -> Any:
    """The value as the validator shall see it: a number written as a decimal is never an integer, not even 1.0."""
    value = node.value
    if isinstance(value, dict):
        return {key: _instance(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_instance(child) for child in value]
    if isinstance(value, Decimal):
        return never_whole(value)
    return value


_MORE = 1000  # that are counted beyond those that are explained: to find each takes a while


def _findings(node: Node, schema: str, errors: Iterator[Any]) -> list[Diagnostic]:
    """One finding for each thing that is wrong; of a value of the wrong type, nothing but that."""
    from averment.surface.misshape import beyond, explain, is_slip, meant_keys  # here, as jsonschema

    misshapes: dict[tuple[tuple[str | int, ...], str], Misshape] = {}
    for error in islice(errors, 3 * MAX_FINDINGS):
        misshape = _misshape(node, schema, error)
        # The last word on a key is that of the innermost schema: a later branch repeats it or is more special.
        misshapes[misshape.path, misshape.keyword] = misshape
    found: list[Diagnostic] = []
    more = sum(1 for _ in islice(errors, _MORE))
    bounded = more == _MORE
    for (path, keyword), misshape in misshapes.items():
        if is_slip(misshape):
            continue  # which is told of its key
        if keyword == "type" or (path, "type") not in misshapes:
            unknown = misshapes.get((path, "additionalProperties"))
            found.extend(explain(misshape, meant_keys(unknown) if unknown else frozenset()))
            more += beyond(misshape)
    found.sort(key=lambda finding: finding.labels[0].span[1:3])
    told = found[:MAX_FINDINGS]
    return told + untold(told[-1].code, node.span.file, more + len(found) - len(told), bounded) if told else told


def _misshape(node: Node, schema: str, error: Any) -> Misshape:
    *above, keyword = error.absolute_schema_path
    if above and above[-1] == "propertyNames":
        keyword = above.pop()
    part: Any = _schema(schema)
    title = _ROOTS[schema]
    for step in above:
        part = _resolved(schema, part[step])
        if "title" in part and isinstance(part["title"], str):  # else a list of schemas, or properties by name
            title = part["title"].lower()
    from averment.surface.misshape import Misshape

    return Misshape(node, tuple(error.absolute_path), keyword, part, title)


def _resolved(schema: str, part: Any) -> Any:
    """The part that a reference within the schema stands for; the paths of errors pass over references."""
    found = part
    while isinstance(found, dict) and "$ref" in found:
        path = str(found["$ref"])  # pyright: ignore[reportUnknownArgumentType]
        found = _schema(schema)
        for step in path.removeprefix("#/").split("/"):
            found = found[step]
    return found  # pyright: ignore[reportUnknownVariableType]
