"""How a text table is written: the mark between its columns, its quotes, its encoding; recognized where it is certain.

A byte order mark tells the encoding, and so do zeros at every other byte. A first line ``sep=;`` tells the mark. Else
it is ``;``, a tab or ``|`` if the headings have one kind of these and the records as many, but not of commas.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

_RECORDS = 20
_MARKS = ",;\t|"
_SHOWN = {"\t": "tabs"}
_WORKBOOKS = {b"PK\x03\x04": "a workbook, or another kind of zip file", b"\xd0\xcf\x11\xe0": "a workbook of old Excel"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """``delimiter`` between columns, ``quote`` around cells, ``encoding``; ``skipped``: lines before the headings."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    skipped: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is CSV as it is read without more ado."""
        return self == PLAIN

    def told(self) -> dict[str, Any]:
        """What is not as in plain CSV, of which ``Dialect(**told)`` is the dialect again."""
        return {key: value for key, value in asdict(self).items() if value != getattr(PLAIN, key)}

    def sentence(self, file: str) -> str:
        """What a run says of it."""
        said: list[str] = []
        if self.delimiter != ",":
            said.append(f"columns are divided by {shown(self.delimiter)}")
        if self.encoding != "utf-8":
            said.append(f"the encoding is {self.encoding.upper()}")
        return f"`{file}`: {' and '.join(said)}" if said else ""


PLAIN = Dialect()


def shown(delimiter: str) -> str:
    """A mark between columns as messages have it."""
    return _SHOWN.get(delimiter, f"`{delimiter}`")


def workbook_in(start: bytes) -> str:
    """What kind of workbook a file that starts so is, if any."""
    return next((what for mark, what in _WORKBOOKS.items() if start.startswith(mark)), "")


def recognize(start: bytes, given: Dialect | None, stated: Sequence[str] = ()) -> Dialect:
    """The dialect of a text that starts so. What is ``stated`` of the ``given`` one (names of its fields) stays."""
    found = given or PLAIN
    if "encoding" not in stated:
        found = replace(found, encoding=_encoding(start))
    text = codecs.getincrementaldecoder(found.encoding)("replace").decode(start).removeprefix("\ufeff")
    heading = text.partition("\n")[0].rstrip("\r")
    if heading.lower().startswith("sep=") and len(heading) == 5:
        mark = found.delimiter if "delimiter" in stated else heading[4]
        return replace(found, delimiter=mark, skipped=1)
    if "delimiter" not in stated:
        found = replace(found, delimiter=_delimiter(text, found.quote))
    return found


def marks_in(heading: str) -> list[str]:
    """Marks that may divide columns, but for the comma, as messages show them."""
    return [shown(mark) for mark in _MARKS[1:] if mark in heading]


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[::2], start[1::2]
    if len(odd) > 1:
        if not even.count(0) and odd.count(0) * 2 > len(odd):
            return "utf-16-le"
        if not odd.count(0) and even.count(0) * 2 > len(even):
            return "utf-16-be"
    return "utf-8"


def _delimiter(text: str, quote: str) -> str:
    """The mark that divides the columns of a text for certain; else the comma."""
    lines = text.splitlines()
    if not text.endswith("\n"):
        lines = lines[:-1] or lines  # the last may be cut off
    counts = [_counts(line, quote) for line in lines[: _RECORDS + 1] if line.strip()]
    if not counts or not any(counts[0][mark] for mark in _MARKS[1:]):
        return ","
    heading, records = counts[0], counts[1:]
    even = [mark for mark in _MARKS if heading[mark] and all(record[mark] == heading[mark] for record in records)]
    if even == [] and not heading[","]:  # a record that is cut short, say, is no reason to doubt
        present = [mark for mark in _MARKS[1:] if heading[mark]]
        same = [mark for mark in present if 2 * sum(row[mark] == heading[mark] for row in records) > len(records)]
        even = present if present == same else []
    return even[0] if len(even) == 1 else ","


def _counts(line: str, quote: str) -> dict[str, int]:
    """How often each mark stands in a line outside quotes."""
    outside = "".join(line.split(quote)[::2])
    return {mark: outside.count(mark) for mark in _MARKS}
