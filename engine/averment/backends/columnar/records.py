"""The records of `many` types of a batch, from nested columns (``TYPE``: lists of structs) or side tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from averment.backends.columnar.arrow import Batch, Table, Vector, pa, pc
from averment.backends.columnar.codes import nulls
from averment.backends.columnar.columns import Array, Column, Plane
from averment.backends.columnar.forms import regular
from averment.backends.columnar.indexes import packed
from averment.backends.columnar.reading import Reading, Reject, read_column
from averment.backends.columnar.single import decoded
from averment.backends.columnar.tables import Table as Facts
from averment.backends.columnar.tables import distinct, joined, repeats
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.core.naming import record_path
from averment.core.program import Fact, FactType, Program

_NOBODY: Array = np.zeros(0, np.int64)


@dataclass
class Records:
    """The records of one type: the row of each one's case, in order; its fields; the rows that do not mention it."""

    kind: FactType
    case: Array
    columns: list[Column]
    unmentioned: Plane | None

    def table(self, symbols: Symbols, cases: int) -> Facts:
        """As a table of true facts; a case that leaves open whether there are any has a possible one without values."""
        vocabulary = Vocabulary()
        found = Facts(self.case, [])
        for place, (column, declared) in enumerate(zip(self.columns, self.kind.fields, strict=True)):
            value = vocabulary.plain(column, declared, symbols).low
            if column.unknown is not None and column.unknown.any():
                found.unknown[place], value = column.unknown, np.where(column.unknown, 0, value)
            found.values.append(value)
        if not self.kind.key:
            found = distinct(found, cases)
        if not self.kind.absent_unknown or self.unmentioned is None:
            return found
        rows = np.flatnonzero(self.unmentioned)
        nothing, everywhere = np.zeros(len(rows), np.int64), np.ones(len(rows), np.bool_)
        width = len(self.kind.fields)
        blank = Facts(rows, [nothing] * width, ~everywhere, dict.fromkeys(range(width), everywhere))
        return joined([found, blank], width) if len(rows) else found

    def facts(self, row: int, symbols: Symbols) -> list[Fact]:
        """The records of one case."""
        start, end = np.searchsorted(self.case, (row, row + 1)).tolist()
        return [self.fact(place, symbols) for place in range(start, end)]

    def fact(self, place: int, symbols: Symbols) -> Fact:
        """One record."""
        return Fact(
            self.kind.name,
            tuple(
                None
                if column.unknown is not None and column.unknown[place]
                else decoded(int(column.low[place]), declared, symbols)
                for column, declared in zip(self.columns, self.kind.fields, strict=True)
            ),
        )


@dataclass
class Sides:
    """Side tables put in the order of the rows of a main table. ``strays`` are their rows of cases it does not have."""

    tables: dict[str, tuple[Table, Array]] = field(default_factory=dict[str, tuple[Table, Array]])
    strays: list[Reject] = field(default_factory=list[Reject])


def sort_sides(program: Program, table: Table, sides: Mapping[str, Table]) -> Sides:
    """Find for each row of the side tables the row of its case.

    Raises: KeyError where a side table is of no `many` type, or a table has no ``case`` column.
    """
    found = Sides()
    if not sides:
        return found
    cases = table.column("case")
    if isinstance(cases, pa.ChunkedArray):
        cases = cases.combine_chunks()
    for name, side in sides.items():
        kind = program.types.get(name)
        if kind is None or kind.one or kind.derived:
            raise KeyError(name)
        if isinstance(side, pa.RecordBatch):
            side = pa.Table.from_batches([side])
        places = pc.index_in(side.column("case").cast(cases.type), value_set=cases)
        rows = np.asarray(pc.fill_null(places, -1)).astype(np.int64)
        for stray in np.flatnonzero(rows < 0).tolist():
            what = f"a record of `{name}` belongs to case `{side.column('case')[stray].as_py()}`, which is not given"
            found.strays.append(Reject(-1, "AV347", what))
        if len(rows) and (rows[1:] < rows[:-1]).any():
            order = np.argsort(rows, kind="stable")
            side, rows = side.take(pa.array(order)), rows[order]
        found.tables[name] = (side, rows)
    return found


def read_records(program: Program, batch: Batch, sides: Sides, reading: Reading, first: int) -> dict[str, Records]:
    """The records of every `many` type in a batch. Rows with a record that is none are added to the rejects."""
    found: dict[str, Records] = {}
    for name, kind in program.types.items():
        if kind.one or kind.derived:
            continue
        place = batch.schema.get_field_index(name)
        if name in sides.tables:
            side, rows = sides.tables[name]
            start, end = np.searchsorted(rows, (first, first + batch.num_rows)).tolist()
            part = side.slice(start, end - start).combine_chunks()
            children = {
                field.name: _one_chunk(part.column(field.name)) for field in part.schema if field.name != "case"
            }
            found[name] = _read(kind, rows[start:end] - first, children, None, reading, first)
        elif place >= 0:
            column = regular(batch.column(place))
            unmentioned = nulls(column)
            case, children = _NOBODY, dict[str, Vector]()
            if pa.types.is_nested(column.type):
                case, elements = _listed(column, unmentioned)
                if not pa.types.is_null(elements.type):
                    children = dict(zip([part.name for part in elements.type], elements.flatten(), strict=True))
            found[name] = _read(kind, case, children, unmentioned, reading, first)
        else:
            everywhere = np.ones(batch.num_rows, np.bool_)
            found[name] = Records(kind, _NOBODY, [Column(_NOBODY, _NOBODY) for _ in kind.fields], everywhere)
    return found


def _listed(column: Vector, unmentioned: Plane | None) -> tuple[Array, Vector]:
    """The row of each element of the lists, and the elements."""
    offsets: Array = np.asarray(column.offsets)
    lengths = np.diff(offsets)
    if unmentioned is not None and lengths[unmentioned].any():  # what stands in a list that is null means nothing
        return np.repeat(np.arange(len(lengths)), np.where(unmentioned, 0, lengths)), column.flatten()
    elements = column.values.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))
    return np.repeat(np.arange(len(lengths)), lengths), elements


def _one_chunk(column: Any) -> Vector:
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(column.chunks)


def _read(
    kind: FactType,
    case: Array,
    children: Mapping[str, Vector],
    unmentioned: Plane | None,
    reading: Reading,
    first: int,
) -> Records:
    inner = Reading(len(case), {}, reading.symbols)
    columns: list[Column] = []
    for declared in kind.fields:
        array = children.get(declared.name)
        if array is None:
            array = pa.nulls(len(case), pa.string() if not declared.kind.ordered else pa.int64())
        columns.append(read_column(array, declared, f"{kind.name}.{declared.name}", inner))
    records = Records(kind, case, columns, unmentioned)
    for place, reject in inner.rejects.items():
        _refuse(reading, int(case[place]), first, reject.code, reject.message)
    _check_keys(records, reading, first)
    return records


def _refuse(reading: Reading, row: int, first: int, code: str, message: str) -> None:
    reading.rejects.setdefault(row, Reject(first + row, code, message))


def _check_keys(records: Records, reading: Reading, first: int) -> None:
    """Key fields are given, and no two records of a case have the same."""
    kind, case = records.kind, records.case
    places = [kind.position[name] for name in kind.key]
    for place in places:
        unknown = records.columns[place].unknown
        if unknown is not None:
            for row in sorted(set(case[unknown].tolist())):
                what = f"this `{kind.name}` is given without `{kind.fields[place].name}`"
                _refuse(reading, row, first, "AV342", what)
    if len(case) < 2 or not places:
        return
    vocabulary = Vocabulary()
    values = [vocabulary.plain(records.columns[place], kind.fields[place], reading.symbols).low for place in places]
    key = packed(case, values, reading.rows)
    if repeats(key):
        order = np.argsort(key, kind="stable")
        again = order[1:][key[order][1:] == key[order][:-1]]
        for place in again.tolist():
            path = record_path(kind, records.fact(place, reading.symbols))
            _refuse(reading, int(case[place]), first, "AV343", f"`{path}` is given twice")
