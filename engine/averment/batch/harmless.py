"""Cells of CSV that a spreadsheet would take for a formula, made into the texts that they are, and back again.

A text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, or with one of these after apostrophes,
gets an apostrophe before it. A number as ``-5`` stays one. Nothing is lost: ``exact`` takes the apostrophe away.
"""

from __future__ import annotations

import re

HARMFUL = r"^'*[=+\-@\t\r＝＋－＠]"
_HARMFUL = re.compile(HARMFUL)
_MARKED = re.compile(HARMFUL.replace("'*", "'+"))
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def harmless(text: str) -> str:
    """The text as a spreadsheet may have it."""
    return f"'{text}" if _HARMFUL.match(text) and not _NUMBER.fullmatch(text) else text


def exact(text: str) -> str:
    """The text that ``harmless`` was given."""
    return text[1:] if _MARKED.match(text) else text
