"""Findings as a person reads them in a terminal: what, where, the line itself with carets, and how to mend it.

::

    error[AV301]: `technical_complexty` is not a field of `product`
     --> rules/product.yaml:6:19
    6 |       - product: {technical_complexty: high}
      |                   ^^^^^^^^^^^^^^^^^^^ unknown field
     = help: did you mean `technical_complexity`?

A further label is a further block that starts with ``:::``. What a file holds cannot act on the terminal: characters
that do not show are written out.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from averment.core.node import Span
from averment.core.text import hidden, split_lines, start_of
from averment.diagnostics.diagnostic import Diagnostic, Label, Severity
from averment.diagnostics.few import few

_WIDEST = 120  # columns of a source line; a longer one is cut around its span
_BEFORE = 40  # columns shown before the span of a line that is cut
_TAB = 4

_STYLES = {"error": "1;31", "warning": "1;33", "message": "1", "gutter": "34", "help": "1;36"}


def render(diagnostic: Diagnostic, sources: Mapping[str, str], color: bool = False) -> str:
    """One finding, without a line end; ``sources`` holds the texts of the files that spans name, where known."""
    return _Page(sources, color).finding(diagnostic)


def render_all(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], color: bool = False) -> str:
    """The first findings of each kind with a blank line between, and the summary line of all; without a line end."""
    found = few(diagnostics)
    page = _Page(sources, color)
    return "\n\n".join([*(page.finding(diagnostic) for diagnostic in found), summary(found)])


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How many findings there are: ``2 errors, 1 warning``."""
    numbers = Counter[Severity]()
    for diagnostic in diagnostics:
        numbers[diagnostic.severity] += diagnostic.count
    counts = [(numbers[severity], severity.value) for severity in Severity]
    said = [f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return ", ".join(said) or "no findings"


def visible(text: str) -> str:
    """``text`` on one line, with every character that does not show, or acts on a terminal, written out."""
    return "".join(map(_shown, text)) if not text.isprintable() or hidden(text) else text


class _Excerpt(NamedTuple):
    """A source line as shown, and the column and width of the carets under it."""

    line: str
    indent: int
    width: int


class _Page:
    def __init__(self, sources: Mapping[str, str], color: bool) -> None:
        self._sources = sources
        self._color = color
        self._lines: dict[str, list[str]] = {}

    def finding(self, diagnostic: Diagnostic) -> str:
        kind = diagnostic.severity.value
        head = self._paint(kind, f"{kind}[{diagnostic.code}]")
        rows = [head + self._paint("message", f": {visible(diagnostic.message)}")]
        gutter = max((len(str(label.span.line)) for label in diagnostic.labels), default=1)
        for number, label in enumerate(diagnostic.labels):
            rows.extend(self._block(label, gutter, kind if number == 0 else "gutter"))
        pad = " " * gutter
        for word, texts in (("help", diagnostic.help), ("note", diagnostic.notes)):
            rows.extend(f"{pad}{self._paint('gutter', '=')} {self._paint('help', word)}: {visible(t)}" for t in texts)
        return "\n".join(rows)

    def _block(self, label: Label, gutter: int, style: str) -> list[str]:
        primary = style != "gutter"
        span = label.span
        whole_file = span == start_of(span.file)
        place = visible(span.file if whole_file else str(span))
        rows = [f"{' ' * gutter}{self._paint('gutter', '-->' if primary else ':::')} {place}"]
        excerpt = None if whole_file else self._excerpt(span)
        if excerpt is None:
            if label.text and not whole_file:
                rows.append(f"{' ' * gutter}{self._paint('gutter', '=')} {visible(label.text)}")
            return rows
        number = self._paint("gutter", f"{span.line:>{gutter}} |")
        under = ("^" if primary else "-") * excerpt.width
        carets = self._paint(style, f"{under} {visible(label.text)}".rstrip())
        rows.append(f"{number} {excerpt.line}".rstrip())
        rows.append(f"{self._paint('gutter', ' ' * gutter + ' |')} {' ' * excerpt.indent}{carets}")
        return rows

    def _excerpt(self, span: Span) -> _Excerpt | None:
        if span.file not in self._sources:
            return None
        if span.file not in self._lines:
            self._lines[span.file] = split_lines(self._sources[span.file].removeprefix("\ufeff"))
        lines = self._lines[span.file]
        return _excerpt(lines[span.line - 1], span) if span.line <= len(lines) else None

    def _paint(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._color else text


def _excerpt(line: str, span: Span) -> _Excerpt:
    """The part of ``line`` that shows the span (of one over several lines: its first), in terminal columns."""
    start = min(span.column - 1, len(line))
    end = len(line.rstrip()) if span.end_line > span.line else min(span.end_column - 1, len(line))
    end = max(end, start)
    # Only a window is looked at: a line may have millions of characters.
    first = max(0, start - _WIDEST)
    shown = [_shown(character) for character in line[first : start + _WIDEST]]
    widths = [_width(cell) for cell in shown]
    if first > 0 or start + _WIDEST < len(line) or sum(widths) > _WIDEST:
        skip = 0
        while sum(widths[skip : start - first]) >= _BEFORE:
            skip += 1
        shown, widths, first = shown[skip:], widths[skip:], first + skip
    before = sum(widths[: start - first])
    head = "…" if first > 0 else ""
    room = _WIDEST - len(head) - 1
    kept, used = 0, 0
    while kept < len(shown) and used + widths[kept] <= room:
        used += widths[kept]
        kept += 1
    tail = "…" if first + kept < len(line) else ""
    under = sum(widths[start - first : min(end - first, kept)])
    return _Excerpt(head + "".join(shown[:kept]) + tail, len(head) + before, max(1, under))


def _shown(character: str) -> str:
    if " " <= character <= "~":
        return character
    if character == "\t":
        return " " * _TAB
    if character == "\n":
        return "\\n"
    if not character.isprintable() or hidden(character):
        return " " if unicodedata.category(character) == "Zs" else f"<U+{ord(character):04X}>"
    return character


def _width(cell: str) -> int:
    """Columns that a shown character takes: 2 for East Asian wide ones, none for combining marks."""
    if cell.isascii():
        return len(cell)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in cell
    )
