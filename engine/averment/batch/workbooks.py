"""Workbooks: a sheet as the CSV of it would be. What reads them is python-calamine, of the extra ``tables``.

Above the headings there may be empty rows; below them an empty row is no case, as an empty line of CSV is none. A
whole number is written without its point, others with the 15 digits that a spreadsheet has; a day as ``2024-01-31``,
with its time where it is not midnight; truth values as ``true`` and ``false``. An error in a cell is nothing known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from averment.batch.cells import cell_text
from averment.batch.inputs import Unreadable
from averment.core.suggest import did_you_mean
from averment.diagnostics.diagnostic import Diagnostic, Refused
from averment.extras import need

_AT_ONCE = 1000  # rows


def sheets_of(path: str, wanted: str, side: str = "") -> tuple[str, tuple[str, ...]]:
    """The sheet of a workbook that is read, and the names of all it has: the one that is wanted, of a side table the
    one that is called as its type is, or the only one that holds cells. Raises Unreadable, and Refused where there is
    no such, or several.
    """
    workbook = _opened(path)
    names = tuple(workbook.sheet_names)
    sheets = [name for name in names if _holds(workbook, name, path)]
    listed = f"its sheets are {', '.join(f'`{name}`' for name in sheets)}"
    if not sheets:
        raise Refused([Diagnostic("AV111", f"`{path}` is empty: no sheet of it holds a cell")])
    if wanted and wanted not in sheets:
        near = did_you_mean(wanted, sheets)
        help = (f"did you mean `{near}`?",) if near else ()
        what = f"`{path}` has no sheet `{wanted}` that holds cells"
        raise Refused([Diagnostic("AV523", what, (), (*help, listed))])
    if wanted or side in sheets or len(sheets) == 1:
        return wanted or (side if side in sheets else sheets[0]), names
    what = f"`{path}` has {len(sheets)} sheets, and nothing says which to read"
    way = f"call one `{side}`" if side else "name one: `--sheet NAME`, or `sheet: NAME` in the mapping"
    raise Refused([Diagnostic("AV523", what, (), (way, listed))])


def csv_of(path: str, sheet: str) -> Iterator[bytes]:
    """A sheet as CSV, a piece after the other. Raises Unreadable."""
    rows = rows_of(path, sheet)
    while True:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        taken = 0
        for row in rows:
            if any(row):
                writer.writerow(row)
            else:
                text.write("\n")
            taken += 1
            if taken == _AT_ONCE:
                break
        if not taken:
            return
        yield text.getvalue().encode("utf-8", "surrogatepass")


def rows_of(path: str, sheet: str) -> Iterator[list[str]]:
    """The rows of a sheet from its headings on, as texts. Raises Unreadable."""
    found = _sheet(_opened(path), sheet, path)
    rows = ([_text(value) for value in row] for row in found.iter_rows())
    begun = False
    for row in rows:
        begun = begun or any(row)
        if begun:
            yield row


def _text(value: Any) -> str:
    if isinstance(value, float) and not value.is_integer():
        value = float(f"{value:.15g}")
    return cell_text(value) or ""


def _opened(path: str) -> Any:
    need("tables", f"`{path}`, which is a workbook,")
    import python_calamine

    workbook: Any = python_calamine.CalamineWorkbook
    try:
        return workbook.from_path(path)
    except python_calamine.CalamineError as problem:
        raise Unreadable(path, _why(problem)) from None


def _sheet(workbook: Any, name: str, path: str) -> Any:
    import python_calamine

    try:
        return workbook.get_sheet_by_name(name)
    except python_calamine.CalamineError as problem:
        raise Unreadable(path, _why(problem)) from None


def _holds(workbook: Any, name: str, path: str) -> bool:
    return _sheet(workbook, name, path).start is not None


def _why(problem: Exception) -> str:
    told = str(problem).partition("\n")[0].rstrip(".")
    return told[:1].lower() + told[1:] if told else "it is damaged"
