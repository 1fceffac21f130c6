"""Decisions in groups of rows: which rows are a group does not depend on how a run was cut, and so nor do its bytes.

A group is ``GROUP`` rows of the run, counted over all its files: of these, the ones that were decided. In Parquet a
group of rows is a row group, written by whoever decided it as a file of its own, of which the pages are copied. Words
are dictionaries; masks of fired rules are encoded as a dictionary where few are different, and else as they are, which
is smaller then, and takes a tenth of the time. The least and the greatest claim and status of a group are found from
the few words there are: Arrow would look for them in every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from averment.backends.columnar.result_columns import WORD, columns_of_result
from averment.batch.arrow import Array, Buffer, Table, one_chunk, pa, parquet, pc
from averment.batch.footers import MAGIC, Record, footer_in
from averment.batch.unit import FOOTERS, GROUP, TEXT, Unit, words_of
from averment.core.program import Program

_SAMPLE = 1024  # masks
_BOUNDED = ("claim", "status")
_PLAIN = {"row": pa.int64(), "case": pa.string()}


def is_group(unit: Unit) -> bool:
    """Whether the rows of a unit are a group."""
    return (unit.first - 1) % GROUP == 0 and (unit.rows == GROUP or (unit.last and unit.rows < GROUP))


def groups(tables: Iterable[Table]) -> Iterator[Table]:
    """Tables of decisions, in order, as a table for each group that has rows."""
    held: list[Table] = []
    last = 0
    for table in tables:
        numbers = np.asarray(one_chunk(table.column("row")))
        start = 0
        while start < len(numbers):
            group = (int(numbers[start]) - 1) // GROUP
            end = int(np.searchsorted(numbers, (group + 1) * GROUP, side="right"))
            if held and group != last:
                yield _whole(held)
                held = []
            held.append(table.slice(start, end - start))
            last, start = group, end
    if held:
        yield _whole(held)


def first_row(table: Table) -> int:
    """The number of the first row of decisions."""
    return int(table.column("row")[0].as_py())


def rows_after(table: Table, row: int) -> Table:
    """The decisions of rows beyond one."""
    return table.slice(int(np.searchsorted(np.asarray(one_chunk(table.column("row"))), row, side="right")))


def _whole(tables: list[Table]) -> Table:
    return pa.concat_tables(tables) if len(tables) > 1 else tables[0]


def schema(width: int, coded: bool, program: Program) -> Any:
    """``width``: the bytes of a mask. ``coded``: words are held once, and the rows have their places."""
    results = {name: type for result in program.results for name, type in columns_of_result(program, result).items()}
    types = _PLAIN | dict.fromkeys(words_of(program.presumes), WORD) | results
    types |= {"fired": pa.binary(width), "pack": WORD}
    return pa.schema({name: type if coded or type != WORD else pa.string() for name, type in types.items()})


def written(table: Table) -> dict[str, Any]:
    """What a group of decisions adds to a Parquet output: its pages, and the ``Record`` of its footer."""
    if not table.num_rows:
        return {TEXT: b"", FOOTERS: b""}
    file = to_parquet(table)
    end, footer = footer_in(file)
    bounded = {name: one_chunk(table.column(name)) for name in _BOUNDED}
    bounds = {name: _bounds(column) for name, column in bounded.items() if not column.null_count}
    return {TEXT: file[len(MAGIC) : end], FOOTERS: Record(end - len(MAGIC), footer, bounds).line}


def to_parquet(table: Table, metadata: dict[str, str] | None = None) -> Buffer:
    """Decisions as a Parquet file of one row group, or of none if there are no rows."""
    columns = {name: one_chunk(table.column(name)) for name in table.column_names}
    worded = [name for name, column in columns.items() if column.type == WORD]
    for name in worded:
        if name not in (*_BOUNDED, "pack") or columns[name].null_count:
            columns[name] = _sorted_words(columns[name])
    coded = pa.schema({name: column.type for name, column in columns.items()}, metadata)
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(
        sink,
        coded,
        use_dictionary=[*worded, *(["fired"] if _alike(columns["fired"]) else [])],
        column_encoding={"row": "DELTA_BINARY_PACKED", "case": "PLAIN"},
        compression="snappy",
        write_statistics=["row"],
    ) as writer:
        if table.num_rows:
            writer.write_table(pa.Table.from_arrays([*columns.values()], schema=coded), row_group_size=GROUP)
    return sink.getvalue()


def _bounds(column: Array) -> list[str]:
    """The least and the greatest word of a column that has one in every row."""
    codes = np.asarray(column.indices).astype(np.min_scalar_type(len(column.dictionary)))
    used = [word for place, word in enumerate(column.dictionary.to_pylist()) if (codes == place).any()]
    return [min(used, key=str.encode), max(used, key=str.encode)]


def _alike(masks: Array) -> bool:
    """Whether few of the first masks are different."""
    return len(masks.slice(0, _SAMPLE).unique()) <= _SAMPLE // 4


def _sorted_words(column: Any) -> Any:
    """The column with a dictionary of just the words in it, in their order, however they came into it."""
    if column.null_count == len(column):
        return pa.DictionaryArray.from_arrays(column.indices, pa.array([], pa.string()))
    if len(column.dictionary) == 1 and not column.null_count:
        return column
    codes = np.asarray(pc.fill_null(column.indices, len(column.dictionary)))
    used = np.flatnonzero(np.bincount(codes, minlength=len(column.dictionary) + 1)[:-1])
    words = column.dictionary.take(pa.array(used))
    order = np.asarray(pc.sort_indices(words))
    places = np.full(len(column.dictionary) + 1, -1, np.int32)
    places[used[order]] = np.arange(len(used), dtype=np.int32)
    found = places[codes]
    indices = pa.array(found, mask=found < 0) if column.null_count else pa.array(found)
    return pa.DictionaryArray.from_arrays(indices, words.take(pa.array(order)))
