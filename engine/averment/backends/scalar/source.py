"""Source text of Python under construction: lines in blocks, and the constants that they name.

A block is a list of lines and of blocks among them, so that what turns out to be needed first can still be written
first. No word of a pack is ever in a line: whatever code needs of a pack it names as a constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_INDENT = "    "
GONE = "return None"


class Block:
    """Lines of code, and blocks among them."""

    def __init__(self, indent: str = "") -> None:
        self._indent = indent
        self._parts: list[str | Block] = []

    def line(self, *texts: str) -> None:
        self._parts += texts

    def block(self, header: str) -> Block:
        """What stands under a header: ``if …:``, ``for … in …:``."""
        self.line(header)
        return self._part(Block(_INDENT))

    def gap(self) -> Block:
        """Room for lines at this place."""
        return self._part(Block())

    def leave(self, condition: str) -> None:
        """Give the case up where this holds: an engine of the full law decides it."""
        self.line(f"if {condition}: {GONE}")

    def _part(self, block: Block) -> Block:
        self._parts.append(block)
        return block

    @property
    def lines(self) -> Iterator[str]:
        for part in self._parts:
            if isinstance(part, Block):
                yield from (self._indent + line for line in part.lines)
            else:
                yield self._indent + part


class Names:
    """Names that no line has yet, and the constants behind some of them."""

    def __init__(self, **constants: Any) -> None:
        self.constants: dict[str, Any] = constants
        self._count = 0

    def constant(self, value: object) -> str:
        name = self.fresh("k")
        self.constants[name] = value
        return name

    def fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"
