"""Side tables in memory, whose rows may be in any order."""

from __future__ import annotations

import numpy as np

from averment.batch.arrow import Array, Table, pa, pc
from averment.batch.shape import Shape
from averment.batch.side_join import twice
from averment.batch.side_reading import side_table
from averment.batch.table_rows import TableReader
from averment.batch.unit import Joined
from averment.core.program import FactType
from averment.core.suggest import characters
from averment.diagnostics.diagnostic import Diagnostic, Refused


def distinct_names(names: Array, file: str) -> Array:
    """The names of the cases of a table. Raises Refused where one comes twice."""
    encoded = names.dictionary_encode()
    if len(encoded.dictionary) < len(names):
        codes = np.asarray(encoded.indices)
        row = int(np.flatnonzero(codes[1:] <= np.maximum.accumulate(codes)[:-1])[0]) + 1
        raise twice(names[row].as_py(), file, row + 1)
    return encoded.dictionary


def join_table(names: Array, given: Table, kind: FactType, shape: Shape) -> Joined:
    """The records that a side table has of cases with these names. Raises Refused where it has rows of others."""
    table, owners, _ = side_table(kind, TableReader(shape).read_table(given, 1, shape.named), 0)
    cases = np.asarray(pc.fill_null(pc.index_in(owners, value_set=names), -1)).astype(np.int64)
    astray = np.flatnonzero(cases < 0)
    if len(astray):
        raise _stray(owners, int(astray[0]), shape.file)
    if (np.diff(cases) < 0).any():
        order = np.argsort(cases, kind="stable")
        table, cases = table.take(pa.array(order)), cases[order]
    offsets = np.searchsorted(cases, np.arange(len(names) + 1)).astype(np.int32)
    return Joined(kind.name, shape.file, 0, offsets, table, {})


def _stray(owners: Array, row: int, file: str) -> Refused:
    owner: bytes | None = owners[row].as_py()
    what = f"row {row + 1:,} of `{file}` "
    if owner is None:
        what += "does not say which case it is of"
        help: tuple[str, ...] = ("give every row the name of its case under `case`",)
    else:
        case = owner.decode("utf-8", "replace")
        what += f"is of case `{case}`, which is not in the table"
        help = ("add the case, or leave the row out", *characters(case))
    return Refused([Diagnostic("AV347", what, (), help)])
