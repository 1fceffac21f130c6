"""JSON text (RFC 8259) to nodes with spans, exactly: duplicate names, NaN, rounding and lone surrogates are refused.

One pass of a few anchored expressions, none of which can backtrack; linear in the length of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from averment.core.composed import composed
from averment.core.node import Node, Scalar, Span
from averment.core.numbers import shortened
from averment.core.text import HIDDEN, hidden, line_starts, not_shown, span_at
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.source.json_slips import no_key, no_value, open_text
from averment.source.scalar import number, refuse_leading_zero, refuse_not_finite
from averment.source.text import MAX_DEPTH, MAX_FINDINGS, MAX_NODES, MAX_SCALAR, decode, untold

_SPACE = re.compile(r"[ \t\n\r]*+")
_STRING = re.compile(r'"([^"\\\x00-\x1f]*+)"')  # one without escapes, which is nearly every one
_ESCAPED = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*+')  # up to its closing quote
# A key with its colon, and the value if it is a text without escapes or an integer of up to 18 digits.
_MEMBER = re.compile(
    r'"([^"\\\x00-\x1f]*+)"[ \t\n\r]*+:[ \t\n\r]*+(?:"([^"\\\x00-\x1f]*+)"|(-?(?:0|[1-9][0-9]{0,17}+)(?![0-9.eE])))?+'
)
_COLON = re.compile(r"[ \t\n\r]*+:[ \t\n\r]*+")
_COMMA = re.compile(r"[ \t\n\r]*+,[ \t\n\r]*+(?![\]}])")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?+([eE][-+]?[0-9]++)?+")
_LEADING_ZERO = re.compile(r"(-?)0([0-9]++(?:\.[0-9]++)?+)")
_NOT_FINITE = re.compile(r"[-+]?(?:NaN|nan|Infinity|inf)\b")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def read_json(text: bytes, file: str, report: Report, line: int = 1) -> Node | None:
    """The value of a JSON text whose first line is ``line`` of ``file``; ``None`` where there is none to be had.

    Whatever is refused is in the report. A node returned then serves only to find more mistakes: use no value of it.
    """
    decoded = decode(text, file, report, line)
    if decoded is None:
        return None
    reader = _Reader(decoded, file, report, line)
    try:
        return reader.document()
    except _Stop:
        return None


def read_json_lines(lines: Iterable[bytes], file: str, report: Report) -> Iterator[tuple[int, Node | None]]:
    """The number and the value of each line that is not blank; ``None`` for a line that the report says is bad."""
    for count, line in enumerate(lines, 1):
        if line.strip():
            yield count, read_json(line.rstrip(b"\r\n"), file, report, count)


class _Stop(Exception):
    """No more can be read, which the report says."""


class _Reader:
    def __init__(self, text: str, file: str, report: Report, line: int) -> None:
        self.text = text
        self.file = file
        self.report = report
        self.line = line
        self.position = 0
        self._before = len(report.diagnostics)
        self._more = 0  # findings that are not told
        self._starts = line_starts(text)
        self._single = len(self._starts) == 1
        self._count = 0

    def document(self) -> Node:
        try:
            return self._document()
        finally:
            if self._more:
                self.report.extend(untold(self.report.diagnostics[-1].code, self.file, self._more))

    def _document(self) -> Node:
        text = self.text
        self._skip()
        node = self._value(0)
        self._skip()
        if self.position < len(text):
            raise self._syntax("something follows the end of the value", "not expected here")
        return node

    def _value(self, depth: int) -> Node:
        """The value that starts at the position, which is left behind its end."""
        text, start = self.text, self.position
        self._counted(start)
        character = text[start : start + 1]
        if character == '"':
            value, end = self._string(start)
            self.position = end
            return Node(value, self._span(start, end), value, True)
        if character == "{":
            return self._mapping(depth)
        if character == "[":
            return self._sequence(depth)
        digits = _NUMBER.match(text, start)
        if digits:
            return self._number(digits)
        word = _WORD.match(text, start)
        if word and word.group() in _CONSTANTS:
            self.position = word.end()
            return Node(_CONSTANTS[word.group()], self._span(start, word.end()), word.group())
        infinite = _NOT_FINITE.match(text, start)
        if infinite:
            refuse_not_finite(infinite.group(), self._span(start, infinite.end()), self.report)
            raise _Stop
        raise self._syntax(*no_value(text, start))

    def _mapping(self, depth: int) -> Node:
        text, start = self.text, self.position
        self._deeper(depth)
        items: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        self.position += 1
        self._skip()
        if text.startswith("}", self.position):
            self.position += 1
            return Node(items, self._span(start, self.position), "", False, keys)
        while True:
            key, span, node = self._member(depth)
            if key in items:
                self._twice(key, span, keys[key])
            else:
                items[key], keys[key] = node, span
            if self._closes("}"):
                return Node(items, self._span(start, self.position), "", False, keys)

    def _member(self, depth: int) -> tuple[str, Span, Node]:
        """The key at the position, its place and its value."""
        text, at = self.text, self.position
        found = _MEMBER.match(text, at)
        if not found or found.end() - at > MAX_SCALAR:
            key, span = self._key(at)
            return key, span, self._value(depth + 1)
        self.position = end = found.end()
        key, string, digits = found.groups()
        key = composed(key)
        span = self._span(at, found.end(1) + 1)
        if string is not None:
            start = found.start(2) - 1
            self._counted(start)
            string = composed(string)
            return key, span, Node(string, self._span(start, end), string, True)
        if digits is not None:
            start = found.start(3)
            self._counted(start)
            return key, span, Node(int(digits), self._span(start, end), digits)
        return key, span, self._value(depth + 1)

    def _key(self, at: int) -> tuple[str, Span]:
        """The key at ``at``, of whatever form, and its place; its colon is left behind."""
        if not self.text.startswith('"', at):
            raise self._syntax(*no_key(self.text, at))
        key, end = self._string(at)
        colon = _COLON.match(self.text, end)
        if not colon:
            self.position = _end(_SPACE, self.text, end)
            raise self._syntax("`:` expected after a key", "expected `:`")
        self.position = colon.end()
        return key, self._span(at, end)

    def _sequence(self, depth: int) -> Node:
        text, start = self.text, self.position
        self._deeper(depth)
        elements: list[Node] = []
        self.position += 1
        self._skip()
        if text.startswith("]", self.position):
            self.position += 1
            return Node(elements, self._span(start, self.position))
        while True:
            elements.append(self._value(depth + 1))
            if self._closes("]"):
                return Node(elements, self._span(start, self.position))

    def _closes(self, bracket: str) -> bool:
        """Whether ``bracket`` follows, after which the position is left; else a comma must, and a next value."""
        comma = _COMMA.match(self.text, self.position)
        if comma:
            self.position = comma.end()
            return False
        self._skip()
        character = self.text[self.position : self.position + 1]
        if character == ",":
            raise self._syntax("a value expected after `,`", "no value follows", "delete the comma")
        if character == bracket:
            self.position += 1
            return True
        if not character:
            raise self._syntax(f"the text ends before the `{bracket}`", "ends here")
        raise self._syntax(f"`,` or `{bracket}` expected", f"expected `,` or `{bracket}`")

    def _string(self, start: int) -> tuple[str, int]:
        """The text in quotes at ``start``, and where it ends."""
        found = _STRING.match(self.text, start)
        if found:
            value, end = found.group(1), found.end()
        else:
            value, end = self._escaped(start)
        if len(value) > MAX_SCALAR:
            message = f"this value has {len(value):,} characters; a value may have {MAX_SCALAR:,}"
            self.report.error("AV108", message, self._span(start, end), "too long")
            raise _Stop
        return composed(value), end

    def _escaped(self, start: int) -> tuple[str, int]:
        stop = _end(_ESCAPED, self.text, start)
        if not self.text.startswith('"', stop):
            self.position = start if stop == len(self.text) else stop
            raise self._syntax(*open_text(self.text, stop))
        value: str = json.loads(self.text[start : stop + 1])
        named = hidden(value)
        if named:
            self.report.error("AV109", not_shown(named), self._span(start, stop + 1), *HIDDEN)
            self._bound()
        return value, stop + 1

    def _number(self, found: re.Match[str]) -> Node:
        written, start, end = found.group(), found.start(), found.end()
        zero = _LEADING_ZERO.match(self.text, start) if written in ("0", "-0") else None
        if zero:
            span = self._span(start, zero.end())
            meant = zero.group(1) + (zero.group(2).lstrip("0") or "0")
            refuse_leading_zero(zero.group(), meant, span, self.report)
            self._bound()
            self.position = zero.end()
            return Node(zero.group(), span, zero.group())
        span = self._span(start, end)
        self.position = end
        value = number(written, found.group(1) is None and found.group(2) is None, span, self.report)
        if type(value) is str:
            self._bound()
        return Node(value, span, written)

    # --- places and findings --------------------------------------------------------------------------------------

    def _skip(self) -> None:
        if self.text[self.position : self.position + 1] in " \t\n\r":
            self.position = _end(_SPACE, self.text, self.position)

    def _span(self, start: int, end: int) -> Span:
        if self._single:
            return Span(self.file, self.line, start + 1, self.line, end + 1)
        return span_at(self.file, self._starts, start, end, self.line)

    def _counted(self, start: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            found = f"`{self.file}` holds more than {MAX_NODES:,} values"
            self.report.error("AV106", found, self._span(start, start + 1), "one too many")
            raise _Stop

    def _deeper(self, depth: int) -> None:
        if depth == MAX_DEPTH:
            span = self._span(self.position, self.position + 1)
            self.report.error("AV105", f"this is nested more than {MAX_DEPTH} levels deep", span, "one level too many")
            raise _Stop

    def _twice(self, key: str, again: Span, first: Span) -> None:
        labels = (Label(again, "again here"), Label(first, "first written here"))
        help = ("delete one of the two, or merge them",)
        self.report.add(Diagnostic("AV101", f"the key `{shortened(key)}` is written twice", labels, help))
        self._bound()

    def _bound(self) -> None:
        """Only count the finding that was just made where enough are told."""
        if len(self.report.diagnostics) - self._before > MAX_FINDINGS:
            self.report.diagnostics.pop()
            self._more += 1

    def _syntax(self, problem: str, label: str, *help: str) -> _Stop:
        span = self._span(self.position, self.position + 1)
        self.report.error("AV113", f"this is not JSON: {problem}", span, label, *help)
        return _Stop()


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
