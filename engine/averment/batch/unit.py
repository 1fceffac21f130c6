"""A unit of work: a run of rows of one input file, small enough to hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from averment.core.program import Program

PRESUMED = ("presumed", "presumed_strength", "presuming")  # of a pack that presumes something
ROW = "@row"  # the column of the number of a row of a side table in its file, from 1
Odd = Mapping[str, Any] | tuple[str, str]
"""A record that no column can hold, as its file has it; or code and message of what is wrong with its row."""
TEXT, ROWS, FOOTERS, REJECTS = "output", "part", "footers", "rejects"
"""What a part holds: the output's own bytes; rows that are no output yet, as an Arrow stream; what the footer of a
Parquet output will say of groups of rows; and rows that have no outcome."""
GROUP = 65_536  # rows of the run that are written as one group of rows, whatever the chunk


def words_of(presumes: bool) -> tuple[str, ...]:
    """The columns of a decision that hold words of the claim; ``presumes``: whether the pack presumes anything."""
    return "claim", "status", "strength", "hangs_on", *(PRESUMED if presumes else ())


def columns_of(program: Program) -> tuple[str, ...]:
    """The columns of a decision."""
    results = (name for result in program.results for name in result.columns(program.presumes))
    return *words_of(program.presumes), *results, "fired"


def mask_width(rules: Sequence[str]) -> int:
    """The bytes of a mask of fired rules."""
    return (len(rules) + 7) // 8


class Format(StrEnum):
    """What an input or output file holds."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"
    XLSX = "xlsx"  # a workbook of any kind
    JSON = "json"  # an array of records

    @property
    def text(self) -> bool:
        """Whether its rows are lines of text, or as an input are put into such."""
        return self in (Format.JSONL, Format.CSV)

    @property
    def foreign(self) -> bool:
        """Whether an input of it is put into text to be read."""
        return self in (Format.XLSX, Format.JSON)


@dataclass(frozen=True, slots=True)
class Joined:
    """The records of the type ``kind`` that a side table has of the cases of a unit: case ``i`` of it has the rows
    ``offsets[i]`` to ``offsets[i + 1] - 1`` of ``table`` (a buffer of the Arrow stream format, or nothing if it has no
    rows), which has the fields of the type and the number of the row in ``file`` under ``ROW``. ``odd`` is what no
    column can hold, by its row of the table. ``heading``: how many lines of the file are before its first row.
    """

    kind: str
    file: str
    heading: int
    offsets: Any
    table: Any
    odd: Mapping[int, Odd]


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows ``first`` to ``first + rows - 1`` of the run (counted from 1 over all its files).

    They follow ``index`` rows of their file; in text they start at byte ``offset`` of it, once decompressed, and are
    ``size`` bytes. ``data`` is text, a table, or a buffer of the Arrow stream format; nothing where whoever decides the
    unit is to read it. ``overlong``: the bytes of the one row of the unit, too many to be held; then there is no data.
    Units of one ``stretch`` of a file, which follow each other, are best read one after the other. ``sides``: what side
    tables have of its cases. ``last``: no rows of the run follow, as far as is known.
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
    sides: tuple[Joined, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """A row without an outcome. ``offset`` is the byte at which it starts, in text formats; ``side`` the file and the
    row of the record in a side table that is to blame. ``about``: see ``discretion.Said``.
    """

    row: int
    file: int
    offset: int | None
    case: str | None
    code: str
    message: str
    side: tuple[str, int] | None = None
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])
