"""Columns of text on a terminal, each as wide as it must be."""

from __future__ import annotations

from collections.abc import Sequence

from averment.diagnostics.render_text import visible
from averment.render.display import Style, columns

_BETWEEN = "  "


def grid(rows: Sequence[Sequence[str]], style: Style, head: Sequence[str] = (), right: Sequence[int] = ()) -> str:
    """The rows, each ending in a newline; ``right`` are the columns set to the right."""
    shown = [[visible(cell) for cell in row] for row in rows]
    every = [list(head), *shown] if head else shown
    if not every:
        return ""
    widths = [max(columns(row[place]) for row in every) for place in range(len(every[0]))]
    lines: list[str] = []
    for number, row in enumerate(every):
        cells = [_set(cell, widths[place], place in right) for place, cell in enumerate(row)]
        line = _BETWEEN.join(cells).rstrip()
        lines.append(style.paint(line, "dim") if head and number == 0 else line)
    return "\n".join(lines) + "\n"


def _set(cell: str, width: int, right: bool) -> str:
    space = " " * (width - columns(cell))
    return space + cell if right else cell + space
