"""Side tables: the records of one `many` type in a table of their own, each row with the name of the case it is of.

A side table has a column ``case`` and columns called after the fields of its type, ``FIELD`` or ``TYPE.FIELD``. A type
that has a side table is mentioned for every case: the rows there are of a case are all the records it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from averment.batch.adapter import Adapter
from averment.batch.columns import CASE, Target
from averment.batch.inputs import Input, find_inputs
from averment.batch.shape import Shape
from averment.batch.sources import Source, dialect_of, headings_of
from averment.batch.unit import Format
from averment.core.node import Span
from averment.core.program import FactType, Field, Kind
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Report
from averment.model.names import suggestion

OWNER = "@case"  # the field of a row that names its case; no field of a pack is called so
Named = Sequence[tuple[str, str]]
"""Side tables as asked for: a type, and the file that has its records."""


@dataclass(frozen=True, slots=True)
class Side:
    """A side table: whose records it has, and how its rows are read: as such records that have an ``OWNER``, too."""

    kind: FactType
    file: Input
    shape: Shape


def open_sides(named: Named, source: Source, types: Mapping[str, FactType], report: Report) -> Source:
    """The source with these side tables; mistakes in them, and of them beside it, are reported."""
    found: list[Side] = []
    for name, file in sorted(named):
        kind = side_type(name, types, report)
        side = None if kind is None else _open(kind, file, report)
        if side is None:
            continue
        if any(side.kind is other.kind for other in found):
            report.error("AV535", f"`{name}` has two side tables", None, "", "put its records into one")
        found.append(side)
    for shape, input in zip(source.shapes, source.inputs, strict=True) if found else ():
        if input.format is not Format.JSONL:
            check_main(shape.columns, [side.kind for side in found], shape.file, report)
    return replace(source, sides=tuple(found))


def side_type(name: str, types: Mapping[str, FactType], report: Report) -> FactType | None:
    """The type that a side table is named after."""
    kind = types.get(name)
    many = [each.name for each in types.values() if not each.one and not each.derived]
    if kind is None:
        report.error("AV302", f"`{name}` is not a fact type of this pack", None, "", *suggestion(name, many))
    elif kind.derived:
        report.error("AV344", f"`{name}` is derived by rules", None, "", "give the facts it rests on instead")
    elif kind.one:
        help = f"give its fields as columns `{name}.FIELD` of the cases"
        report.error("AV535", f"`{name}` has one record a case, and no side table", None, "", help)
    return kind if kind is not None and not kind.one and not kind.derived else None


def _open(kind: FactType, name: str, report: Report) -> Side | None:
    before = len(report.diagnostics)
    files = find_inputs(name, None, report)
    if len(report.diagnostics) > before:
        return None
    if len(files) != 1:
        report.error("AV535", f"`{name}` is {len(files)} tables, and a side table is one", None, "", "join them")
        return None
    return side_of(kind, files[0], report)


def side_of(kind: FactType, file: Input, report: Report) -> Side | None:
    """The side table in a file."""
    before = len(report.diagnostics)
    file = dialect_of(file, Adapter(), report, kind.name)
    if len(report.diagnostics) > before:
        return None
    if file.format is Format.JSONL:
        help = "write it as CSV, Parquet or Arrow, or the records into the cases"
        report.error("AV535", f"`{file.path}` is JSON Lines, which no side table can be", None, "", help)
        return None
    headings, spans, schema = headings_of(file, report)
    if len(report.diagnostics) > before:
        return None
    return Side(kind, file, side_shape(kind, headings, schema, file.path, report, spans))


def side_shape(
    kind: FactType, headings: Sequence[str], schema: object, file: str, report: Report, spans: Sequence[Span] = ()
) -> Shape:
    """How the rows of a side table with these columns are read; every mistake in them is reported."""
    before = len(report.diagnostics)
    columns: dict[int, Target] = {}
    first: dict[str, str] = {}
    for place, heading in enumerate(headings):
        span = spans[place] if spans else start_of(file)
        name = OWNER if heading == CASE else heading.removeprefix(f"{kind.name}.")
        if name != OWNER and name not in kind.position:
            near = suggestion(name.rpartition(".")[2], [CASE, *kind.position])
            what = f"the column `{heading}` is not a field of `{kind.name}`"
            report.error("AV301", what, span, "unknown field", *near)
        elif name in first:
            what = f"the columns `{first[name]}` and `{heading}` are both `{kind.name}.{name}`"
            report.error("AV123", what, span, "again", "leave one of them out")
        else:
            columns[place], first[name] = Target(kind.name, name), heading
    needed = [name for name in kind.key if kind.fields[kind.position[name]].default is None]
    missing = [name for name in (OWNER, *needed) if name not in first] if len(report.diagnostics) == before else []
    for name in missing:
        shown, why = (CASE, "which says whose records they are") if name == OWNER else (name, "which is of the key")
        report.error("AV535", f"`{file}` has no column `{shown}`, {why}", start_of(file), "", f"add `{shown}`")
    keyed = replace(kind, fields=(Field(OWNER, Kind.TEXT), *kind.fields), one=True, key=())
    types = {kind.name: keyed}
    if schema is not None:
        from averment.batch.nesting import check_nesting

        check_nesting(schema, columns, types, file, report)
    return Shape(types, columns, tuple(headings), file, named=False)


def check_main(columns: Mapping[int, Target], kinds: Sequence[FactType], file: str, report: Report) -> None:
    """Report a table of cases that side tables cannot be joined to."""
    targets = [target.path for target in columns.values()]
    if CASE not in targets:
        help = "add it, or map a column to it with --mapping"
        report.error("AV535", f"`{file}` has no column `{CASE}`, by which side tables are joined", None, "", help)
    for kind in kinds:
        if kind.name in targets:
            what = f"the records of `{kind.name}` are in `{file}` and in a side table"
            report.error("AV535", what, None, "", "leave one of them out")
