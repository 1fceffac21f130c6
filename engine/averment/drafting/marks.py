"""Marks of a text that are seen only by a closer look: blanks between columns, apostrophes around cells.

What reads tables does not guess at them; a mapping file states them.
"""

from __future__ import annotations

from dataclasses import replace

from averment.batch.dialects import Dialect

_LINES = 20
_QUOTE = "'"


def looked_at(text: str, found: Dialect) -> Dialect:
    """The dialect of a text that starts so, where ``found`` is as it is recognized."""
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    if not lines:
        return found
    if found.delimiter == "," and "," not in lines[0] and '"' not in text:
        apart = _QUOTE if all(_quoted(cell) for cell in lines[0].split(" ")) else '"'
        if lines[0].count(" ") and len({len(line.split(" ")) for line in lines}) == 1 and "  " not in lines[0]:
            found = replace(found, delimiter=" ", quote=apart)
    elif all(_quoted(cell) for cell in lines[0].split(found.delimiter)):
        found = replace(found, quote=_QUOTE)
    return found


def _quoted(cell: str) -> bool:
    return len(cell) > 2 and cell[0] == cell[-1] == _QUOTE
