"""Decisions in groups of rows: which rows are a group does not depend on how a run was cut, and so nor do its bytes.

A group is ``GROUP`` rows of the run, counted over all its files: of these, the ones that were decided. In Parquet a
group of rows is a row group, written by whoever decided it as a file of its own, and copied from there. Words are
dictionaries; masks of fired rules are encoded as a dictionary where few are different, and else as they are, which is
smaller then, and takes a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from averment.batch.arrow import Array, Buffer, Table, one_chunk, pa, parquet, pc
from averment.batch.unit import GROUP, PRESUMED, columns_of, words_of

_SAMPLE = 1024  # masks
_PLAIN = {"row": pa.int64(), "case": pa.string()}


def is_group(first: int, rows: int) -> bool:
    """Whether these rows of a run are a group, and not its last."""
    return rows == GROUP and (first - 1) % GROUP == 0


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


def _whole(tables: list[Table]) -> Table:
    return pa.concat_tables(tables) if len(tables) > 1 else tables[0]


def schema(width: int, coded: bool, presumes: bool) -> Any:
    """``width``: the bytes of a mask. ``coded``: words are held once, and the rows have their places. ``presumes``:
    whether the pack presumes anything.
    """
    word = pa.dictionary(pa.int32(), pa.string()) if coded else pa.string()
    return pa.schema(_PLAIN | dict.fromkeys(words_of(presumes), word) | {"fired": pa.binary(width), "pack": word})


def to_parquet(table: Table, metadata: dict[str, str] | None = None) -> Buffer:
    """Decisions as a Parquet file of one row group, or of none if there are no rows."""
    presumes = PRESUMED[0] in table.column_names
    columns = {name: one_chunk(table.column(name)) for name in ("row", "case", *columns_of(presumes), "pack")}
    for name in words_of(presumes)[2:]:
        columns[name] = _sorted_words(columns[name])
    coded = schema(columns["fired"].type.byte_width, True, presumes).with_metadata(metadata)
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(
        sink,
        coded,
        use_dictionary=[*words_of(presumes), "pack", *(["fired"] if _alike(columns["fired"]) else [])],
        column_encoding={"row": "DELTA_BINARY_PACKED", "case": "PLAIN"},
        compression="snappy",
        write_statistics=["row", "claim", "status"],
    ) as writer:
        if table.num_rows:
            writer.write_table(pa.Table.from_arrays([*columns.values()], schema=coded), row_group_size=GROUP)
    return sink.getvalue()


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
