"""An output as a workbook: a sheet of decisions, one of the rows that were rejected, one of the summary.

What writes it is XlsxWriter, of the extra ``tables``. Texts are text cells, whatever they begin with, so none is taken
for a formula; numbers of rows and strengths are numbers. The same rows give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from averment.batch.inputs import digest_of
from averment.batch.text_rows import names_of
from averment.batch.unit import PRESUMED
from averment.core.program import Kind, Program
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.extras import need

DECISIONS, REJECTED, SUMMARY = "decisions", "rejects", "summary"  # the sheets
ROWS = 1_048_576  # of a sheet, its headings among them
_CELL = 32_767  # characters of a cell
_NUMBERS = ("row", "strength", PRESUMED[1])
_ALWAYS = datetime(2000, 1, 1)  # a workbook says when it was made, and the same rows are to give the same bytes
_INSTEAD = "write CSV or Parquet, which hold any number"


def need_writer(output: Path) -> None:
    """Raises MissingExtra where there is nothing to write a workbook with."""
    need("tables", f"`{output}`, which is a workbook,")


def refuse_too_many(output: Path, rows: int) -> None:
    """Raises Refused for more rows than a sheet holds."""
    if rows >= ROWS:
        what = f"`{output}` cannot be written: a sheet of a workbook has {ROWS:,} rows, and the input has more"
        raise Refused([Diagnostic("AV531", what, (), (_INSTEAD,))])


def write_workbook(
    target: Path, parts: Iterable[bytes], rejects: Iterable[bytes], summary: Mapping[str, Any], program: Program
) -> str:
    """Write the output of parts that are records of CSV, and rejects as lines of JSON; its digest.

    Raises Refused for a text that no cell holds, OSError.
    """
    writer: Any = import_module("xlsxwriter")  # which has no types
    failures: Any = import_module("xlsxwriter.exceptions")
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook: Any = writer.Workbook(str(target), options)
    workbook.set_properties({"created": _ALWAYS})
    bold = workbook.add_format({"bold": True})
    headings = names_of(program)
    sheet = workbook.add_worksheet(DECISIONS)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, headings, bold)
    _fill(sheet, _records(parts, headings, _numbers(program)), target)
    sheet = workbook.add_worksheet(REJECTED)
    sheet.freeze_panes(1, 0)
    told = [json.loads(line) for part in rejects for line in part.splitlines()]
    columns = list(dict.fromkeys(key for reject in told for key in reject))
    sheet.write_row(0, 0, columns or ["row"], bold)
    _fill(sheet, ([_plain(reject.get(key)) for key in columns] for reject in told), target)
    sheet = workbook.add_worksheet(SUMMARY)
    _fill(sheet, _lines(summary), target, first=0)
    try:
        workbook.close()
    except failures.FileCreateError as problem:
        raise problem.args[0] from None  # an OSError
    with target.open("rb") as stream:
        os.fsync(stream.fileno())
    return digest_of(str(target))


def _numbers(program: Program) -> set[str]:
    """The columns that hold numbers."""
    found: set[str] = {*_NUMBERS}
    for result in program.results:
        if not result.many and program.field_of(result).kind in (Kind.INTEGER, Kind.DECIMAL):
            name, *_, presumed = result.columns(presumes=True)
            found |= {name, presumed}
    return found


def _records(parts: Iterable[bytes], headings: tuple[str, ...], numeric: set[str]) -> Iterator[list[Any]]:
    numbers = [place for place, name in enumerate(headings) if name in numeric]
    for part in parts:
        for record in csv.reader(io.StringIO(part.decode(), newline="")):
            cells: list[Any] = list(record)
            for place in numbers:
                cells[place] = _number(record[place])
            yield cells


def _number(text: str) -> Any:
    """A number where the 15 digits of a spreadsheet keep it, else the text."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if f"{number:.15g}" == text.lstrip("+") else text


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)


def _lines(summary: Mapping[str, Any]) -> Iterator[list[Any]]:
    for name, value in summary.items():
        held: Any = value
        if isinstance(held, dict):
            yield from ([name, key, _plain(value)] for key, value in cast("dict[str, Any]", held).items())
        elif isinstance(held, list):
            yield from ([name, each] for each in map(_plain, held))  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield [name, None, held]


def _fill(sheet: Any, rows: Iterable[list[Any]], target: Path, first: int = 1) -> None:
    for number, row in enumerate(rows, first):
        for place, value in enumerate(row):
            if isinstance(value, str):
                if len(value) > _CELL:
                    what = (
                        f"a cell of a workbook has {_CELL:,} characters, and one in row {number:,} has {len(value):,}"
                    )
                    raise Refused([Diagnostic("AV531", f"`{target.name}` cannot be written: {what}", (), (_INSTEAD,))])
                if value:
                    sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write(number, place, value)
