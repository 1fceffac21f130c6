"""Facts that belong to a pack: rates, codes, bands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from averment.core.program import Backing, Fact
from averment.dataclass import dataclass


@dataclass(frozen=True)
class Data:
    """The facts of one type, in the order of the rows of their ``file``, and what they rest on."""

    file: str
    facts: tuple[Fact, ...]
    backing: tuple[Backing, ...]

    @cached_property
    def rows(self) -> Mapping[Fact, int]:
        """Each fact with the number of its row, from 1, the line of headings not counted."""
        return {fact: number for number, fact in enumerate(self.facts, 1)}

    def cited(self, fact: Fact) -> str:
        """Where a fact stands: ``data/rates.csv row 3``."""
        return f"{self.file} row {self.rows[fact]}"
