"""The rows of a unit as cases: many at once as a table, and one at a time as documents, for what the table leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from averment.backends.columnar.columns import Array as Codes
from averment.batch.arrow import Array, Table, composed_texts, pa, pc
from averment.batch.shape import Document

_FEW = 4  # rows are not halved any more


@dataclass
class Reading:
    """Row ``i`` of the unit is a row of ``table`` (``places``: which; ``names``: its case's name), or is among
    ``singles``, to be read one by one, or blank. ``final``: what is no case in the table need not be read once more.
    """

    rows: int
    document: Document
    table: Table | None = None
    places: Codes = field(default_factory=lambda: np.zeros(0, np.int64))
    names: Array | None = None
    singles: list[int] = field(default_factory=list[int])
    offset: Callable[[int], int | None] = lambda _: None
    text: Callable[[int], bytes] = lambda _: b""
    final: bool = False


def case_names(names: Array | None, first: int, places: Codes, named: bool = True) -> tuple[Array, Codes]:
    """The name of the case in each of some rows of a unit that starts with row ``first``, and where that is blank;
    null where there is none and rows are not ``named`` by their numbers.
    """
    given: Array = pa.nulls(len(places), pa.string()) if names is None else names
    found = composed_texts(given if given.type == pa.string() else _texts(given))
    if found.null_count and not named:
        return found, np.zeros(len(found), np.bool_)
    if found.null_count:
        numbered = pc.binary_join_element_wise("row", pa.array(places + first).cast(pa.string()), " ")
        found = pc.if_else(found.is_valid(), found, numbered)
    return found, np.zeros(len(found), np.bool_) if pa.types.is_integer(given.type) else blank(found)


_FOUR = np.frombuffer(b"".join(b"%04d" % number for number in range(10_000)), np.uint32)


def _texts(given: Array) -> Array:
    """Values as texts. Whole numbers of as many digits each, as names mostly are, are written four digits at a time."""
    if not pa.types.is_integer(given.type) or given.null_count or not len(given):
        return given.cast(pa.string())
    numbers = np.asarray(given)
    least, width = int(numbers.min()), len(str(numbers.max()))
    if not 4 <= width <= 8 or least < 10 ** (width - 1):
        return given.cast(pa.string())
    numbers = numbers.astype(np.uint32)
    upper = numbers // 10_000
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(width)
    data = np.zeros(int(ends[-1]) + 4, np.uint8)
    for start, digits in (
        (0, _FOUR.take(upper, mode="wrap") >> np.uint32(8 * (8 - width))),
        (width - 4, _FOUR.take(numbers - upper * np.uint32(10_000), mode="wrap")),
    ):
        np.ndarray(len(numbers), np.uint32, data, start, (width,))[:] = digits
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(data))


def blank(texts: Array) -> Codes:
    """Where a text shows nothing. Texts that begin with a visible character of ASCII need no closer look."""
    if not len(texts):
        return np.zeros(0, np.bool_)
    at = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"\0", np.uint8)
    start = data.take(at[:-1], mode="clip")
    if ((start > 32) & (start < 127) & (at[1:] > at[:-1])).all():
        return np.zeros(len(texts), np.bool_)
    return np.asarray(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0))


def by_halves(
    good: list[int], parsed: Callable[[list[int]], Table | None]
) -> tuple[Table | None, list[int], list[int]]:
    """The rows that parse together as one table, which rows those are, and the few around each that does not."""
    tables: list[Table] = []
    together: list[int] = []
    alone: list[int] = []
    pending = [good] if good else []
    while pending:
        rows = pending.pop()
        table = parsed(rows)
        if table is not None:
            tables.append(table)
            together += rows
        elif len(rows) <= _FEW:
            alone += rows
        else:
            middle = len(rows) // 2
            pending += [rows[middle:], rows[:middle]]
    return pa.concat_tables(tables) if tables else None, together, alone


def all_singles(reading: Reading) -> Reading:
    """The same rows, each to be read by itself."""
    rows = sorted({*reading.places.tolist(), *reading.singles})
    return Reading(reading.rows, reading.document, singles=rows, offset=reading.offset, text=reading.text)
