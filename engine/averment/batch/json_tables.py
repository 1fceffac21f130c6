"""Flat records of JSON, in lines or in an array, as the CSV of them would be: a key is a heading, a record is a row.

Keys come in the order in which they are first seen; what a record does not have is an empty cell, and so is null. A
record within a record has the headings ``KEY.KEY``. Numbers stay as they are written, and a list is its JSON.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO, Any, cast

from averment.batch.columns import MAX_COLUMNS
from averment.batch.inputs import Unreadable, lines_of

_AT_ONCE = 1000  # records
_MOST = 4 * 1024 * 1024  # bytes of a record
Opened = Callable[[], AbstractContextManager[IO[bytes]]]
"""Opens a text of lines of JSON, from its start on."""


class _Number(str):
    """A number as it is written."""


def is_flat(line: bytes) -> bool:
    """Whether a line is a record of plain values rather than a case with its facts."""
    try:
        record: Any = json.loads(line, parse_int=_Number)
    except (ValueError, RecursionError):
        return False
    if not isinstance(record, dict) or "facts" in record or set(cast("dict[str, Any]", record)) <= {"case"}:
        return False
    return not any(isinstance(value, dict) for value in cast("dict[str, Any]", record).values())


def is_json(line: bytes) -> bool:
    """Whether a line is JSON."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def csv_of(opened: Opened, path: str) -> Iterator[bytes]:
    """The records as CSV, a piece after the other. Raises Unreadable for one that is no record."""
    headings: dict[str, int] = {}
    with opened() as stream:
        for record in _records(stream, path):
            for key in record:
                headings.setdefault(key, len(headings))
            if len(headings) > MAX_COLUMNS:
                raise Unreadable(path, f"its records have more than {MAX_COLUMNS:,} keys")
    yield _written([list(headings)])
    with opened() as stream:
        held: list[list[str]] = []
        for record in _records(stream, path):
            row = [""] * len(headings)
            for key, value in record.items():
                row[headings[key]] = value
            held.append(row)
            if len(held) == _AT_ONCE:
                yield _written(held)
                held = []
        yield _written(held)


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _records(stream: IO[bytes], path: str) -> Iterator[dict[str, str]]:
    """Each record by its headings."""
    lines = (line for line in lines_of(stream, path, _MOST) if line.strip())
    for number, line in enumerate(lines, 1):
        try:
            record: Any = json.loads(
                line.decode(), parse_int=_Number, parse_float=_Number, parse_constant=_Number, object_pairs_hook=_pairs
            )
        except (ValueError, RecursionError) as problem:
            raise Unreadable(path, f"its record {number:,} is not JSON: {problem}") from None
        if not isinstance(record, dict):
            raise Unreadable(path, f"its record {number:,} is no record")
        yield dict(_cells(cast("dict[str, Any]", record), ""))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        again = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise ValueError(f"the key `{again}` is there twice")
    return found


def _cells(record: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        match value:
            case dict():
                yield from _cells(cast("dict[str, Any]", value), f"{before}{key}.")
            case None:
                yield f"{before}{key}", ""
            case bool():
                yield f"{before}{key}", str(value).lower()
            case str():
                yield f"{before}{key}", value
            case _:
                yield f"{before}{key}", json.dumps(value, ensure_ascii=False)
