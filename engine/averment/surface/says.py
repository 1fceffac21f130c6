"""The sentence of a rule, its ``says``: a text in which ``$name`` mentions a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from averment.core.written import Mention, Sentence

_MENTION = re.compile(r"\$([a-z][a-z0-9_]*)")


def parse_sentence(text: str) -> Sentence:
    """Read a sentence: every text is one."""
    return Sentence(tuple(_parts(text)))


def mention_at(text: str, name: str) -> tuple[int, int] | None:
    """The offsets, the end exclusive, of the first ``$name`` in a sentence; ``None`` where it is not mentioned."""
    return next((found.span() for found in _MENTION.finditer(text) if found[1] == name), None)


def _parts(text: str) -> Iterator[str | Mention]:
    start = 0
    for found in _MENTION.finditer(text):
        if found.start() > start:
            yield text[start : found.start()]
        yield Mention(found[1])
        start = found.end()
    if start < len(text):
        yield text[start:]
