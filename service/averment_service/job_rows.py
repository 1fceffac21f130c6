"""The decisions of a job, to be sorted, filtered and paged: an index of its output, made once it is whole.

The index is a database beside the output, so that a page of it takes no more memory than it shows, whatever the size.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from averment.batch.explaining import open_output
from averment.batch.harmless import exact
from averment.batch.output_rows import rows_of
from averment.batch.unit import Format

SORTS = ("row", "case", "claim", "status")
PAGE = 50  # rows of a page
_TABLE = "CREATE TABLE rows (row INTEGER PRIMARY KEY, name, claim, status, strength, presumed, hangs INTEGER, text)"
_COLUMNS = {"row": "row", "case": "name", "claim": "claim", "status": "status"}


class Row(NamedTuple):
    """What the output says of a case. ``hangs``: on how many facts it hangs that are not known."""

    row: int
    case: str
    claim: str
    status: str
    strength: str
    presumed: str
    hangs: int


@dataclass(frozen=True)
class Search:
    """Which rows are looked for, and in which order: those of a ``claim``, of a ``status``, with a ``text`` in the name
    of the case or of a fact that it hangs on.
    """

    claim: str = ""
    status: str = ""
    text: str = ""
    sort: str = "row"
    down: bool = False
    page: int = 1


class Found(NamedTuple):
    """A page of the rows that were looked for, ``number`` of ``pages``, and how many there are in all."""

    rows: list[Row]
    total: int
    number: int
    pages: int


def index(output: Path, place: Path) -> None:
    """Make the index of an output at ``place``. Raises Refused, OSError, ValueError as reading the output does."""
    beside = place.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(beside, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_TABLE)
        database.execute("BEGIN")
        database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _told(output))
        database.execute("COMMIT")
    beside.replace(place)


def look(place: Path, search: Search) -> Found:
    """A page of what is looked for. Raises sqlite3.Error where there is no index."""
    wanted = {"claim = ?": search.claim, "status = ?": search.status, "instr(text, ?)": search.text.casefold()}
    given = {condition: value for condition, value in wanted.items() if value}
    where = f" WHERE {' AND '.join(given)}" if given else ""
    values = list(given.values())
    order = _COLUMNS.get(search.sort, "row")
    direction = "DESC" if search.down else "ASC"
    with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as database:
        total: int = database.execute(f"SELECT count(*) FROM rows{where}", values).fetchone()[0]
        pages = max(1, -(-total // PAGE))
        number = min(max(search.page, 1), pages)
        rows = database.execute(
            "SELECT row, name, claim, status, strength, presumed, hangs FROM rows"
            f"{where} ORDER BY {order} {direction}, row {direction} LIMIT ? OFFSET ?",
            [*values, PAGE, (number - 1) * PAGE],
        )
        return Found([Row(*each) for each in rows], total, number, pages)


def row_at(place: Path, number: int) -> Row | None:
    """The row of the index that is row ``number`` of the input."""
    with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as database:
        found = database.execute(
            "SELECT row, name, claim, status, strength, presumed, hangs FROM rows WHERE row = ?", [number]
        ).fetchone()
        return Row(*found) if found else None


def _told(output: Path) -> Iterator[tuple[Any, ...]]:
    opened = open_output(output)
    format = Format(opened.header["format"])
    for row in rows_of(output, format, opened.header["rules"]):
        name = str(exact(row["case"]) if opened.harmless else row["case"])
        hangs = _list(row.get("hangs_on"))
        text = "\n".join((name, *hangs)).casefold()
        strength, presumed = str(row.get("strength") or ""), str(row.get("presumed") or "")
        yield int(row["row"]), name, str(row["claim"]), str(row["status"]), strength, presumed, len(hangs), text


def _list(held: Any) -> list[str]:
    """Paths, however the format has them."""
    if isinstance(held, str):
        held = json.loads(held) if held.startswith("[") else held.split("|")
    return [str(each) for each in held or () if each]
