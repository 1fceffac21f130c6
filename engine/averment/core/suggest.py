"""Did you mean: the one word of a closed vocabulary that a writer most likely had in mind.

Distance is Damerau-Levenshtein's (optimal string alignment): insert, delete, replace, or swap two neighbours, each 1.
A word of up to 3 letters may be off by one letter only if it keeps its first; longer words by a third of their length.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_TOLD = 4  # characters of a name
_LONGEST = 64  # nobody mistypes a name of more; keeps the table small whatever a file holds


# What other languages call what we call otherwise.
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "array": ("set",),
    "avg": ("average",),
    "bool": ("boolean",),
    "conditions": ("when",),
    "day": ("date",),
    "description": ("says",),
    "double": ("decimal",),
    "else": ("default",),
    "enum": ("choice", "of"),
    "exists": ("known",),
    "float": ("decimal",),
    "given": ("known",),
    "if": ("when",),
    "int": ("integer",),
    "list": ("set",),
    "maximum": ("max",),
    "mean": ("average",),
    "message": ("says",),
    "minimum": ("min",),
    "missing": ("unknown",),
    "none": ("not",),
    "number": ("integer", "count"),
    "numeric": ("decimal",),
    "options": ("of",),
    "or": ("any",),
    "question": ("ask",),
    "scale": ("places", "level"),
    "str": ("text",),
    "string": ("text",),
    "timestamp": ("datetime",),
    "total": ("sum",),
    "values": ("of",),
}


def did_you_mean(word: str, vocabulary: Iterable[str]) -> str | None:
    """The word of ``vocabulary`` that others call ``word``, or the nearest; ties go to the first in alphabetical order.
    ``None`` if none is near.
    """
    if not word or len(word) > _LONGEST:
        return None
    known = frozenset(vocabulary) - {word}
    return next((other for other in _ELSEWHERE.get(word, ()) if other in known), None) or _nearest(word, known)


@lru_cache(maxsize=128)  # one name misspelled where it is declared is unknown wherever it is used
def _nearest(word: str, vocabulary: frozenset[str]) -> str | None:
    folded = _folded(word)
    best: tuple[int, str] | None = None
    signs = set(folded)
    for candidate in sorted(vocabulary):
        other = _folded(candidate)
        allowed = _allowed(folded, other)
        if best is not None:
            allowed = min(allowed, best[0] - 1)
        if abs(len(folded) - len(other)) > allowed:
            continue
        if len(signs.difference(other)) > allowed:  # each sign that the other has not takes a slip of its own
            continue
        found = distance(folded, other, allowed)
        if found <= allowed:
            best = (found, candidate)
    return best[1] if best else None


def characters(name: str) -> tuple[str, ...]:
    """What to say of a name that may look like another and is not the same: its characters beyond ASCII, by number."""
    beyond = [sign for sign in dict.fromkeys(name) if not " " <= sign <= "~"]
    told = ", ".join(f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".rstrip() for sign in beyond[:_TOLD])
    more = f" and {len(beyond) - _TOLD} more" if len(beyond) > _TOLD else ""
    return (f"names that look alike may differ: in this one are {told}{more}",) if beyond else ()


def distance(left: str, right: str, most: int = 2 * _LONGEST) -> int:
    """How many single slips lie between two words; where it is more than ``most``, any number above that."""
    before: list[int] = []
    above = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        here = [row]
        for column, b in enumerate(right, 1):
            cost = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
        if min(above) > most and min(before) > most:
            break
    return above[-1]


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")


def _allowed(word: str, other: str) -> int:
    if len(word) <= 3 or len(other) <= 3:
        return 1 if len(word) > 1 and word[:1] == other[:1] else 0
    return max(1, min(len(word), len(other)) // 3)
