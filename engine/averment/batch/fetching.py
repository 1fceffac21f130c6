"""The data of units: what was read when the input was cut into them, or else what is at their place in a file.

Whoever decides a unit fetches it, so that many may read at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averment.batch.inputs import Input, damage_told
from averment.batch.shape import Shape
from averment.batch.unit import Unit

if TYPE_CHECKING:
    from averment.batch.parquet_rows import ParquetRows


class Fetcher:
    """Fetches the data of units of some files."""

    def __init__(self, inputs: Sequence[Input], shapes: Sequence[Shape]) -> None:
        self._inputs, self._shapes = inputs, shapes
        self._rows: ParquetRows | None = None
        self._file = -1

    def fetch(self, unit: Unit) -> Unit:
        """The unit with its data. Raises OSError; Unreadable where the file holds less or is damaged."""
        if unit.data is not None or unit.overlong:
            return unit
        if unit.format.text:
            return fetch_text(unit, self._inputs)
        with damage_told(self._inputs[unit.file].path):
            return replace(unit, data=self._table(unit))

    def _table(self, unit: Unit) -> Any:
        from averment.batch.parquet_rows import ParquetRows

        if self._rows is None or self._file != unit.file:
            shape = self._shapes[unit.file]
            self._rows, self._file = ParquetRows(self._inputs[unit.file].path, shape.wanted), unit.file
        return self._rows.read(unit.index, unit.rows)


def fetch_text(unit: Unit, inputs: Sequence[Input]) -> Unit:
    """A unit of text with its data, which no record too long to be held has. Raises as ``Fetcher.fetch`` does."""
    if unit.data is not None or unit.overlong:
        return unit
    path = inputs[unit.file].path
    with damage_told(path), Path(path).open("rb") as stream:
        stream.seek(unit.offset)
        data = stream.read(unit.size)
        if len(data) < unit.size:
            raise EOFError("it ends too early")
    return replace(unit, data=data)
