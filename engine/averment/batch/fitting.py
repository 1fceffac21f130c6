"""A table's shape with what a mapping does to its cells: read by rules of their own, put together, added."""

from __future__ import annotations

from dataclasses import replace

from averment.batch.adapter import Adapter
from averment.batch.adapting import Adaptation, Cell, constant_text
from averment.batch.columns import Target, map_columns
from averment.batch.shape import Shape
from averment.core.composed import composed
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Report


def fit(shape: Shape, adapter: Adapter, report: Report) -> Shape:
    """The shape of the table that comes of the mapping; mistakes of the mapping are reported."""
    headings = [composed(heading) for heading in shape.headings]
    cells: dict[int, Cell] = {}
    for place, target in shape.columns.items():
        if target.field:
            type = shape.types[target.type]
            cells[place] = Cell(adapter.rule_of(headings[place]), type.fields[type.position[target.field]])
    columns = dict(shape.columns)
    taken = {target.path for target in columns.values()}
    added: list[str] = []
    if adapter.names and not report.failed:
        if Target("").path in taken:
            help = "leave `names` out, or map that column to `ignore`"
            report.error("AV123", "a column and `names` both name the case", start_of(shape.file), "", help)
        columns[len(headings)] = Target("")
        added.append(Target("").path)
    constants = map_columns(list(adapter.constants), shape.types, {}, shape.file, report) if adapter.constants else {}
    for target in constants.values():
        if target.path in taken:
            what = f"`{target.path}` is a column and a constant"
            report.error(
                "AV123", what, start_of(shape.file), "", "leave the constant out, or map the column to `ignore`"
            )
        columns[len(headings) + len(added)] = target
        added.append(target.path)
    names = tuple(headings.index(name) for name in adapter.names if name in headings)
    texts = tuple(map(constant_text, adapter.constants.values()))
    adaptation = Adaptation(len(headings), cells, names, texts)
    return replace(
        shape, columns=columns, headings=(*shape.headings, *added), added=adaptation.added, adaptation=adaptation
    )
