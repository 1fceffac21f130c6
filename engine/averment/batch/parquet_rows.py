"""The rows of a Parquet file from any place on; rows that follow each other are read without a break.

To begin within a group of rows costs decoding those before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import numpy as np

from averment.batch.arrow import Table, open_parquet, pa
from averment.batch.columns import CASE

_BUFFER = 1 << 20  # bytes of a column read at once, so that the size of row groups does not matter


class ParquetRows:
    """The rows of a Parquet file; its footer is read once."""

    def __init__(self, path: str, columns: list[str]) -> None:
        self._path, self._columns = path, columns
        with open_parquet(path) as opened:
            self._footer = opened.metadata
            texts = [column.name for column in opened.schema_arrow if _is_text(column.type) and column.name != CASE]
            lists = [f"{column.name}.list.element" for column in opened.schema_arrow if _is_texts(column.type)]
            self._ends = list(accumulate(row_groups(opened)))
        self._encoded, self._texts = self._open([*texts, *lists]), texts
        self._batches: Iterator[Any] = iter(())
        self._rest: Any = None
        self._at = -1

    def read(self, index: int, rows: int) -> Table:
        """So many rows from one on."""
        if index != self._at:
            self._batches, self._rest = self._from(index, rows), None
        found: list[Any] = []
        missing = rows
        while missing:
            batch = self._rest if self._rest is not None else next(self._batches, None)
            if batch is None:
                raise EOFError("it ends too early")
            found.append(batch.slice(0, missing))
            self._rest = batch.slice(missing) if batch.num_rows > missing else None
            missing -= found[-1].num_rows
        self._at = index + rows
        return pa.Table.from_batches(found)

    def _from(self, index: int, size: int) -> Iterator[Any]:
        """The batches from a row on, of ``size`` rows at most."""
        first = bisect_right(self._ends, index)
        done = index - (self._ends[first - 1] if first else 0)
        for group in range(first, len(self._ends)):
            try:
                for batch in self._group(self._encoded, group, done, size):
                    done += batch.num_rows
                    yield batch
            except pa.ArrowNotImplementedError:  # lists whose words are in several dictionaries
                with self._open(self._texts) as plainer:
                    yield from self._group(plainer, group, done, size)
            done = 0

    def _open(self, encoded: list[str]) -> Any:
        return open_parquet(self._path, metadata=self._footer, read_dictionary=encoded, buffer_size=_BUFFER)

    def _group(self, opened: Any, group: int, skip: int, size: int) -> Iterator[Any]:
        """The batches of a row group without its first ``skip`` rows."""
        for batch in opened.iter_batches(size, row_groups=[group], columns=self._columns, use_threads=False):
            for column in batch.columns:
                _refuse_beyond(column)
            if skip < batch.num_rows:
                yield batch.slice(skip)
            skip = max(0, skip - batch.num_rows)


def _refuse_beyond(column: Any) -> None:
    """Raises ArrowInvalid for a place beyond the end of a dictionary, which Arrow takes as a file has it."""
    if pa.types.is_list(column.type):
        column = column.flatten()
    if not pa.types.is_dictionary(column.type) or column.null_count == len(column):
        return
    places = column.indices.drop_null() if column.null_count else column.indices
    if int(np.asarray(places).view(np.uint32).max(initial=0)) >= len(column.dictionary):
        raise pa.ArrowInvalid("a value is beyond the end of its dictionary")


def values_in(opened: Any) -> int:
    """How many values a Parquet file holds, those of nested columns too."""
    groups = (opened.metadata.row_group(group) for group in range(opened.num_row_groups))
    return sum(group.column(column).num_values for group in groups for column in range(group.num_columns))


def row_groups(opened: Any) -> list[int]:
    """How many rows each group of a Parquet file has."""
    return [opened.metadata.row_group(group).num_rows for group in range(opened.num_row_groups)]


def _is_text(type: Any) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type))


def _is_texts(type: Any) -> bool:
    return bool(pa.types.is_list(type)) and _is_text(type.value_type)
