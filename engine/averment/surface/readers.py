"""The parsers of cells and expressions, each of which reads a text once."""

from __future__ import annotations

from functools import cache

from averment.surface.grammar import parse_cell, parse_comparison, parse_result, parse_test


class Readers:
    """The four parsers, each of which reads a text once: equal texts share one tree."""

    def __init__(self) -> None:
        self.cell, self.test = cache(parse_cell), cache(parse_test)
        self.result, self.comparison = cache(parse_result), cache(parse_comparison)
