"""Trees of text: each branch some lines, each line with an optional note that stands at the right edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from averment.dataclass import dataclass
from averment.diagnostics.render_text import visible
from averment.render.display import Piece, Style, columns, wrap

_DEEPEST_HANG = 6  # continuation rows start no further in, lest they get too narrow
_NARROWEST = 24  # a row is never given less room, however deep the tree


@dataclass(frozen=True, slots=True)
class Line:
    """A line before it is wrapped; ``hang`` is how far its continuation is indented."""

    pieces: tuple[Piece, ...]
    note: str = ""
    hang: int = 0


@dataclass(slots=True)
class Branch:
    """A node: what it says, and what that rests on. ``key`` is a name to refer to it by, ``above`` the key of the
    branch that has said the same already.
    """

    lines: list[Line]
    children: list[Branch] = field(default_factory=list["Branch"])
    key: str = ""
    above: str = ""


def say(*texts: str | Piece, note: str = "", hang: int = 0) -> Line:
    """A line of these texts."""
    return Line(tuple(Piece(text) if isinstance(text, str) else text for text in texts), note, hang)


def draw(branches: Sequence[Branch], style: Style) -> Iterator[str]:
    """The rows of a tree whose outermost branches stand at the left edge."""
    glyphs = style.glyphs
    pending = [("", branch, branch is branches[-1]) for branch in reversed(branches)]
    while pending:
        before, branch, last = pending.pop()
        under = before + (glyphs.blank if last else glyphs.trunk)
        inner = under + (glyphs.trunk if branch.children else glyphs.blank)
        lead, indent = before + (glyphs.last if last else glyphs.branch), len(glyphs.blank)
        for line in branch.lines:
            hang = max(min(line.hang, _DEEPEST_HANG), indent)
            for row in layout(line, style, len(lead), hang):
                yield (style.paint(lead, "dim") + row).rstrip()
                lead = inner + " " * (hang - indent)
            lead, indent = inner, 0
        pending += [(under, child, child is branch.children[-1]) for child in reversed(branch.children)]


def layout(line: Line, style: Style, taken: int = 0, hang: int = 0) -> Iterator[str]:
    """The rows of a line after ``taken`` columns, all but the first ``hang`` narrower, its note at the right edge."""
    widest = max(style.width - taken, _NARROWEST + hang)
    note = visible(line.note)
    rows = wrap(line.pieces, widest, style, hang)
    for text, _ in rows[:-1]:
        yield text
    text, used = rows[-1]
    room = widest if len(rows) == 1 else widest - hang
    if not note:
        yield text
    elif used + 2 + columns(note) <= room:
        yield text + " " * (room - used - columns(note)) + style.paint(note, "dim")
    else:
        yield text
        for row, used in wrap([Piece(note, "dim")], widest - hang, style):
            yield " " * (widest - hang - used) + row
