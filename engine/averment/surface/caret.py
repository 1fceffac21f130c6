"""Where in its file a part of a cell stands: the span of the characters from ``at`` to ``end`` of a scalar."""

from __future__ import annotations

from averment.core.node import Node, Span


def caret(node: Node, at: int, end: int) -> Span:
    """The span of a stretch of a scalar's text; the whole scalar where escapes or line breaks hide the place."""
    span = node.span
    quotes = 1 if node.quoted else 0
    text = node.value if isinstance(node.value, str) else node.text
    if span.line != span.end_line or span.end_column - span.column != len(text) + 2 * quotes:
        return span
    start = span.column + quotes
    return Span(span.file, span.line, start + at, span.line, start + max(end, at + 1))
