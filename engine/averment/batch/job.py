"""What a worker is told of a run, and what it makes of a unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from averment.batch.inputs import Input
from averment.batch.shape import Shape
from averment.batch.unit import Format, Reject, Unit
from averment.core.program import FactType, Program
from averment.ir.digest import canonical


@dataclass(frozen=True)
class Job:
    """What a worker needs to decide units. ``columnar``: on the kernel; ``engine`` decides what that leaves."""

    program: Program
    types: Mapping[str, FactType]
    inputs: Sequence[Input]
    shapes: Sequence[Shape]
    engine: str
    columnar: bool
    whole: bool  # outcome documents instead of rows
    output: Format
    firings: int  # the budget of a case
    exact: bool = True  # cells of CSV as they are, also where a spreadsheet would take one for a formula
    against: Job | None = None  # what the decisions are held against

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules, in the order of their bits."""
        return self.program.rule_ids

    def line(self, reject: Reject) -> bytes:
        """What the file of rejects says of a row."""
        about: dict[str, Any] = {"row": reject.row, "file": self.shapes[reject.file].file}
        if reject.offset is not None and not self.inputs[reject.file].is_converted:
            about["offset"] = reject.offset
        if reject.side is not None:
            about["side"] = {"file": reject.side[0], "row": reject.side[1]}
        about |= reject.about
        if "field" in reject.about:
            shape = self.shapes[reject.file]
            found = [place for place, target in shape.columns.items() if target.path == reject.about["field"]]
            about |= {"column": shape.headings[found[0]]} if found else {}
        return canonical(about | {"case": reject.case, "code": reject.code, "message": reject.message}) + b"\n"


@dataclass(frozen=True, slots=True)
class Done:
    """A part: what it adds to the files of the output, by name, and what is counted of it.

    What it adds are bytes, or the paths of files that hold them.
    """

    contents: dict[str, Any]
    decided: int
    counts: Counter[str]
    alone: int
    turns: Mapping[str, Any] | None = None  # where they are held against others: what turns


class Worker(Protocol):
    """Does the work of units, one after the other."""

    def run(self, unit: Unit) -> Done:
        """The part that a unit becomes. Raises what ``Fetcher.fetch`` does."""
        ...

    def close(self) -> None: ...
