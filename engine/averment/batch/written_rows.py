"""The rows of a unit of text as they are written: records of CSV, or lines of JSON, each read by itself."""

from __future__ import annotations

from averment.batch.csv_records import Records
from averment.batch.json_lines import Lines
from averment.batch.shape import Shape
from averment.batch.unit import Format, Unit


def written_rows(unit: Unit, shape: Shape) -> Records | Lines:
    """The rows of a unit that has its data."""
    return (Lines if unit.format is Format.JSONL else Records)(unit, shape)
