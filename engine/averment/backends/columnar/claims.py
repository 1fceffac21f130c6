"""The claim of each row (``law.claims``), read off the planes of its claim facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane

SETTLED, OPEN, GAP, CONFLICT, PRESUMED = range(5)
STATUSES = ["settled", "open", "gap", "conflict", "presumed"]  # the last of a pack that presumes something
_SMALL = range(128)  # codes that one byte holds


def statuses_of(presumes: bool) -> list[str]:
    """The words of a status; ``presumes``: whether the pack presumes anything."""
    return STATUSES if presumes else STATUSES[:PRESUMED]


class Held(NamedTuple):
    """A fact that rows may hold: the value of the field in question, where it is true and where it is possible."""

    value: Column
    true: Plane
    possible: Plane


@dataclass(slots=True)
class Claims:
    """For each row the status, the code of the claimed value (meaningless unless settled), and the facts in doubt.

    ``adds`` tells for each fact given, in order, where it may add a value to the claim.
    """

    status: Array
    value: Array
    adds: list[Plane | None]


def read_claims(facts: list[Held], rows: int) -> Claims:
    """The claims that these facts make."""
    value, some, double = _distinct(((fact.value, fact.true) for fact in facts), rows)
    status = np.where(some, np.int8(SETTLED), np.int8(GAP))
    adds: list[Plane | None] = []
    anything: Plane | None = None
    for fact in facts:
        if fact.possible is fact.true:
            adds.append(None)
            continue
        another: Plane = ~some | (fact.value.low != value)
        if fact.value.unknown is not None:
            another |= fact.value.unknown
        another &= fact.possible & ~fact.true
        adds.append(another)
        anything = another.copy() if anything is None else np.logical_or(anything, another, out=anything)
    if anything is not None:
        status[anything] = OPEN
    if double is not None:
        status[double] = CONFLICT
    return Claims(status, value, adds)


def read_strength(facts: list[Held], rows: int) -> tuple[Array, Plane]:
    """The one value of all true and possible facts, and where there is just one and some fact is true."""
    value, _, double = _distinct(((fact.value, fact.possible) for fact in facts), rows)
    single = np.zeros(rows, np.bool_)
    for fact in facts:
        single |= fact.true
    for fact in facts:
        if fact.value.unknown is not None:
            single &= ~(fact.possible & fact.value.unknown)
    return value, single if double is None else single & ~double


def _distinct(facts: Iterable[tuple[Column, Plane]], rows: int) -> tuple[Array, Plane, Plane | None]:
    """The value that the first fact of each row has, where there is one, and where another differs from it."""
    value: Array = np.zeros(rows, np.int8)
    some: Plane = np.zeros(rows, np.bool_)
    double: Plane | None = None
    for column, plane in facts:
        both = some & plane
        if both.any():
            differs = both & (column.low != value)
            double = differs if double is None else double | differs
        fresh: Plane = plane > some
        if len(column.low) == 1 and column.low[0] in _SMALL and value.dtype == np.int8:
            value += fresh.view(np.int8) * np.int8(column.low[0])  # what is not fresh adds nothing
        else:
            size = np.result_type(value, column.low)
            value = np.where(fresh, column.low.astype(size, copy=False), value.astype(size, copy=False))
        some = some | plane
    return value, some, double
