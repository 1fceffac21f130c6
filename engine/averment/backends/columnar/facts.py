"""The facts of a batch that are held by rows, while rules that join derive more of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from averment.backends.columnar.spending import Spending
from averment.backends.columnar.tables import Table


@dataclass
class Facts:
    """The tables of one batch, as far as they are made. ``parts`` are what rules have derived, before it is one set.

    No more than ``most`` pairs of solutions and facts that may match are held at once.
    """

    cases: int
    most: int
    spending: Spending
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    parts: dict[str, list[Table]] = field(default_factory=dict[str, list[Table]])
    filtered: dict[tuple[str, object], Table] = field(default_factory=dict[tuple[str, object], Table])
