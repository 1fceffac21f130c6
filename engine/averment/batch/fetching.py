"""The data of units: what was read when the input was cut into them, or else what is at their place in a file.

Whoever decides a unit fetches it, so that many may read at once. Rows of a Parquet file that follow each other are read
without a break; to begin within a group of rows costs decoding those before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from averment.batch.arrow import Table, pa, parquet
from averment.batch.columns import CASE
from averment.batch.inputs import Input, damage_told
from averment.batch.reading import Format as Shape
from averment.batch.unit import Unit

_BUFFER = 1 << 20  # bytes of a column read at once, so that the size of row groups does not matter


class Fetcher:
    """Fetches the data of units of some files."""

    def __init__(self, inputs: Sequence[Input], shapes: Sequence[Shape]) -> None:
        self._inputs, self._shapes = inputs, shapes
        self._rows: _Rows | None = None
        self._file = -1

    def fetch(self, unit: Unit) -> Unit:
        """The unit with its data. Raises OSError; Unreadable where the file holds less or is damaged."""
        if unit.data is not None or unit.overlong:
            return unit
        with damage_told(self._inputs[unit.file].path):
            return replace(unit, data=self._text(unit) if unit.format.text else self._table(unit))

    def _text(self, unit: Unit) -> bytes:
        with Path(self._inputs[unit.file].path).open("rb") as stream:
            stream.seek(unit.offset)
            data = stream.read(unit.size)
        if len(data) < unit.size:
            raise EOFError("it ends too early")
        return data

    def _table(self, unit: Unit) -> Table:
        if self._rows is None or self._file != unit.file:
            shape = self._shapes[unit.file]
            columns = [shape.headings[place] for place in shape.columns]
            self._rows, self._file = _Rows(self._inputs[unit.file].path, columns), unit.file
        return self._rows.read(unit.index, unit.rows)


class _Rows:
    """The rows of a Parquet file; its footer is read once."""

    def __init__(self, path: str, columns: list[str]) -> None:
        self._path, self._columns = path, columns
        with parquet.ParquetFile(path) as opened:
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
        return parquet.ParquetFile(self._path, metadata=self._footer, read_dictionary=encoded, buffer_size=_BUFFER)

    def _group(self, opened: Any, group: int, skip: int, size: int) -> Iterator[Any]:
        """The batches of a row group without its first ``skip`` rows."""
        for batch in opened.iter_batches(size, row_groups=[group], columns=self._columns, use_threads=False):
            if skip < batch.num_rows:
                yield batch.slice(skip)
            skip = max(0, skip - batch.num_rows)


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
