"""What rows of a decision table ask of each other, as a tree beside what an author wrote (``core.written``)."""

from __future__ import annotations

from functools import cached_property

from averment.core.tree import Tree
from averment.dataclass import dataclass


@dataclass(frozen=True)
class NoRow(Tree):
    """What a row of a table asks of those that go before it, by its hit policy: that none of them matches.

    They are at the places from ``first`` to ``last``: by their numbers, or by the ``priority`` of their outputs.
    """

    table: str
    first: int
    last: int
    priority: bool = False

    @cached_property
    def text(self) -> str:
        return f"no row of {self.table}: {self.first} to {self.last}{' by priority' if self.priority else ''}"
