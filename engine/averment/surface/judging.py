"""Whether a document has a shape, and nothing else: a schema written out, once, as functions of nodes.

The keywords are those that averment's own schemas use, with the meaning of JSON Schema 2020-12; any other is refused as
the schema is written out. A number written as a decimal is never an integer, not even 1.0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from averment.core.node import Node

Judge = Callable[[Node], bool]
Schema = Mapping[str, Any] | bool

_SAYS_NOTHING = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description"})
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def judge_of(schema: Mapping[str, Any]) -> Judge:
    """What says of a document whether it has the shape. Raises: ValueError for a keyword that is not known here."""
    return _Writer(schema).judge(schema)


def to_the_end(pattern: str) -> str:
    """A pattern with ``$`` as the end of the text: to Python it is before a last line feed as well."""
    return pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern


_FAR = 2**51  # beyond all bounds in the schemas, and a float still holds halves there


def never_whole(decimal: Decimal) -> float:
    """A number near a decimal that is no integer, whatever the decimal is."""
    near = float(decimal) if abs(decimal) < _FAR else math.copysign(_FAR, decimal)
    return near + 0.5 if near.is_integer() else near


class _Writer:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._referred: dict[str, Judge] = {}

    def judge(self, schema: Schema) -> Judge:
        if isinstance(schema, bool):
            return lambda _: schema
        asked = {keyword: value for keyword, value in schema.items() if keyword not in _SAYS_NOTHING}
        judges: list[Judge] = []
        if types := asked.pop("type", None):
            judges.append(_typed([types] if isinstance(types, str) else types))
        if "if" in asked:
            judges.append(self._choice(asked.pop("if"), asked.pop("then", True), asked.pop("else", True)))
        if not asked.keys().isdisjoint(("required", "properties", "additionalProperties")):
            rest = asked.pop("additionalProperties", True)
            judges.append(self._object(asked.pop("required", ()), asked.pop("properties", {}), rest))
        judges += [self._other(keyword, value) for keyword, value in asked.items()]
        return judges[0] if len(judges) == 1 else _all(judges)

    def _choice(self, condition: Schema, then: Schema, otherwise: Schema) -> Judge:
        first, second, third = self.judge(condition), self.judge(then), self.judge(otherwise)
        return lambda node: second(node) if first(node) else third(node)

    def _object(self, required: Sequence[str], properties: Mapping[str, Schema], rest: Schema) -> Judge:
        known = {name: self.judge(schema) for name, schema in properties.items()}
        other = self.judge(rest)

        def judge(node: Node) -> bool:
            value = node.value
            if type(value) is not dict:
                return True
            if not all(name in value for name in required):
                return False
            return all(known.get(name, other)(child) for name, child in value.items())

        return judge

    def _reference(self, path: str) -> Judge:
        """The judge of a part of the schema, which may hold itself."""
        if path not in self._referred:
            self._referred[path] = lambda node: self._referred[path](node)
            part: Any = self._root
            for step in path.removeprefix("#/").split("/"):
                part = part[step]
            self._referred[path] = self.judge(part)
        return self._referred[path]

    def _other(self, keyword: str, asked: Any) -> Judge:
        match keyword:
            case "$ref":
                return self._reference(asked)
            case "allOf":
                return _all([self.judge(each) for each in asked])
            case "not":
                refused = self.judge(asked)
                return lambda node: not refused(node)
            case "items":
                item = self.judge(asked)
                return lambda node: type(node.value) is not list or all(map(item, node.value))
            case "propertyNames":
                named = self.judge(asked)
                return lambda node: (
                    type(node.value) is not dict or all(named(Node(name, node.span)) for name in node.value)
                )
            case "enum":
                return lambda node: any(_same(node.value, each) for each in asked)
            case "const":
                return lambda node: _same(node.value, asked)
            case "pattern":
                found = re.compile(to_the_end(asked)).search
                return lambda node: not isinstance(node.value, str) or found(node.value) is not None
            case "minLength" | "maxLength":
                return _sized(str, asked, keyword.startswith("min"))
            case "minItems" | "maxItems":
                return _sized(list, asked, keyword.startswith("min"))
            case "minProperties" | "maxProperties":
                return _sized(dict, asked, keyword.startswith("min"))
            case "minimum":
                return _bounded(lambda number: number >= asked)
            case "maximum":
                return _bounded(lambda number: number <= asked)
            case _:
                raise ValueError(f"the keyword {keyword} is not known")


def _all(judges: Sequence[Judge]) -> Judge:
    return lambda node: all(judge(node) for judge in judges)


def _typed(names: Sequence[str]) -> Judge:
    types = frozenset(type for name in names for type in _TYPES[name])
    return lambda node: type(node.value) in types


def _sized(kind: type[str] | type[list[Node]] | type[dict[str, Node]], bound: int, at_least: bool) -> Judge:
    def judge(node: Node) -> bool:
        value = node.value
        return not isinstance(value, kind) or (len(value) >= bound if at_least else len(value) <= bound)

    return judge


def _bounded(holds: Callable[[float], bool]) -> Judge:
    def judge(node: Node) -> bool:
        value = node.value
        if isinstance(value, Decimal):
            return holds(never_whole(value))
        return isinstance(value, bool) or not isinstance(value, int | float) or holds(value)

    return judge


def _same(value: object, asked: object) -> bool:
    return type(value) is type(asked) and value == asked
