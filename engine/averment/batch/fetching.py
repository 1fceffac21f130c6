"""The data of units: what was read when the input was cut into them, or else what is at their place in a file.

Whoever decides a unit fetches it, so that many may read at once. Rows of a Parquet file that follow each other are read
without a break; to begin within a group of rows costs decoding those before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from averment.batch.arrow import Table, pa, parquet
from averment.batch.columns import CASE
from averment.batch.inputs import Input
from averment.batch.reading import Format as Shape
from averment.batch.unit import GROUP, Unit

_BUFFER = 1 << 20  # bytes of a column read at once, so that the size of row groups does not matter


class Fetcher:
    """Fetches the data of units of some files."""

    def __init__(self, inputs: Sequence[Input], shapes: Sequence[Shape]) -> None:
        self._inputs, self._shapes = inputs, shapes
        self._rows: _Rows | None = None

    def fetch(self, unit: Unit) -> Unit:
        """The unit with its data. Raises OSError, ArrowException; EOFError where the file holds less by now."""
        if unit.data is not None or unit.overlong:
            return unit
        return replace(unit, data=self._text(unit) if unit.format.text else self._table(unit))

    def _text(self, unit: Unit) -> bytes:
        with Path(self._inputs[unit.file].path).open("rb") as stream:
            stream.seek(unit.offset)
            data = stream.read(unit.size)
        if len(data) < unit.size:
            raise EOFError("it ends too early")
        return data

    def _table(self, unit: Unit) -> Table:
        if self._rows is None or self._rows.place != (unit.file, unit.index):
            shape = self._shapes[unit.file]
            columns = [shape.headings[place] for place in shape.columns]
            self._rows = _Rows(self._inputs[unit.file], columns, unit.file, unit.index)
        return self._rows.next(unit.rows)


class _Rows:
    """The rows of a Parquet file from one on. ``place``: the number of the file, and of the next row in it."""

    def __init__(self, file: Input, columns: list[str], number: int, index: int) -> None:
        self.place = number, index
        self._batches = _parquet(file, columns, index)
        self._rest: Any = None

    def next(self, rows: int) -> Table:
        """So many rows."""
        found: list[Any] = []
        missing = rows
        while missing:
            batch = self._rest if self._rest is not None else next(self._batches, None)
            if batch is None:
                raise EOFError("it ends too early")
            found.append(batch.slice(0, missing))
            self._rest = batch.slice(missing) if batch.num_rows > missing else None
            missing -= found[-1].num_rows
        self.place = self.place[0], self.place[1] + rows
        return pa.Table.from_batches(found)


def _parquet(file: Input, columns: list[str], skip: int) -> Iterator[Any]:
    with parquet.ParquetFile(file.path) as opened:
        texts = [column.name for column in opened.schema_arrow if _is_text(column.type) and column.name != CASE]
        lists = [f"{column.name}.list.element" for column in opened.schema_arrow if _is_texts(column.type)]
        sizes = row_groups(opened)
    with (
        parquet.ParquetFile(file.path, read_dictionary=[*texts, *lists], buffer_size=_BUFFER) as encoded,
        parquet.ParquetFile(file.path, read_dictionary=texts, buffer_size=_BUFFER) as plainer,
    ):
        for group, size in enumerate(sizes):
            if skip >= size:
                skip -= size
                continue
            done = skip
            try:
                for batch in _group(encoded, group, columns, done):
                    done += batch.num_rows
                    yield batch
            except pa.ArrowNotImplementedError:  # lists whose words are in several dictionaries
                yield from _group(plainer, group, columns, done)
            skip = 0


def row_groups(opened: Any) -> list[int]:
    """How many rows each group of a Parquet file has."""
    return [opened.metadata.row_group(group).num_rows for group in range(opened.num_row_groups)]


def _group(opened: Any, group: int, columns: list[str], skip: int) -> Iterator[Any]:
    """The batches of a row group without its first ``skip`` rows."""
    for batch in opened.iter_batches(GROUP, row_groups=[group], columns=columns, use_threads=False):
        if skip < batch.num_rows:
            yield batch.slice(skip)
        skip = max(0, skip - batch.num_rows)


def _is_text(type: Any) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type))


def _is_texts(type: Any) -> bool:
    return bool(pa.types.is_list(type)) and _is_text(type.value_type)
