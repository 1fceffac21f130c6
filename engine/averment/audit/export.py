"""Records as rows for other tools: JSON lines (everything, enough to verify the chain), CSV and Parquet (flat)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from averment.ir.digest import canonical
from averment.ownership import new_file

COLUMNS = (
    "sequence", "id", "time", "kind", "case", "claim", "status", "pack", "pack_version", "digest", "engine", "version",
    "requester", "parameters", "facts", "outcome", "warrant", "answer", "presumed", "order", "run", "first", "rows",
    "row", "part", "cases", "claims", "statuses", "rules", "fired", "rejected", "inputs", "result", "rejects", "key",
    "previous", "hash",
)  # fmt: skip
_NUMBERS = {"sequence", "cases", "first", "rows", "row"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Recorded(Protocol):
    """What has the document of a record: a record, or a row of a batch as one."""

    def document(self) -> dict[str, Any]: ...


def flat(record: Recorded) -> dict[str, str | int | None]:
    """One value for each of ``COLUMNS``: mappings as canonical JSON, nothing for what the kind lacks."""
    document = record.document()
    row: dict[str, str | int | None] = {}
    for name in COLUMNS:
        value = document.get(name)
        row[name] = canonical(value).decode() if isinstance(value, dict | list) else value
    return row


def jsonl(records: Iterable[Recorded]) -> Iterator[str]:
    """One JSON object a line."""
    for record in records:
        yield json.dumps(record.document(), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(records: Iterable[Recorded]) -> Iterator[str]:
    """RFC 4180 with a head line. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([_safe(value) for value in flat(record).values()])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def write_parquet(records: Iterable[Recorded], path: Path) -> int:
    """Write a new Parquet file; returns the number of rows. Raises MissingExtra before there is a file."""
    from averment.audit.parquet import write

    with new_file(path) as file:
        return write((flat(record) for record in records), COLUMNS, _NUMBERS, file)


def _safe(value: str | int | None) -> str | int | None:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
