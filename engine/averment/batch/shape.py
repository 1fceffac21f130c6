"""How a file is read under a pack, and what each of its rows becomes: the document of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from averment.batch.adapting import Adaptation
from averment.batch.columns import Target
from averment.core.node import Node, node_of
from averment.core.program import FactType
from averment.diagnostics.diagnostic import Report

Document = Callable[[int, Report], Node | None]
"""The case document in row ``i`` of the unit, for ``read_case``; nothing, and why, where there is none."""


@dataclass(frozen=True)
class Shape:
    """What a reader must know of the pack and of the file."""

    types: Mapping[str, FactType]
    columns: Mapping[int, Target]  # of tables
    headings: tuple[str, ...]
    file: str
    added: int = 0  # headings that a mapping adds to those of the file
    adaptation: Adaptation | None = None  # of tables that are not text
    named: bool = True  # what has no name is called by the number of its row

    @property
    def wanted(self) -> list[str]:
        """The headings of the columns that are read of the file."""
        own = len(self.headings) - self.added
        places = {place for place in self.columns if place < own}
        return [
            self.headings[place] for place in sorted({*places, *(self.adaptation.names if self.adaptation else ())})
        ]


def row_document(name: str | None, facts: Mapping[str, Any], row: int, file: str) -> Node:
    """The case document of a row of a table: without a name it is called by its number."""
    return node_of({"case": f"row {row}" if name is None else name, "facts": facts}, file)
