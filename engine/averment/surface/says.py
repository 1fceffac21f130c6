"""The sentence of a rule, its ``says``: a text in which ``$name`` mentions a variable."""

from __future__ import annotations

import re
from collections.abc import Callable

_MENTION = re.compile(r"\$([a-z][a-z0-9_]*)")


def mentioned(says: str) -> list[str]:
    """The names that a sentence mentions, without their ``$``, in its order; one mentioned twice is there twice."""
    return _MENTION.findall(says)


def mention_at(says: str, name: str) -> tuple[int, int] | None:
    """The offsets, the end exclusive, of the first ``$name`` in a sentence; ``None`` where it is not mentioned."""
    return next((found.span() for found in _MENTION.finditer(says) if found[1] == name), None)


def filled(says: str, value: Callable[[str], str | None]) -> str:
    """The sentence with the ``value`` of each name in its place; a name whose value is ``None`` stays as written."""

    def put_in(found: re.Match[str]) -> str:
        text = value(found[1])
        return found[0] if text is None else text

    return _MENTION.sub(put_in, says)
