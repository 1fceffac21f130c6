"""Tables in memory, as notebooks have them: a table of cases in, a table of decisions out, row for row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from averment.backends.columnar.support import unsupported
from averment.batch.adapter import Mapped, adapter_of
from averment.batch.arrow import Table, one_chunk, pa, pc
from averment.batch.columns import Target, map_columns
from averment.batch.deciding import Decider
from averment.batch.fitting import fit
from averment.batch.frame_index import range_in
from averment.batch.job import Job
from averment.batch.nesting import check_nesting
from averment.batch.shape import Shape
from averment.batch.side_reading import case_names_in
from averment.batch.side_tables import distinct_names, join_table
from averment.batch.sides import check_main, side_shape, side_type
from averment.batch.table_rows import TableReader
from averment.batch.unit import Format, Joined, Reject, columns_of
from averment.core.program import FactType, Program
from averment.core.text import start_of
from averment.diagnostics.diagnostic import Refused, Report
from averment.law.budget import FIRINGS
from averment.model.evidence import refuse_table

_NAME = "table"


class TableDecider:
    """A program ready to decide tables; safe to use from many threads, one table each."""

    def __init__(self, program: Program, types: Mapping[str, FactType], firings: int = FIRINGS) -> None:
        if against := refuse_table(types):
            raise Refused([against])
        self._types = types
        self._columns = columns_of(program)
        columnar = not unsupported(program)
        self._decider = Decider(Job(program, types, (), (), "reference", columnar, False, Format.ARROW, firings))
        kernel = self._decider.kernel
        self._metadata = (
            dict(kernel.metadata)
            if kernel
            else {
                "averment.pack": program.digest,
                "averment.rules": json.dumps(self._decider.rules),
            }
        )

    def decide(self, table: Any, mapping: Mapped | None = None, sides: Mapping[str, Any] | None = None) -> Table:
        """The decisions of the rows of a pyarrow Table or RecordBatch, or of what offers itself as an Arrow stream
        (polars, pandas): as many rows, in their order.

        ``sides`` are such tables of the records of `many` types (see ``averment.batch.sides``), in any order; no two
        rows of the table may then be of one name.

        Columns: ``case`` where the table has it; ``claim``, ``status``, ``strength``, ``hangs_on`` (a JSON list of
        paths), ``fired`` (a mask; the schema's metadata name its bits); ``error``, code and message where a row has
        no outcome, and then all else but that and ``case`` is null.
        Raises: Refused where a column is no field of the pack (see ``columns``); TypeError for what is no table.
        """
        report = Report()
        given = to_table(table, _NAME, report)
        adapter = adapter_of(mapping or {})
        columns: Mapping[int, Target] = map_columns(
            given.schema.names, self._types, adapter, _NAME, report, sided=bool(sides)
        )
        check_nesting(given.schema, columns, self._types, _NAME, report)
        beside = _open(sides or {}, self._types, report)
        if beside:
            check_main(columns, [kind for kind, _, _ in beside], _NAME, report)
        if report.failed:
            raise Refused(report.diagnostics)
        if not adapter.names and all(target.type for target in columns.values()):
            given, columns = _named_by_range(given, columns)
        shape = Shape(self._types, columns, tuple(given.schema.names), _NAME)
        if adapter.converts:
            shape = fit(shape, adapter, report)
            columns = shape.columns
        if report.failed:
            raise Refused(report.diagnostics)
        named = any(not target.type for target in columns.values())
        reading = TableReader(shape).read_table(given, 1, named)
        joined = _join(beside, given, columns) if beside else ()
        decisions = self._decider.decide_reading(reading, 1, 0, counted=False, sides=joined)
        found = decisions.table
        errors: list[str | None] | None = None
        if decisions.rejects:
            said = {reject.row - 1: _said(reject) for reject in decisions.rejects}
            errors = [said.get(row) for row in range(given.num_rows)]
            places = np.full(given.num_rows, -1, np.int64)
            places[np.asarray(found.column("row")) - 1] = np.arange(found.num_rows)
            found = found.take(pa.array(places, mask=places < 0))
            called = {reject.row - 1: reject.case for reject in decisions.rejects}
            names = pc.coalesce(found.column("case"), pa.array(map(called.get, range(given.num_rows)), pa.string()))
            found = found.set_column(found.schema.get_field_index("case"), "case", names)
        error = pa.nulls(given.num_rows, pa.string()) if errors is None else pa.array(errors, pa.string())
        masks = found.column("fired").cast(pa.binary())  # a dictionary would take as long as all else here
        found = found.set_column(found.schema.get_field_index("fired"), "fired", masks)
        shown = [*(["case"] if named else []), *self._columns]
        return found.select(shown).append_column("error", error).replace_schema_metadata(self._metadata)


def _named_by_range(table: Table, columns: Mapping[int, Target]) -> tuple[Table, Mapping[int, Target]]:
    """The table with the index of a frame as the names of its cases, where that is a range that is no column."""
    labels = range_in(table.schema, table.num_rows)
    if labels is None:
        return table, columns
    return table.append_column("index", pa.array(labels, pa.int64())), {**columns, table.num_columns: Target("")}


_Side = tuple[FactType, Table, Shape]


def _open(sides: Mapping[str, Any], types: Mapping[str, FactType], report: Report) -> list[_Side]:
    """The types that have side tables, with these and how they are read; mistakes are reported."""
    found: list[_Side] = []
    for name, side in sides.items():
        kind = side_type(name, types, report)
        if kind is not None:
            given = to_table(side, name, report)
            found.append((kind, given, side_shape(kind, given.schema.names, given.schema, name, report)))
    return found


def _join(sides: Sequence[_Side], table: Table, columns: Mapping[int, Target]) -> tuple[Joined, ...]:
    place = next(place for place, target in columns.items() if not target.type)
    names = distinct_names(case_names_in(one_chunk(table.column(place)), 1), _NAME)
    return tuple(join_table(names, given, kind, shape) for kind, given, shape in sides)


def _said(reject: Reject) -> str:
    place = f" (row {reject.side[1]:,} of `{reject.side[0]}`)" if reject.side is not None else ""
    return f"{reject.code}: {reject.message}{place}"


def to_table(given: Any, name: str, report: Report) -> Table:
    """A table of pyarrow. What Arrow cannot hold of a frame is reported by its column, which is then left out.

    Raises: TypeError for what is no table.
    """
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, pa.Table):
        return given
    if not hasattr(given, "__arrow_c_stream__"):
        raise TypeError(f"not a table that Arrow can read: {type(given).__name__}")
    try:
        return pa.table(given)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError):
        return _by_columns(given, name, report)


def _by_columns(frame: Any, name: str, report: Report) -> Table:
    """The columns of a frame of which Arrow takes some, but not all."""
    found: dict[str, Any] = {}
    for heading in list(frame.columns):
        try:
            part = pa.table(frame[[heading]])
            found[str(heading)] = part.column(part.column_names.index(str(heading)))
        except (pa.ArrowException, TypeError, ValueError, NotImplementedError):
            what = (
                f"the column `{heading}` cannot hold this: it has values of more than one kind, or of a kind of its own"
            )
            help = "give it values of one kind: texts, numbers, truth values, days or lists of texts"
            report.error("AV123", what, start_of(name), "", help)
    return pa.table(found)
