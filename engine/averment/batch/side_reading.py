"""A side table read a stretch at a time: its rows as a table, whose they are, and what no table can hold."""

from __future__ import annotations

import csv as text_csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Array, Table, one_chunk, pa, pc
from averment.batch.deciding import reader_of
from averment.batch.fetching import Fetcher
from averment.batch.reading import Reading
from averment.batch.sides import OWNER, Side
from averment.batch.sources import Position, Source, units
from averment.batch.table_rows import without_views
from averment.batch.unit import ROW, Odd, Unit
from averment.core.composed import composed
from averment.core.program import FactType
from averment.diagnostics.diagnostic import Report

ROWS = 32_768  # read at once


class Run(NamedTuple):
    """Rows that follow each other and name the same case (none: it cannot be told), the first of which is ``row``."""

    name: bytes | None
    rows: int
    row: int


@dataclass
class Chunk:
    """Rows: ``table`` has the fields of the type and ``ROW``; ``odd`` by the number of the row."""

    table: Table
    runs: list[Run]
    named: bool  # each of the runs
    odd: dict[int, Odd]
    unit: Unit
    reading: Reading
    places: Codes  # of each row of the table in the unit
    after: Position


def chunks(side: Side, index: int, offset: int) -> Iterator[Chunk]:
    source = Source((side.file,), (side.shape,))
    fetcher = Fetcher(source.inputs, source.shapes)
    for unit, after in units(source, Position(0, index, offset, index + 1), ROWS):
        fetched = fetcher.fetch(unit)
        reading = reader_of(unit, side.shape).read(fetched)
        chunk = _chunk(side, fetched, reading, after)
        if chunk.table.num_rows:
            yield chunk


def _chunk(side: Side, unit: Unit, reading: Reading, after: Position) -> Chunk:
    table, owners, places = side_table(side.kind, reading, unit.index)
    odd: dict[int, Odd] = {}
    if reading.singles:
        names: list[bytes | None] = owners.to_pylist()
        at = dict(zip(places.tolist(), range(len(places)), strict=True))
        for place in reading.singles:
            odd[unit.index + place + 1], names[at[place]] = _odd(side, unit, reading, place)
        owners = pa.array(names, pa.binary())
    named = not owners.null_count
    return Chunk(table, _runs(owners, places + unit.index + 1), named, odd, unit, reading, places, after)


def side_table(kind: FactType, reading: Reading, index: int) -> tuple[Table, Array, Codes]:
    """The rows that were read of a side table, in order, with the names of their cases and their places in the unit;
    what was not read as a table has neither name nor values in it.
    """
    places = np.concatenate([reading.places, np.array(reading.singles, np.int64)]).astype(np.int64)
    found: Any = None if reading.table is None else without_views(reading.table)
    columns: dict[str, Any] = {}
    owners = pa.nulls(len(places), pa.binary())
    order: Any = None
    if reading.singles:
        order = np.argsort(places, kind="stable")
        places = places[order]
    for name, held in zip(found.column_names, found.columns, strict=True) if found is not None else ():
        column = one_chunk(held)
        if order is not None:
            absent = order >= len(reading.places)
            column = column.take(pa.array(np.where(absent, 0, order), mask=absent))
        field = name.removeprefix(f"{kind.name}.")
        if field == OWNER:
            owners = as_names(column)
        else:
            columns[field] = column
    columns[ROW] = pa.array(places + index + 1)
    return pa.table(columns), owners, places


def as_names(column: Array) -> Array:
    """The names of cases, whatever holds them, as bytes (they need not be UTF-8 to be compared), in their one form."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        column = pc.run_end_decode(column)
    elif pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    kind = column.type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)):
        column = column.cast(pa.string())
    return _composed(column.cast(pa.binary()))


def _composed(names: Array) -> Array:
    """Names in the form in which text is compared; what is no text stays as it is."""
    data = np.frombuffer(names.buffers()[2] or b"", np.uint8)
    if not len(data) or data.max() < 128:
        return names
    encoded = names.dictionary_encode()
    found: list[bytes] = []
    for name in encoded.dictionary.to_pylist():
        try:
            found.append(composed(name.decode()).encode())
        except UnicodeDecodeError:
            found.append(name)
    return pa.array(found, pa.binary()).take(encoded.indices)


def case_names_in(column: Array, first: int) -> Array:
    """What the cases in the rows of a table are called, the first of which is number ``first`` of the run."""
    names = as_names(column)
    if not names.null_count:
        return names
    found = [f"row {first + row}".encode() if name is None else name for row, name in enumerate(names.to_pylist())]
    return pa.array(found, pa.binary())


def _odd(side: Side, unit: Unit, reading: Reading, place: int) -> tuple[Odd, bytes | None]:
    """A row that was not read as part of a table: its record, or what is wrong with it; and whose it is."""
    report = Report()
    node = reading.document(place, report)
    facts = node.get("facts") if node is not None else None
    record = facts.get(side.kind.name) if facts is not None else None
    if record is None:
        problem = report.diagnostics[0]
        return (problem.code, problem.line), _guessed(side, unit, reading, place)
    values: dict[str, Any] = record.plain()
    owner = values.pop(OWNER, None)
    return values, None if owner is None else str(owner).encode()


def _guessed(side: Side, unit: Unit, reading: Reading, place: int) -> bytes | None:
    """The name of the case in a record of CSV with something wrong in it, as far as it can be told."""
    start = (reading.offset(place) or 0) - unit.offset
    if unit.overlong or unit.data is None:
        return None
    end = unit.data.find(b"\n", start)
    record: bytes = unit.data[start : end if end >= 0 else None]
    at = next(place for place, target in side.shape.columns.items() if target.field == OWNER)
    try:
        (cells,) = text_csv.reader([record.decode("utf-8", "surrogateescape")])
        return cells[at].encode() or None
    except (text_csv.Error, ValueError, IndexError):
        return None


def _runs(owners: Array, rows: Codes) -> list[Run]:
    if not len(rows):  # all of them are blank
        return []
    encoded = pc.run_end_encode(owners)
    ends = np.asarray(encoded.run_ends)
    names: list[bytes | None] = encoded.values.to_pylist()
    numbers: list[int] = rows[np.concatenate([[0], ends[:-1]])].tolist()
    counts: list[int] = np.diff(ends, prepend=0).tolist()
    return list(map(Run, names, counts, numbers))
