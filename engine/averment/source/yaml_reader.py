"""YAML text to nodes with spans: our own composer over PyYAML's events, because a file may come from anybody.

It refuses whatever makes a file mean something other than what it shows: anchors, aliases and merge keys, tags and
directives, duplicate keys, keys that are not text, YAML 1.1's octal numbers; and whatever makes reading unbounded:
depth, number of values, length of a scalar. It keeps its own stack, so depth cannot exhaust the interpreter's.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

import yaml

from averment.core.composed import composed
from averment.core.node import Node, Span
from averment.core.numbers import shortened
from averment.core.text import HIDDEN, hidden, not_shown, start_of
from averment.dataclass import dataclass
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.source.scalar import plain_scalar
from averment.source.text import MAX_DEPTH, MAX_FINDINGS, MAX_NODES, MAX_SCALAR, decode, untold
from averment.source.yaml_slips import COMMA, NO_BREAK, UNCLOSED, mend, sentence

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where there is one: ten times faster


def read_yaml(text: bytes, file: str, report: Report, line: int = 1) -> list[Node]:
    """The documents of a YAML stream, which starts on ``line`` of ``file``.

    Whatever is refused is in the report. The documents returned then are what could still be read; they serve only to
    find more mistakes: use no value of them.
    """
    decoded = decode(text, file, report, line)
    if decoded is None:
        return []
    composer = _Composer(file, report, line)
    try:
        loader = _Loader(decoded)
        try:
            composer.compose(loader)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        composer.refuse_syntax(
            sentence(problem.context, problem.problem), mark, decoded[mark.index :][:1] if mark else ""
        )
    except yaml.YAMLError as problem:
        composer.refuse_syntax(str(problem).partition("\n")[0], None)
    except (LookupError, AttributeError, TypeError, ValueError, AssertionError) as problem:
        # PyYAML's parser leaks its own slips on some malformed input: for our user they are syntax errors too.
        composer.refuse_syntax(f"the parser gave up ({type(problem).__name__})", None)
    if not composer.documents and not composer.refused:
        report.error("AV111", f"`{file}` holds no value, only comments", start_of(file, line))
    return composer.documents


@dataclass(slots=True)
class _Frame:
    """A collection under construction; ``key`` is the key that waits for its value, ``None`` where a key is due."""

    items: dict[str, Node] | list[Node]
    line: int
    column: int
    flow: bool
    keys: dict[str, Span] = field(default_factory=dict[str, Span])
    key: str | None = None
    key_span: Span | None = None
    skips: bool = False  # the waiting value has a key that was refused


class _Full(Exception):
    """The file is beyond a limit, which the report says."""


class _Composer:
    """Builds documents from events, of which the first stands on ``line``. ``refused``: whether anything was."""

    def __init__(self, file: str, report: Report, line: int) -> None:
        self.file = file
        self._line = line
        self.report = report
        self.documents: list[Node] = []
        self._before = len(report.diagnostics)
        self._more = 0  # findings that are not told
        self._stack: list[_Frame] = []
        self._count = 0
        self._last = start_of(file, line)
        self._quoted: Span | None = None  # the last text in quotes that goes over several lines

    @property
    def refused(self) -> bool:
        return len(self.report.diagnostics) > self._before

    def compose(self, loader: Any) -> None:
        """Take the events of ``loader`` until the end of the stream or a limit."""
        get_event = loader.get_event
        try:
            while True:
                event: yaml.Event = get_event()
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    self._scalar(event)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    self._open(event, {} if kind is yaml.MappingStartEvent else [])
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self._close(event)
                elif kind is yaml.AliasEvent:
                    self._alias(event)
                elif kind is yaml.DocumentStartEvent:
                    self._directives(event)
                elif kind is yaml.StreamEndEvent:
                    return
        except _Full:
            return
        finally:
            if self._more:
                self.report.extend(untold(self.report.diagnostics[-1].code, self.file, self._more))

    def refuse_syntax(self, problem: str, mark: Any, here: str = "") -> None:
        line, column = (
            (mark.line + self._line, mark.column + 1) if mark else (self._last.end_line, self._last.end_column)
        )
        labels, help = [Label(Span(self.file, line, column, line, column + 1), "here")], mend(problem, here)
        if (
            self._quoted and line - self._quoted.end_line <= 1
        ):  # in which a quote that was forgotten has swallowed lines
            opened = self._quoted
            labels.append(Label(Span(*opened[:3], opened.line, opened.column + 1), "opened here"))
            help = (UNCLOSED.format(opened.line, opened.end_line),)
        self.report.add(Diagnostic("AV112", f"this is not YAML: {problem}", tuple(labels), help))

    # --- events ---------------------------------------------------------------------------------------------------

    def _scalar(self, event: Any) -> None:
        text = composed(event.value)
        style: str | None = event.style
        start, end = event.start_mark, event.end_mark
        span = Span(self.file, start.line + self._line, start.column + 1, end.line + self._line, end.column + 1)
        if event.anchor is not None or event.tag is not None:
            self._properties(event, span)
        if len(text) > MAX_SCALAR:
            message = f"this value has {len(text):,} characters; a value may have {MAX_SCALAR:,}"
            self.report.error("AV108", message, span, "too long")
            raise _Full
        if style == '"' and (named := hidden(text)):
            self._refuse("AV109", not_shown(named), span, *HIDDEN)
        if style in ("'", '"') and span.line != span.end_line:
            self._quoted = span
        if not style and text[:1] == "\u00a0":
            self._refuse("AV109", NO_BREAK[0], span, *NO_BREAK[1:])
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and not frame.skips and type(frame.items) is dict:
            self._key(frame, text, style, span)
        elif style:
            self._add(Node(text, span, text, True))
        else:
            self._add(Node(plain_scalar(text, span, self.report), span, text))

    def _key(self, frame: _Frame, text: str, style: str | None, span: Span) -> None:
        if not style:
            if text == "<<":
                self._refuse("AV102", "merge keys are not accepted", span, "merge key", "write the keys out")
                frame.skips = True
                return
            if not isinstance(plain_scalar(text, span, Report()), str):
                shown = text or "nothing"
                help = f'put it in quotes: `"{text}"`' if text else "write a key before the `:`"
                if frame.flow and span.column - self._last.end_column == 1:
                    help = COMMA
                self._refuse("AV104", f"a key must be text, and `{shown}` is not", span, "not text", help)
                frame.skips = True
                return
        first = frame.keys.get(text)
        if first is not None:
            shown = shortened(text)
            labels = (Label(span, "again here"), Label(first, "first written here"))
            merge = ("delete one of the two, or merge them",)
            self._found(Diagnostic("AV101", f"the key `{shown}` is written twice", labels, merge))
            frame.skips = True
            return
        frame.key, frame.key_span = text, span

    def _open(self, event: Any, items: dict[str, Node] | list[Node]) -> None:
        start = event.start_mark
        line, column = start.line + self._line, start.column + 1
        if event.anchor is not None or event.tag is not None:
            self._properties(event, Span(self.file, line, column, line, column + 1))
        if len(self._stack) == MAX_DEPTH:
            span = Span(self.file, line, column, line, column + 1)
            self.report.error("AV105", f"this is nested more than {MAX_DEPTH} levels deep", span, "one level too many")
            raise _Full
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and not frame.skips and type(frame.items) is dict:
            span = Span(self.file, line, column, line, column + 1)
            help = "if this should be text, put it in quotes"
            self._refuse("AV104", "a key must be text, and this is a collection", span, "not text", help)
            # Composed under a name nobody can write, then dropped; the value that follows is skipped in its turn.
            frame.key = ""
        self._stack.append(_Frame(items, line, column, bool(event.flow_style)))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        if frame.flow or not frame.items:
            end_line, end_column = event.end_mark.line + self._line, event.end_mark.column + 1
        else:  # libyaml ends a block where the next token starts; it ends with its last value
            end_line, end_column = self._last.end_line, self._last.end_column
        span = Span(self.file, frame.line, frame.column, end_line, end_column)
        self._add(Node(frame.items, span, "", False, frame.keys))

    def _add(self, node: Node) -> None:
        self._count += 1
        self._last = node.span
        if self._count > MAX_NODES:
            self.report.error("AV106", f"`{self.file}` holds more than {MAX_NODES:,} values", node.span, "one too many")
            raise _Full
        if not self._stack:
            self.documents.append(node)
            return
        frame = self._stack[-1]
        if isinstance(frame.items, list):
            frame.items.append(node)
        elif frame.skips:
            frame.skips = False
        elif frame.key_span is None:  # this was itself a refused key
            frame.key, frame.skips = None, True
        else:
            assert frame.key is not None
            frame.items[frame.key] = node
            frame.keys[frame.key] = frame.key_span
            frame.key = frame.key_span = None

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        span = Span(self.file, start.line + self._line, start.column + 1, end.line + self._line, end.column + 1)
        self._refuse("AV102", f"the alias `*{event.anchor}` is not accepted", span, "alias", "write the value out")
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.items, dict) and frame.key is None and not frame.skips:
            frame.skips = True
        else:
            self._add(Node(None, span))

    def _directives(self, event: Any) -> None:
        if event.version or event.tags:
            start = event.start_mark
            span = Span(self.file, start.line + self._line, 1, start.line + self._line, 2)
            help = "delete the line that starts with `%`; files are read as YAML 1.2"
            self._refuse("AV103", "directives are not accepted", span, "directive", help)

    def _properties(self, event: Any, span: Span) -> None:
        if event.anchor is not None:
            help = "write the value out where it is needed"
            self._refuse("AV102", f"the anchor `&{event.anchor}` is not accepted", span, "anchor", help)
        if event.tag is not None:
            help = "delete the tag; put the value in quotes if it is text"
            self._refuse("AV103", f"the tag `{shortened(event.tag)}` is not accepted", span, "tag", help)

    def _refuse(self, code: str, message: str, span: Span, label: str, *help: str) -> None:
        self._found(Diagnostic(code, message, (Label(span, label),), help))

    def _found(self, found: Diagnostic) -> None:
        if len(self.report.diagnostics) - self._before < MAX_FINDINGS:
            self.report.add(found)
        else:
            self._more += 1
