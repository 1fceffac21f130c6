"""What the claim is, by what the claim facts of a case say: the one definition of a conflict, a gap, and what is open.

Let T be the distinct values of the claim facts that are true, and P those of the claim facts that are only possible.
Two values in T certainly disagree: a *conflict*. Else, if P adds no value to T, the claim is definite: *settled* on the
one value of T, or a *gap* where T is empty. Else it is *open*.
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

OPEN, GAP, CONFLICT = "open", "gap", "conflict"


class Standing(NamedTuple):
    """``claim`` is a declared value, or the word of how it stands where it is none; ``possible`` are the claims that
    three-valued logic does not rule out, declared values first, in their order.
    """

    claim: str
    possible: tuple[str, ...]


def standing(values: tuple[str, ...], true: Set[str], reach: Set[str]) -> Standing:
    """How a claim of these declared ``values`` stands; ``reach`` are the values of T and P together."""
    if len(true) > 1:
        return Standing(CONFLICT, (CONFLICT,))
    if reach == true:
        word = next(iter(true), GAP)
        return Standing(word, (word,))
    words = tuple(value for value in values if value in reach and true <= {value})
    return Standing(OPEN, words + (() if true else (GAP,)) + ((CONFLICT,) if len(reach) > 1 else ()))
