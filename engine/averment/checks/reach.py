"""Which values of its field a cell lets pass: none, all, or some."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from averment.checks.check import Finding
from averment.checks.subject import Subject
from averment.core.program import Among, Cell, Field, Kind
from averment.core.text_tests import made_of
from averment.core.values import domain
from averment.ir.lower_cell import Range


class Reach(Enum):
    NONE = "none"
    SOME = "some"
    ALL = "all"


def reach(cell: Cell, field: Field) -> Reach:
    """Which values that the field may have pass a cell, under the parameters that were filled in."""
    if isinstance(cell, Among) and made_of("", cell.parts):
        return Reach.NONE if cell.negated else Reach.ALL  # every text is made of nothing and more
    if isinstance(cell, Among):
        every = 2 if field.kind is Kind.BOOLEAN else len(field.values)  # and each name is one of them
        if field.kind is Kind.SET or not every or len(cell.values) < every:
            return Reach.SOME
        return Reach.NONE if cell.negated else Reach.ALL
    least, greatest = domain(field)
    inside = [
        (low, high)
        for low, high in cell.ranges
        if not (high is not None and least is not None and high < least)
        and not (low is not None and greatest is not None and low > greatest)
    ]
    if not inside:
        return Reach.NONE
    return Reach.ALL if len(inside) == 1 and _whole(inside[0], least, greatest) else Reach.SOME


def _whole(ends: Range, least: int | None, greatest: int | None) -> bool:
    low, high = ends
    from_least = low is None or (least is not None and low <= least)
    return from_least and (high is None or (greatest is not None and high >= greatest))


def cells_that_let_pass(subject: Subject, wanted: Reach) -> Iterator[Finding]:
    """The cells of which that is true, under the pack's own parameters."""
    for seen in subject.cells:
        if reach(seen.passing, seen.field) is wanted:
            words = {"cell": seen.cell.origin.text, "field": f"{seen.type.name}.{seen.field.name}"}
            yield Finding(seen.cell.span, words)
