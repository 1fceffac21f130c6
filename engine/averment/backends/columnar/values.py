"""What the nodes of a network stand for in the rows of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, either
from averment.backends.columnar.vocabulary import Symbols


@dataclass
class Values:
    """What the nodes of a network stand for in the rows of a batch.

    ``joined`` tells where each rule that joins (by its index in ``Program.rules``) fires, and where it may. ``hard``
    are the rows that the set-at-a-time law does not cover: they are decided by themselves.
    """

    rows: int
    symbols: Symbols
    given: Mapping[tuple[str, int], Column]
    columns: dict[int, Column] = field(default_factory=dict[int, Column])
    true: dict[int, Plane] = field(default_factory=dict[int, Plane])
    possible: dict[int, Plane] = field(default_factory=dict[int, Plane])
    joined: dict[int, tuple[Plane, Plane]] = field(default_factory=dict[int, tuple[Plane, Plane]])
    hard: Plane | None = None

    def unknown(self, truth: int) -> Plane | None:
        """Where a truth is unknown; nothing where it is nowhere."""
        true, possible = self.true[truth], self.possible[truth]
        return None if true is possible else possible & ~true

    def harden(self, rows: Array) -> None:
        """Leave these rows to be decided by themselves."""
        if len(rows):
            hard = np.zeros(self.rows, np.bool_)
            hard[rows] = True
            self.hard = either(self.hard, hard)
