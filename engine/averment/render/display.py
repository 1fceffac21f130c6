"""Text on a terminal: what may be printed, how wide it is, and where it breaks.

A terminal obeys control characters and reorders around bidirectional ones, so none of either is ever printed raw: what
has no shape of its own is written as its code point, ``<U+202E>``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from averment.dataclass import dataclass
from averment.diagnostics.render_text import visible

_ESCAPES = {
    "bold": "1",
    "dim": "2",
    "good": "32",
    "bad": "31",
    "doubt": "33",
    "headline-good": "1;32",
    "headline-bad": "1;31",
    "headline-doubt": "1;33",
    "name": "36",
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What a tree is drawn with; ``bar`` and ``rest`` fill a plot, the ``arrow`` goes from a value to another."""

    branch: str
    last: str
    trunk: str
    blank: str
    holds: str
    against: str
    doubtful: str
    neutral: str
    dot: str
    paragraph: str
    above: str
    ellipsis: str
    arrow: str
    bar: str
    rest: str


UNICODE = Glyphs("├─ ", "└─ ", "│  ", "   ", "✔", "✘", "·", "•", " · ", "¶", "↑ above", "…", "→", "█", "·")
ASCII = Glyphs(
    "|- ", "`- ", "|  ", "   ", "[+]", "[-]", "[?]", "[ ]", " - ", "paragraph ", "^ above", "...", "->", "#", "."
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is to look: ``width`` in columns, whether coloured, and what trees are drawn with."""

    width: int = 100
    colour: bool = False
    glyphs: Glyphs = UNICODE

    def paint(self, text: str, role: str) -> str:
        """``text`` in the colour of ``role``, where colours are wanted."""
        return f"\x1b[{_ESCAPES[role]}m{text}\x1b[0m" if self.colour and role else text


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes: East Asian wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(character) in ("Mn", "Me") else 2 if _wide(character) else 1 for character in text
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that looks alike."""

    text: str
    role: str = ""


def wrap(pieces: Iterable[Piece], width: int, style: Style, hang: int = 0) -> list[tuple[str, int]]:
    """The pieces as rows with their widths: the first of at most ``width`` columns, each other ``hang`` narrower.

    Rows break at spaces and beside wide characters; a word wider than a row is cut.
    """
    rows: list[tuple[str, int]] = []
    runs: list[Piece] = []
    used, room = 0, width
    for word, role, gap in _words(pieces, width - hang):
        wide = columns(word)
        if used and used + gap + wide > room:
            rows.append((_painted(runs, style), used))
            runs, used, room = [], 0, width - hang
        gap = gap if used else 0
        if runs and (runs[-1].role == role or not word):
            runs[-1] = Piece(runs[-1].text + " " * gap + word, role)
        else:
            runs += [Piece(" " * gap), Piece(word, role)] if gap else [Piece(word, role)]
        used += gap + wide
    return [*rows, (_painted(runs, style), used)]


def _painted(runs: Iterable[Piece], style: Style) -> str:
    return "".join(style.paint(run.text, run.role) for run in runs)


def _words(pieces: Iterable[Piece], width: int) -> Iterator[tuple[str, str, int]]:
    """Every word with its role and the space before it: as written between pieces, one within them."""
    gap = 0
    for piece in pieces:
        text = visible(" ".join(piece.text.split("\n")))
        gap += len(text) - len(text.lstrip(" "))
        for word in text.split():
            for part in _cut(word, width):
                yield part, piece.role, gap
                gap = 0
            gap = 1
        if text.strip():
            gap = len(text) - len(text.rstrip(" "))


def _cut(word: str, width: int) -> Iterator[str]:
    """The parts of a word between which a row may break: each wide character, and what is too long for any row."""
    part, used = "", 0
    for character in word:
        wide = columns(character)
        if part and (wide == 2 or (_wide(part[-1]) and wide) or used + wide > width):
            yield part
            part, used = "", 0
        part += character
        used += wide
    if part:
        yield part


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")
