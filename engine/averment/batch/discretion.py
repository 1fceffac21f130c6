"""What is said of a row without an outcome: what was wrong, of which field, what is wanted, the fix, the row as it was.

Where the vocabulary has sensitive fields, nothing that was written there is repeated. What reads a value against its
field does not repeat it (``core.values.fit``). But a text that is no JSON, a value of the wrong shape, the key of a
record and what a calculation gives are quoted without asking which field they are of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from averment.batch.cells import cell_text
from averment.core.node import Node
from averment.core.program import FactType, Field
from averment.core.values import Misfit, fit
from averment.diagnostics.catalogue import title
from averment.diagnostics.diagnostic import Diagnostic
from averment.model.encoding import plain_value

_QUOTING = ("AV10", "AV11", "AV2", "AV343", "AV346", "AV50")
_PLAIN = ("AV109", "AV110")  # which tell a character, or where a byte stands
_MASKED = "(sensitive)"
_LONGEST = 16_384  # characters of a row that is repeated
_SHOWN = 200  # characters of a value
_VALUES = 50  # of a field


@dataclass(frozen=True)
class Said:
    """What is said of a row: a ``message``, and ``about`` it what programs want apart: ``field``, ``value``,
    ``wanted``, ``help``, and as ``record`` the case as it was read, or as ``text`` what was no case.
    """

    message: str
    about: dict[str, Any] = field(default_factory=dict[str, Any])


class Discretion:
    """What may be said under one vocabulary."""

    def __init__(self, types: Iterable[FactType]) -> None:
        self._types = {type.name: type for type in types}
        self._needed = any(field.sensitive for type in self._types.values() for field in type.fields)

    def said(self, code: str, message: str) -> str:
        """The message, or where it may quote a sensitive value, only what it is about."""
        return self._withheld(code) if self._quotes(code) else message

    def told(self, problem: Diagnostic, node: Node | None, text: bytes = b"") -> Said:
        """All that may be said of a row: of its ``node`` if it is a document, else of its ``text``."""
        about: dict[str, Any] = {}
        if node is not None:
            about |= self._where(problem, node)
            record = _shown(node.value, self._masked(node))
            if len(json.dumps(record)) <= _LONGEST:
                about["record"] = record
        elif text and not self._needed:
            about["text"] = text.decode("utf-8", "replace").rstrip("\r\n")[:_LONGEST]
        if self._quotes(problem.code):
            return Said(self._withheld(problem.code), about)
        if problem.labels and problem.labels[0].text and "wanted" not in about:
            about["wanted"] = problem.labels[0].text
        if problem.help:
            about["help"] = list(problem.help)
        return Said(problem.line, about)

    def _quotes(self, code: str) -> bool:
        return self._needed and code.startswith(_QUOTING) and code not in _PLAIN

    def _withheld(self, code: str) -> str:
        return f"{title(code)}; what was written is not repeated, because the pack has sensitive fields"

    def _where(self, problem: Diagnostic, node: Node) -> dict[str, Any]:
        """The field that a finding is about, and what was there: the one whose value is refused in these words."""
        for path, of, value in self._values(node):
            found = fit(plain_value(value), of, path)
            if isinstance(found, Misfit) and (found.code, found.message) == (problem.code, problem.message):
                wanted = {"wanted": f"one of {', '.join(of.values[:_VALUES])}"} if of.values else {}
                return {"field": path, **wanted} | ({} if of.sensitive else {"value": _text(value)[:_SHOWN]})
        return {}

    def _values(self, node: Node) -> Iterator[tuple[str, Field, Node]]:
        """What is given of the fields of types of one record, each with its path."""
        for name, records, _ in node.entries_of("facts"):
            type = self._types.get(name)
            if type is not None and isinstance(records.value, dict):
                for key, value in records.items():
                    if key in type.position and value.value is not None:
                        yield f"{name}.{key}", type.fields[type.position[key]], value

    def _masked(self, node: Node) -> frozenset[int]:
        """The nodes whose values are not repeated: of sensitive fields, and of names that may be meant for one."""
        if not self._needed:
            return frozenset()
        masked: set[int] = set()
        for name, records, _ in node.entries_of("facts"):
            type = self._types.get(name)
            held = records.value if isinstance(records.value, list) else [records]
            for record in held:
                if type is None or not isinstance(record.value, dict):
                    masked.add(id(record))
                    continue
                for key, value in record.items():
                    if key not in type.position or type.fields[type.position[key]].sensitive:
                        masked.add(id(value))
        return frozenset(masked)


def _text(node: Node) -> str:
    """A value as a cell would have it."""
    held = plain_value(node)
    if isinstance(held, list):
        return json.dumps([cell_text(each) for each in held], ensure_ascii=False)  # pyright: ignore[reportUnknownVariableType]
    return cell_text(held) or ""


def _shown(value: Any, masked: frozenset[int]) -> Any:
    """A document as plain data that canonical JSON can hold."""
    if isinstance(value, Node):
        return _MASKED if id(value) in masked else _shown(value.value, masked)
    if isinstance(value, dict):
        return {_plain(str(key)): _shown(held, masked) for key, held in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, list):
        return [_shown(held, masked) for held in value]  # pyright: ignore[reportUnknownVariableType]
    if value is None or isinstance(value, bool | int):
        return value
    return str(value).encode("utf-8", "replace").decode()


def _plain(key: str) -> str:
    return key if key.isascii() else key.encode("unicode_escape").decode()
