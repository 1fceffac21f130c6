"""A unit of work: a run of rows of one input file, small enough to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

WORDS = ("claim", "status", "strength", "hangs_on")
COLUMNS = (*WORDS, "fired")  # of a decision
GROUP = 65_536  # rows of the run that are written as one group of rows, whatever the chunk


def mask_width(rules: Sequence[str]) -> int:
    """The bytes of a mask of fired rules."""
    return (len(rules) + 7) // 8


class Format(StrEnum):
    """What an input or output file holds."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"

    @property
    def text(self) -> bool:
        return self in (Format.JSONL, Format.CSV)


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows ``first`` to ``first + rows - 1`` of the run (counted from 1 over all its files).

    They follow ``index`` rows of their file; in text they start at byte ``offset`` of it, once decompressed, and are
    ``size`` bytes. ``data`` is text, a table, or a buffer of the Arrow stream format; nothing where whoever decides the
    unit is to read it. ``overlong``: the bytes of the one row of the unit, too many to be held; then there is no data.
    Units of one ``stretch`` of a file, which follow each other, are best read one after the other.
    """

    file: int
    format: Format
    first: int
    rows: int
    index: int
    offset: int = 0
    size: int = 0
    data: Any = None
    overlong: int = 0
    stretch: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """A row without an outcome. ``offset`` is the byte at which it starts, in text formats."""

    row: int
    file: int
    offset: int | None
    case: str | None
    code: str
    message: str
