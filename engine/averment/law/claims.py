"""What an answer is, by what the facts say that give it: the one definition of a conflict, a gap, and what is open.

A claim and a result of one value are told alike. Let T be the distinct values of the facts that are true, and P those
of the facts that are only possible. Two values in T certainly disagree: a *conflict*. Else, if P adds no value to T,
the answer is definite: *settled* on the one value of T, or a *gap* where T is empty. Else it is *open*. A result of
many values is the set T: settled, unless P adds a value to it.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, NamedTuple

SETTLED, OPEN, GAP, CONFLICT = "settled", "open", "gap", "conflict"


class Standing(NamedTuple):
    """``claim`` is a declared value, or the word of how it stands where it is none; ``possible`` are the claims that
    three-valued logic does not rule out, declared values first, in their order.
    """

    claim: str
    possible: tuple[str, ...]


def stands(true: Set[Any], more: bool, many: bool = False) -> str:
    """How an answer stands whose facts certainly have the values ``true``, and may have ``more``."""
    if many:
        return OPEN if more else SETTLED
    if len(true) > 1:
        return CONFLICT
    return OPEN if more else SETTLED if true else GAP


def standing(values: tuple[str, ...], true: Set[str], reach: Set[str]) -> Standing:
    """How a claim of these declared ``values`` stands; ``reach`` are the values of T and P together."""
    word = stands(true, reach != true)
    if word is not OPEN:
        told = next(iter(true)) if word is SETTLED else word
        return Standing(told, (told,))
    words = tuple(value for value in values if value in reach and true <= {value})
    return Standing(OPEN, words + (() if true else (GAP,)) + ((CONFLICT,) if len(reach) > 1 else ()))
