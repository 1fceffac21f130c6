"""The index of a frame where it is no column: a range, of which the schema's metadata alone tells."""

from __future__ import annotations

from typing import Any


def range_in(schema: Any, rows: int) -> range | None:
    """The index of a frame of so many rows, where that is a range that does not just count them, as of a part of a
    frame; nothing where it is of another table, from which this one was made.
    """
    about: dict[str, Any] = schema.pandas_metadata or {}
    index: list[Any] = about.get("index_columns", [])
    parts: list[dict[str, Any]] = [each for each in index if isinstance(each, dict)]
    ranges = [each for each in parts if each.get("kind") == "range"]
    if len(ranges) != 1 or (ranges[0]["start"], ranges[0]["step"]) == (0, 1):
        return None
    labels = range(ranges[0]["start"], ranges[0]["stop"], ranges[0]["step"])
    return labels if len(labels) == rows else None
