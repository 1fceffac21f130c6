"""Files with what findings would mend in them mended: texts put in where edits say, and all else left as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from averment.core.text import line_end, line_starts
from averment.diagnostics.diagnostic import Edit


def mended(texts: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """The texts that edits change, by their names, as they come to be."""
    found: dict[str, list[tuple[int, str]]] = {}
    for edit in dict.fromkeys(edits):
        text = texts[edit.after.file]
        starts = line_starts(text.removeprefix(_MARK))
        at = starts[edit.after.end_line - 1] + edit.after.end_column - 1 + text.startswith(_MARK)
        put = edit.text
        if edit.line:
            at, ends_with = line_end(text, at)
            put = ends_with + put
        found.setdefault(edit.after.file, []).append((at, put))
    return {file: _put(texts[file], places) for file, places in found.items()}


_MARK = "\ufeff"


def _put(text: str, places: list[tuple[int, str]]) -> str:
    for at, put in sorted(places, reverse=True):
        text = text[:at] + put + text[at:]
    return text
