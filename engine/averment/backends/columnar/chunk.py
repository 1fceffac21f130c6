"""A chunk: rows that are decided together, as read and as the law has them, and their decisions as codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from averment.backends.columnar.arrow import Batch
from averment.backends.columnar.columns import Array, Plane
from averment.backends.columnar.facts import Facts
from averment.backends.columnar.reading import Reading, Reject
from averment.backends.columnar.records import Records
from averment.backends.columnar.single import Alone
from averment.backends.columnar.spending import Spending
from averment.backends.columnar.values import Values

MOST_PAIRS, SHARE = 2**20, 4  # of solutions and facts that may match, in a chunk: so many, and for each record so many


class Words:
    """Values that turn up while deciding, each with a code."""

    def __init__(self) -> None:
        self.values: list[tuple[Any, ...]] = [()]
        self._codes: dict[tuple[Any, ...], int] = {(): 0}

    def code(self, value: tuple[Any, ...]) -> int:
        found = self._codes.get(value)
        if found is None:
            found = self._codes[value] = len(self.values)
            self.values.append(value)
        return found


@dataclass
class Run:
    """What one call of ``decide`` asks for, and what it gathers.

    ``room``: how many ways to satisfy the patterns of rules that join a case may have, and be decided with others.
    ``answered``: which rules fired for what an open case presumably is, too.
    """

    alone: Alone
    room: int
    explain: bool
    bindings: bool
    rejects: list[Reject]
    hangs: Words = field(default_factory=Words)
    strengths: Words = field(default_factory=Words)
    texts: Words = field(default_factory=Words)
    sets: Words = field(default_factory=Words)
    possible: Words = field(default_factory=Words)
    singles: int = 0
    answered: bool = False


@dataclass(slots=True)
class ResultCodes:
    """A result, as codes: where it is settled its value (a text in ``Run.texts``, many in ``Run.sets``), where it is
    open what it may be, in ``Run.possible``, and what it hangs on; where it is presumed, ``presumed`` is the value.
    """

    status: Array
    value: Array
    possible: Array
    hangs_on: Array
    presumed: Array

    @classmethod
    def empty(cls, rows: int) -> ResultCodes:
        def codes() -> Array:
            return np.zeros(rows, np.int64)

        return cls(np.zeros(rows, np.int8), codes(), codes(), codes(), codes())


@dataclass
class Coded:
    """The decisions of a chunk, as codes: all that is kept of it.

    ``keep`` are the rows that have a decision (None: all); ``strength`` is empty where the pack has none, ``hangs_on``
    and ``fired`` where nobody asked for an explanation. ``presumed`` (0, or the code of a claim and 1) and the strength
    beside it are empty where the pack presumes nothing. ``answered`` is ``fired``, of what is presumed where a row is.
    ``results`` are those of the pack, in its order. Of a pack without a claim ``claim`` means nothing.
    """

    rows: int
    claim: Array
    status: Array
    strength: Array = field(default_factory=lambda: np.zeros(0, np.int32))
    hangs_on: Array = field(default_factory=lambda: np.zeros(0, np.int32))
    fired: Array = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    keep: Plane | None = None
    derived: dict[str, Batch] = field(default_factory=dict[str, Batch])
    presumed: Array = field(default_factory=lambda: np.zeros(0, np.int32))
    presumed_strength: Array = field(default_factory=lambda: np.zeros(0, np.int32))
    answered: Array = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    results: list[ResultCodes] = field(default_factory=list[ResultCodes])


class Chunk:
    """Rows that are decided together. ``first`` is the place of the first among all that were given."""

    def __init__(self, reading: Reading, records: dict[str, Records], first: int, run: Run) -> None:
        self.reading, self.records, self.first, self.run = reading, records, first, run
        size = sum(len(each.case) for each in records.values())
        self.values = Values(reading.rows, reading.symbols, reading.given)
        self.facts = Facts(reading.rows, MOST_PAIRS + SHARE * size, Spending(reading.rows, run.room))

    @property
    def rows(self) -> int:
        return self.reading.rows
