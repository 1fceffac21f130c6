"""One case of what a host decided, again and in full.

A host gives its rows no numbers and keeps no digest of its input. So a case is known by its name, which must be that of
one row of the input and of one of the output; and decided again the row must come to the claim and the fired rules that
the output holds, or the input is taken to be another one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from averment.batch.arrow import Table, dataset, pa, parquet, pc
from averment.batch.columns import map_columns
from averment.batch.explaining import Output
from averment.batch.shape import Shape
from averment.batch.table import TableDecider
from averment.batch.table_rows import TableReader
from averment.core.program import FactType, Program
from averment.diagnostics.diagnostic import Refused, Report, refused
from averment.model.case import Case, read_case

ABOUT = "_common_metadata"
KEY = "averment.host"  # of the metadata there
_SAME = ("claim", "status", "fired")


def header(program: Program, inputs: list[str], firings: int) -> str:
    """What the output of a host says of its run."""
    pack = {"name": program.name, "version": program.version, "digest": program.digest}
    run = {"pack": pack, "parameters": dict(program.parameters), "inputs": inputs, "firings": firings}
    return json.dumps(run, sort_keys=True)


def open_host_output(folder: Path) -> Output:
    """What the folder that a host wrote says of its run. Raises Refused."""
    said = _metadata(folder).get(KEY.encode())
    if said is None:
        help = f"a folder that `averment batch --on` wrote says it in `{ABOUT}`"
        raise refused("AV532", f"`{folder}` does not say how it was made", help)
    return Output(folder, json.loads(said))


def _metadata(folder: Path) -> Mapping[bytes, bytes]:
    try:
        return parquet.read_schema(folder / ABOUT).metadata or {}
    except (OSError, pa.ArrowInvalid):
        return {}


def read_named(output: Output, case: str, program: Program, types: Mapping[str, FactType], place: str | None) -> Case:
    """The case of this name in the input, which is at ``place`` if it is no longer where it was. Raises Refused."""
    decided = _rows(dataset([str(output.path)]), "case", case)
    row = _only(decided, case, str(output.path))
    if row["error"] is not None:
        raise refused("AV533", f"case `{case}` has no outcome: {row['error']}")
    sources = [place] if place else output.header["inputs"]
    try:
        given = dataset(sources)
    except (OSError, pa.ArrowInvalid):
        what = f"the input `{', '.join(sources)}` cannot be read any more"
        raise refused("AV534", what, "say where it is with --input") from None
    report = Report()
    columns = map_columns(given.schema.names, types, {}, sources[0], report)
    if report.failed:
        raise Refused(report.diagnostics)
    named = next(given.schema.names[at] for at, target in columns.items() if not target.type)
    table = _rows(given, named, case)
    _only(table, case, ", ".join(sources))
    again = TableDecider(program, types, output.firings).decide(table).to_pylist()[0]
    if any(again[name] != row[name] for name in _SAME):
        what = f"case `{case}` is not what was decided: it comes to another claim, or by other rules"
        raise refused("AV534", what, "say with --input where the input is that was decided")
    shape = Shape(types, columns, tuple(table.schema.names), sources[0])
    node = TableReader(shape).read_table(table, 1).document(0, report)
    found = None if node is None else read_case(node, types, report)
    if found is None:
        raise Refused(report.diagnostics)
    return found


def _rows(source: Any, column: str, name: str) -> Table:
    return source.to_table(filter=pc.field(column).cast(pa.string()) == name)


def _only(rows: Table, case: str, where: str) -> dict[str, Any]:
    if rows.num_rows == 1:
        found: dict[str, Any] = rows.to_pylist()[0]
        return found
    what = f"`{where}` has no case `{case}`" if not rows.num_rows else f"{rows.num_rows:,} rows are called `{case}`"
    raise refused("AV533", what)
