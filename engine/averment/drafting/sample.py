"""What a table holds, as far as it was looked at: its marks, its headings, and the cells of each column."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from averment.batch.adapter import Adapter
from averment.batch.cells import cell_text
from averment.batch.columns import MAX_COLUMNS
from averment.batch.dialects import Dialect
from averment.batch.inputs import Input, Unreadable, damage_told, lines_of
from averment.batch.sources import dialect_of, headings_of
from averment.batch.unit import Format
from averment.core.composed import composed
from averment.core.text import hidden
from averment.diagnostics.diagnostic import Report
from averment.drafting.marks import looked_at

ROWS = 100_000  # rows of a table that are looked at
_DISTINCT = 10_000  # cells of a column that are told apart
_OTHER = "cp1252"  # what text is in that is not Unicode, as a rule
_LOOK = 1 << 20  # bytes of a text in which its marks are looked for
_CSV_CELL = 1 << 24


@dataclass(frozen=True)
class Column:
    """A column: its heading, its place, and its distinct cells with how often each was seen, the most frequent first.

    ``unique``: no two cells that are not empty are alike, and none is empty.
    """

    heading: str
    place: int
    counts: dict[str, int]
    unique: bool

    @property
    def rows(self) -> int:
        """How many cells were seen that are not empty."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Sample:
    """A table as seen. ``whole``: all of its rows were. ``guessed``: its encoding is not certain."""

    file: Input
    columns: tuple[Column, ...]
    rows: int
    whole: bool
    guessed: bool = False

    @property
    def dialect(self) -> Dialect:
        return self.file.dialect


def look(file: Input, report: Report, adapter: Adapter | None = None) -> Sample | None:
    """The sample of a table; what keeps it from being read is reported. ``adapter`` has what is stated of its marks."""
    adapter = adapter or Adapter()
    file = dialect_of(file, adapter, report)
    guessed = False
    try:
        if file.format is Format.CSV and file.origin is None and not report.failed:
            file, guessed = _looked_at(file, adapter)
    except Unreadable as problem:
        report.error("AV523", f"`{file.path}` cannot be read: {problem.why}")
    headings = () if report.failed or file.format is Format.JSONL else headings_of(file, report)[0]
    if report.failed:
        return None
    if not headings or len(headings) > MAX_COLUMNS:
        what = (
            f"{len(headings):,} columns, which are too many"
            if headings
            else "no columns that could be called otherwise"
        )
        report.error("AV522", f"`{file.path}` has {what}", None, "", "a mapping is for a table with headings")
        return None
    try:
        with damage_told(file.path):
            return _counted(file, [composed(heading) for heading in headings], guessed)
    except Unreadable as problem:
        report.error("AV523", f"`{file.path}` cannot be read: {problem.why}")
    return None


def holds_cases(file: Input, report: Report) -> bool:
    """Whether a file holds cases as a pack has them, a line each, so that there are no columns to map."""
    return dialect_of(file, Adapter(), report).format is Format.JSONL and not report.failed


def _looked_at(file: Input, adapter: Adapter) -> tuple[Input, bool]:
    """A text with the marks that a closer look shows, and whether its encoding is a guess."""
    with file.raw() as stream:
        start = stream.read(_LOOK)
    dialect, guessed = file.dialect, False
    try:
        text = codecs.getincrementaldecoder(dialect.encoding)().decode(start).removeprefix("\ufeff")
    except UnicodeDecodeError:
        if "encoding" in adapter.stated:
            return file, False
        dialect, guessed = replace(dialect, encoding=_OTHER), True
        text = start.decode(_OTHER, "replace")
    if not {"delimiter", "quote"} & set(adapter.stated):
        dialect = looked_at(text, dialect)
    return replace(file, dialect=dialect), guessed


def _counted(file: Input, headings: list[str], guessed: bool) -> Sample:
    counts: list[Counter[str]] = [Counter() for _ in headings]
    rows = 0
    records = _records(file, len(headings))
    for record in islice(records, ROWS):
        rows += 1
        for place, cell in enumerate(record):
            if not cell or hidden(cell):  # which no row of a batch may hold, and no mapping
                continue
            seen = counts[place]
            if cell in seen or len(seen) < _DISTINCT:
                seen[cell] += 1
    columns = [
        Column(heading, place, dict(sorted(seen.items(), key=lambda item: (-item[1], item[0]))), _is_unique(seen, rows))
        for place, (heading, seen) in enumerate(zip(headings, counts, strict=True))
    ]
    return Sample(file, tuple(columns), rows, next(records, None) is None, guessed)


def _is_unique(seen: Counter[str], rows: int) -> bool:
    return bool(rows) and len(seen) == min(rows, _DISTINCT) and max(seen.values()) == 1


def _records(file: Input, width: int) -> Iterator[list[str]]:
    """The rows as texts; those that are not as wide as the headings are left out."""
    if not file.format.text:
        yield from _table_records(file)
        return
    before = csv.field_size_limit(_CSV_CELL)
    try:
        with file.open() as stream:
            records = csv.reader(line.decode("utf-8", "replace") + "\n" for line in lines_of(stream))
            next(records, None)
            while True:
                try:
                    record = next(records)
                except StopIteration:
                    return
                except csv.Error:
                    continue
                if len(record) == width and any(record):
                    yield [composed(cell) for cell in record]
    finally:
        csv.field_size_limit(before)


def _table_records(file: Input) -> Iterator[list[str]]:
    from averment.batch.table_sources import batches_of

    for batch in batches_of(file):
        columns = [[cell_text(value) or "" for value in column.to_pylist()] for column in batch.columns]
        yield from map(list, zip(*columns, strict=True))
