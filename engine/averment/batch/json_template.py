"""Lines of JSON that one program wrote: the same text in every line but for the values, read column by column.

The first line is the template: what stands between its values must stand between those of every other line, byte for
byte. A value is found where the template says, and must be of its field's JSON type: a string of visible ASCII without
escapes, an integer, ``true`` or ``false``, or a list of such strings. Where anything else turns up in any line, nothing
is read, and the lines are left to a parser: so what is read here is what the parser would read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.backends.columnar.columns import Plane
from averment.batch.arrow import Array, Table, pa
from averment.batch.json_schema import arrow_type
from averment.core.program import FactType, Field, Kind

_TOKEN = re.compile(rb'\s*("[^"]*"\s*:|"[^"]*"|-?[0-9]+|true|false|\[(?:"[^"]*"(?:, ?"[^"]*")*)?\]|[{},])')
_QUOTE, _CLOSE, _COMMA, _SPACE, _MINUS, _ZERO = b'"], -0'
_LINES = 4096  # that are read at a time, so that they stay in a processor's cache
_DIGITS = 18  # of an integer: what 64 bits surely hold
_TRUE, _FALSE = (int.from_bytes(word, "little") for word in (b"true", b"fals"))
_CASE = ("case",)
Path = tuple[str, ...]


class _Differs(Exception):
    """A line is not as the template."""


@dataclass(frozen=True, slots=True)
class _Template:
    """``texts[i]`` stands before the value of ``paths[i]``; the last text is the end of the line."""

    texts: tuple[bytes, ...]
    paths: tuple[Path, ...]
    types: tuple[str, ...]  # that are mentioned


class TemplateReader:
    """Reads lines of cases that have one record of each type they mention."""

    def __init__(self, types: Mapping[str, FactType], schema: Any) -> None:
        self._types, self._schema = types, schema

    def read(self, data: bytes, ends: Codes) -> Table | None:
        """The table of the schema that the lines of ``data`` are, each with its line break; nothing where they differ
        in more than their values.
        """
        template = self._template(data[: int(ends[0])])
        if template is None or b"\\" in data:
            return None
        tables: list[Table] = []
        start = 0
        for first in range(0, len(ends), _LINES):
            some = ends[first : first + _LINES]
            end = int(some[-1])
            try:
                tables.append(self._table(template, data[start:end], some - start))
            except _Differs:
                return None
            start = end
        return pa.concat_tables(tables)

    def _table(self, template: _Template, data: bytes, ends: Codes) -> Table:
        """The table of some lines. Raises _Differs."""
        values = _Scan(data, ends).values(template, self._kind)
        facts: list[Any] = []
        for part in self._schema.field("facts").type:
            if part.name in template.types:
                children = [(values.get((part.name, child.name)), child.type) for child in part.type]
                filled = [pa.nulls(len(ends), kind) if value is None else value for value, kind in children]
                facts.append(pa.StructArray.from_arrays(filled, fields=list(part.type)))
            else:
                facts.append(pa.nulls(len(ends), part.type))
        struct = pa.StructArray.from_arrays(facts, fields=list(self._schema.field("facts").type))
        return pa.Table.from_arrays([values[_CASE], struct], schema=self._schema)

    def _kind(self, path: Path) -> Kind:
        return Kind.TEXT if path == _CASE else self._field(path).kind

    def _field(self, path: Path) -> Field:
        type = self._types[path[0]]
        return type.fields[type.position[path[1]]]

    def _template(self, line: bytes) -> _Template | None:
        """The template that a line is, if it is one of a case with known fields, each once and of its JSON type."""
        try:
            json.loads(line)
        except ValueError:
            return None
        texts: list[bytes] = []
        paths: list[Path] = []
        stack: list[str] = []
        mentioned: list[Path] = []
        start = at = 0
        key = ""
        while found := _TOKEN.match(line, at):
            token, at = found[1], found.end()
            if token == b"{":
                stack.append(key)
            elif token == b"}":
                stack.pop()
            elif token[-1:] == b":":
                key = token[1:].partition(b'"')[0].decode("ascii", "replace")
                mentioned.append((*stack[1:], key))
            elif token != b",":
                path = (*stack[1:], key)
                edge = self._edge(path, token)
                if edge is None:
                    return None
                texts.append(line[start : found.start(1) + edge])
                start = at - edge
                paths.append(path[-2:])
        if at != len(line.rstrip()) or stack or len(set(mentioned)) != len(mentioned) or _CASE not in paths:
            return None
        types = tuple(path[1] for path in mentioned if len(path) == 2)
        if any(self._types.get(name) is None or not self._types[name].one for name in types):
            return None
        return _Template((*texts, line[start:]), tuple(paths), types) if types else None

    def _edge(self, path: Path, token: bytes) -> int | None:
        """How many bytes at each end of a value belong to the template (quotes, brackets); nothing where it is none."""
        if path == _CASE:
            return 1 if token[:1] == b'"' else None
        type = self._types.get(path[1]) if len(path) == 3 and path[0] == "facts" else None
        if type is None or type.derived or not type.one or path[2] not in type.position:
            return None
        kind = arrow_type(type.fields[type.position[path[2]]])
        if kind == pa.string():
            return 1 if token[:1] == b'"' else None
        if kind == pa.bool_():
            return 0 if token in (b"true", b"false") else None
        if kind == pa.int64():
            return 0 if token[-1:].isdigit() else None
        return 1 if token[:1] == b"[" else None  # a decimal is never in brackets


class _Scan:
    """A place in each line, moved over texts and values."""

    def __init__(self, data: bytes, ends: Codes) -> None:
        self._data, self._held, self._ends = data, np.frombuffer(data, np.uint8), ends
        if np.count_nonzero(self._held - np.uint8(32) > 94) != len(ends):  # something but the line breaks does not show
            raise _Differs
        self._at: Codes = np.concatenate([[0], ends[:-1]])
        self._quotes = np.flatnonzero(self._held == _QUOTE)
        self._quote = np.searchsorted(self._quotes, self._at)  # of the next one, for each line
        self._brackets: Codes | None = None

    def values(self, template: _Template, kind: Callable[[Path], Kind]) -> dict[Path, Array]:
        """The columns. Raises _Differs."""
        found: dict[Path, Array] = {}
        for text, path in zip(template.texts, template.paths, strict=False):
            self._pass(text)
            match kind(path):
                case Kind.BOOLEAN:
                    found[path] = self._booleans()
                case Kind.INTEGER:
                    found[path] = self._integers()
                case Kind.SET:
                    found[path] = self._lists()
                case _:
                    found[path] = self._strings()
        self._pass(template.texts[-1])
        if (self._at != self._ends).any():
            raise _Differs
        return found

    def _pass(self, text: bytes) -> None:
        """Move over a text that every line must have here."""
        if self._words(f"V{len(text)}", len(text)).tobytes() != text * len(self._at):
            raise _Differs
        self._at = self._at + len(text)
        self._quote = self._quote + text.count(b'"')

    def _words(self, kind: Any, size: int) -> Any:
        """So many bytes from the place on, of each line."""
        if int(self._at.max()) + size > len(self._data):
            raise _Differs
        return np.ndarray((len(self._data) - size + 1,), kind, self._data, strides=(1,))[self._at]

    def _strings(self) -> Array:
        """Up to the next quote."""
        end = self._quotes.take(self._quote, mode="clip")
        if (end < self._at).any():
            raise _Differs
        found = self._texts(self._at, end)
        self._at = end
        return found

    def _texts(self, start: Codes, end: Codes) -> Array:
        lengths = end - start
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        places = np.arange(total) + np.repeat(start - ends + lengths, lengths)
        offsets = np.concatenate([[0], ends]).astype(np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self._held[places])]
        return pa.Array.from_buffers(pa.string(), len(start), buffers)

    def _booleans(self) -> Array:
        words = self._words(np.uint32, 4)
        true = words == _TRUE
        false = ~true
        if (words[false] != _FALSE).any() or (self._held[self._at[false] + 4] != ord("e")).any():
            raise _Differs
        self._at = self._at + 4 + false
        return pa.array(true)

    def _integers(self) -> Array:
        """Digits, perhaps after a minus; what comes after them is the template's to say."""
        negative = self._held[self._at] == _MINUS
        at: Codes = self._at + negative
        value: Codes = np.zeros(len(at), np.int64)
        count: Codes = np.zeros(len(at), np.int64)
        going: Plane = np.ones(len(at), np.bool_)
        for _ in range(_DIGITS + 1):
            digit = self._held.take(at + count, mode="clip") - np.uint8(_ZERO)
            going = going & (digit <= 9)
            if not going.any():
                break
            value = np.where(going, value * 10 + digit, value)
            count += going
        leading: Plane = (self._held.take(at, mode="clip") == _ZERO) & ((count > 1) | negative)
        if (count == 0).any() or (count > _DIGITS).any() or leading.any():
            raise _Differs
        self._at = at + count
        return pa.array(np.where(negative, -value, value))

    def _lists(self) -> Array:
        """Strings between commas, up to the next closing bracket: nothing else may stand there."""
        if self._brackets is None:
            self._brackets = np.flatnonzero(self._held == _CLOSE)
        end = self._brackets.take(np.searchsorted(self._brackets, self._at), mode="clip")
        after = np.searchsorted(self._quotes, end)
        marks = after - self._quote
        if (end < self._at).any() or (marks & 1).any() or (marks < 0).any():
            raise _Differs
        sizes = marks // 2
        ends = np.cumsum(sizes)
        offsets = np.concatenate([[0], ends]).astype(np.int32)
        first = self._quote - 2 * (ends - sizes)
        opening = 2 * np.arange(int(ends[-1])) + np.repeat(first, sizes)
        start, stop = self._quotes[opening] + 1, self._quotes[opening + 1]
        inner = np.ones(len(start), np.bool_)  # has another one before it in its list
        inner[offsets[:-1][sizes > 0]] = False
        gap: Codes = start - 1 - np.concatenate([[0], stop[:-1] + 1])[: len(start)]
        spaced: Plane = gap == 2
        before = start - 2 - spaced
        fine: Plane = (gap == 1) | (spaced & (self._held.take(start - 2, mode="clip") == _SPACE))
        fine = fine & (self._held.take(before, mode="clip") == _COMMA)
        some = sizes > 0
        heads, tails = start[~inner] - 1, stop[offsets[1:][some] - 1] + 1
        if not fine[inner].all() or (heads != self._at[some]).any() or (tails != end[some]).any():
            raise _Differs
        if (end[~some] != self._at[~some]).any():
            raise _Differs
        self._at, self._quote = end, after
        return pa.ListArray.from_arrays(pa.array(offsets), self._texts(start, stop))
