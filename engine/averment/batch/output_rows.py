"""The rows of an output as plain data, whatever its format: what it says of a case, by the names of its columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from averment.batch.inputs import Unreadable
from averment.batch.text_rows import TextRows
from averment.batch.unit import Format
from averment.core.program import Program
from averment.outcome.outcome import Outcome

Row = dict[str, Any]


def rows_of(path: Path, format: Format, rules: Sequence[str]) -> Iterator[Row]:
    """Each row; ``rules`` are those of the bits of a mask. Raises OSError, and ValueError for what is no output."""
    if format is Format.JSONL:
        with path.open("rb") as stream:
            for line in stream:
                yield _json(line)
    elif format is Format.CSV:
        with path.open(encoding="utf-8", newline="") as text:
            yield from cast("Iterator[Row]", csv.DictReader(text, strict=True))
    elif format is Format.XLSX:
        yield from _workbook(path)
    else:
        for batch in _batches(path, format):
            for row in batch.to_pylist():
                yield _plain(row, rules)


def row_of(path: Path, format: Format, rules: Sequence[str], number: int) -> Row | None:
    """What an output says of one row of the input; nothing where it has none. Raises as ``rows_of``."""
    found = _near(path, number) if format is Format.JSONL else rows_of(path, format, rules)
    return next((row for row in found if str(row.get("row")) == str(number)), None)


def expected_row(outcome: Outcome, number: int, format: Format, program: Program, exact: bool = True) -> Row:
    """What an output has to say of a row of this outcome; ``exact``: with cells of CSV as they are."""
    records = format in (Format.CSV, Format.XLSX)
    text = TextRows(program, Format.CSV if records else Format.JSONL, exact or format is Format.XLSX).write(
        number, outcome
    )
    if not records:
        return _json(text.encode())
    from averment.batch.text_rows import heading_of

    heading = heading_of(Format.CSV, program).decode()
    return cast("Row", next(csv.DictReader(io.StringIO(heading + text, newline=""))))


def difference(said: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The first column in which two rows differ, and how; empty where none does."""
    for name in (*found, *said):
        if _shown(said.get(name)) != _shown(found.get(name)):
            return f"`{name}` is {_quoted(said.get(name))}, and comes to {_quoted(found.get(name))}"
    return ""


def _quoted(value: Any) -> str:
    text = _shown(value)
    return f"`{text if len(text) <= _LONG else text[:_LONG] + '…'}`" if text else "empty"


_LONG = 120


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _workbook(path: Path) -> Iterator[Row]:
    from averment.batch.workbook_output import DECISIONS
    from averment.batch.workbooks import rows_of

    try:
        records = rows_of(str(path), DECISIONS)
        headings = next(records, list[str]())
        yield from (dict(zip(headings, record, strict=True)) for record in records)
    except Unreadable as problem:
        raise ValueError(problem.why) from None


def _near(path: Path, number: int) -> Iterator[Row]:
    """The lines that may be of this row."""
    sign = f'"row":{number},'.encode()
    with path.open("rb") as stream:
        yield from (_json(line) for line in stream if sign in line)


def _json(line: bytes) -> Row:
    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("a line of it is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("a line of it is no row")
    return cast("Row", found)


def _batches(path: Path, format: Format) -> Iterator[Any]:
    from averment.batch.arrow import open_parquet, pa

    try:
        if format is Format.PARQUET:
            with open_parquet(path) as opened:
                yield from opened.iter_batches()
            return
        with pa.OSFile(str(path)) as stream:
            reader = pa.ipc.open_file(stream)
            for index in range(reader.num_record_batches):
                yield reader.get_batch(index)
    except (pa.ArrowException, UnicodeDecodeError) as problem:
        raise ValueError(str(problem).partition("\n")[0]) from None
    except OSError as problem:
        if problem.errno is not None:
            raise
        raise ValueError(str(problem).partition("\n")[0]) from None


def _plain(row: Row, rules: Sequence[str]) -> Row:
    mask = int.from_bytes(row["fired"], "little") if isinstance(row.get("fired"), bytes) else 0
    lists: Row = {name: json.loads(row[name]) if row[name] else [] for name in ("hangs_on", "presuming") if name in row}
    return {**row, **lists, **_results(row), "fired": sorted(rule for bit, rule in enumerate(rules) if mask >> bit & 1)}


def _results(row: Row) -> Row:
    """The columns of results in a row of Arrow, as those of JSON Lines have them."""
    from averment.batch.result_texts import plain
    from averment.batch.text_rows import json_value

    found: Row = {}
    for column in row:
        name = column.removesuffix("_possible")
        if name == column or name not in row:
            continue
        found[name], possible, hangs_on = json_value(plain(row[name])), row[column], row[f"{name}_hangs_on"]
        found |= {column: json.loads(possible) if possible else None, f"{name}_hangs_on": json.loads(hangs_on)}
        if f"{name}_presumed" in row:
            found[f"{name}_presumed"] = json_value(plain(row[f"{name}_presumed"]))
    return found
