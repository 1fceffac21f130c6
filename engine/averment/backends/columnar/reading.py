"""Columns read: record batches to encoded columns.

A column of a ``one`` type is called ``TYPE.FIELD``, or is a child of a struct column ``TYPE``, or bears the bare name
of a field that no other ``one`` type has. A null is unknown. What is no value of its field makes its row a reject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from averment.backends.columnar.arrow import Batch, Vector, pa
from averment.backends.columnar.codes import code_of, code_type, codes_of, nulls
from averment.backends.columnar.columns import Array, Column, Plane, either
from averment.backends.columnar.forms import regular, value_of
from averment.backends.columnar.vocabulary import Symbols, Vocabulary
from averment.core.plain import is_list
from averment.core.program import Field, Program, Value
from averment.core.values import Misfit, ends, fit
from averment.law.truth import INT64_MAX, INT64_MIN


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that has no outcome: its index in what was given, and why."""

    row: int
    code: str
    message: str


@dataclass
class Reading:
    """A batch as read: a column for each field of the ``one`` types, and the rows that are no cases."""

    rows: int
    given: dict[tuple[str, int], Column]
    symbols: Symbols
    rejects: dict[int, Reject] = field(default_factory=dict[int, Reject])

    @property
    def bad(self) -> Plane | None:
        if not self.rejects:
            return None
        found = np.zeros(self.rows, np.bool_)
        found[list(self.rejects)] = True
        return found


def find_columns(program: Program, schema: Any) -> dict[tuple[str, int], tuple[str, str]]:
    """Where each field of a ``one`` type is in a schema: the column, and the child of it where that is a struct."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    bare: dict[str, list[tuple[str, int]]] = {}
    for name, kind in program.types.items():
        if kind.one:
            for index, declared in enumerate(kind.fields):
                bare.setdefault(declared.name, []).append((name, index))
    for column in schema:
        owner, _, child = column.name.partition(".")
        of = program.types.get(owner)
        record = of if of is not None and of.one else None
        if record is not None and child in record.position:
            found[owner, record.position[child]] = (column.name, "")
        elif record is not None and not child and pa.types.is_struct(column.type):
            for part in column.type:
                if part.name in record.position:
                    found[owner, record.position[part.name]] = (column.name, part.name)
        elif len(bare.get(column.name, ())) == 1:
            found.setdefault(bare[column.name][0], (column.name, ""))
    return found


def read_batch(
    program: Program, batch: Batch, places: Mapping[tuple[str, int], tuple[str, str]], first: int = 0
) -> Reading:
    """The fields of the ``one`` types in a batch. ``first`` is the index that its first row is reported under."""
    reading = Reading(batch.num_rows, {}, Symbols())
    for name, kind in program.types.items():
        if kind.one:
            for index, declared in enumerate(kind.fields):
                place = places.get((name, index))
                shown = f"{name}.{declared.name}"
                reading.given[name, index] = (
                    _missing(declared, batch.num_rows, reading.symbols)
                    if place is None
                    else read_column(_find(batch, place), declared, shown, reading, first)
                )
    return reading


def _find(batch: Batch, place: tuple[str, str]) -> Vector:
    column = batch.column(batch.schema.get_field_index(place[0]))
    if not place[1]:
        return column
    return column.flatten()[column.type.get_field_index(place[1])]  # flatten carries the struct's own nulls down


def _missing(declared: Field, rows: int, symbols: Symbols) -> Column:
    codes = np.zeros(rows, code_type(declared))
    return filled(Column(codes, codes, np.ones(rows, np.bool_)), declared.default, declared, symbols)


def read_column(array: Vector, declared: Field, shown: str, reading: Reading, first: int = 0) -> Column:
    """One field in its encoding. Rows without a value of the field are added to the rejects of ``reading``."""
    array = regular(array)
    unknown = nulls(array)
    codes, bad = codes_of(array, declared, reading.symbols)
    if bad is not None and unknown is not None:
        bad = bad & ~unknown
    if bad is not None and bad.any():
        codes, lost = _looked_at(array, codes, np.flatnonzero(bad).tolist(), declared, shown, reading, first)
        unknown = either(unknown, lost)
    least, greatest = _limits(codes, declared)
    column = Column(codes, codes, unknown, least, greatest)
    return filled(column, declared.default, declared, reading.symbols)


def _looked_at(
    array: Vector, codes: Array, rows: list[int], declared: Field, shown: str, reading: Reading, first: int
) -> tuple[Array, Plane]:
    """The codes, and where there is none, once these rows were looked at one by one: what reading many at once does not
    take may be a value all the same, as a text in another Unicode form is.
    """
    codes, lost = codes.copy(), np.zeros(len(codes), np.bool_)
    known: dict[object, Value | Misfit] = {}
    for row in rows:
        value: Any = value_of(array[row])
        if value is None:  # what stands for it is no null of Arrow's, but no value either
            lost[row] = True
            continue
        key = (value.__class__, tuple(value) if is_list(value) else value)
        found = known.get(key)
        if found is None:
            found = known[key] = fit(value, declared, shown)
        if isinstance(found, Misfit):
            lost[row] = True
            reading.rejects.setdefault(row, Reject(first + row, found.code, found.line))
        else:
            codes[row] = code_of(found, declared, reading.symbols)
    return codes, lost


def filled(column: Column, value: Value | None, declared: Field, symbols: Symbols) -> Column:
    """The column with a value where it is unknown; as it is where there is no such value."""
    if value is None or column.unknown is None:
        return column
    if not isinstance(value, int):
        value = Vocabulary().constant(value, declared, symbols).low[0]
    held, size = np.array(value), column.low.dtype
    if held.astype(size) != held:  # a column as narrow as what is given in it
        size = np.result_type(size, held)
    codes = np.where(column.unknown, held.astype(size), column.low.astype(size, copy=False))
    return Column(codes, codes, None, column.least, column.greatest)


def _limits(codes: Array, declared: Field) -> tuple[int, int]:
    return ends(declared) if declared.kind.ordered else (INT64_MIN, INT64_MAX)
