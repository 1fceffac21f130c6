"""Lines of JSON, each by itself: the document of a case, or what is wrong with a line that is none."""

from __future__ import annotations

from averment.batch.lines import Rows
from averment.batch.shape import Shape
from averment.batch.unit import Unit
from averment.core.node import Node
from averment.diagnostics.diagnostic import Report
from averment.source.json_reader import read_json
from averment.surface.shape import check_shape

MAX_LINE = 4 * 1024 * 1024  # bytes


class Lines(Rows):
    """The lines of a unit."""

    def __init__(self, unit: Unit, shape: Shape) -> None:
        super().__init__(unit, quoted=False)
        self._file = shape.file

    def is_blank(self, row: int) -> bool:
        """Whether nothing is written there, which is no case either."""
        return not self.unit.overlong and not self.unit.data[self.start(row) : self.ends[row]].strip()

    def document(self, row: int, report: Report) -> Node | None:
        length = self.unit.overlong or self.ends[row] - self.start(row)
        if length > MAX_LINE:
            report.error("AV524", f"this line has {length:,} bytes; a case may have {MAX_LINE:,}")
            return None
        return read_line(self.unit.data[self.start(row) : self.ends[row]], self._file, report)


def read_line(line: bytes, file: str, report: Report) -> Node | None:
    """The case document in a line."""
    node = read_json(line, file, report)
    if node is None or report.failed or not check_shape(node, "case", report):
        return None
    return node
