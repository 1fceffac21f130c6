"""How the cells of a column become values of a field: what a mapping has to say, and what is not sure about it.

Ways to read are tried, and each is judged by what reads tables (``batch.adapting``, ``core.values``): so a draft holds
what a batch will do with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from averment.batch.adapter import Rule, read_rule
from averment.batch.adapting import Cell
from averment.core.program import Field, Kind
from averment.core.text import start_of
from averment.core.times import UNITS, unit_of
from averment.core.values import Misfit, fit
from averment.diagnostics.diagnostic import Report
from averment.drafting.likeness import Heading, factor
from averment.drafting.sample import Column
from averment.drafting.words import missing_in, spelled, truths_in
from averment.source.csv_cells import cell_value

Said = Mapping[str, Any]
"""What a mapping says of a column beside its target, as in the file."""
_DAYS = (
    "YYYY-M-D", "YYYY/M/D", "YYYY.M.D", "YYYYMMDD", "D.M.YYYY", "D/M/YYYY", "M/D/YYYY", "D-M-YYYY", "M-D-YYYY",
    "D M YYYY", "MMM D YYYY", "MMM D, YYYY", "D MMM YYYY", "D-MMM-YYYY",
)  # fmt: skip
_CLOCKS = ("H:mm", "H:mm:ss", "H.mm", "H.mm.ss", "HHmm", "H mm", "HHmmss")
_MARKS = (
    ("", ""),
    (",", ""),
    ("", ","),
    (",", "."),
    (",", " "),
    ("", " "),
    ("", "'"),
    (",", "\u00a0"),
    (",", "\u202f"),
)
_SEPARATORS = ("", ",", ";", "/", ", ", "; ", " ", "+", "&")
_TRIED = 300  # cells, the most frequent of a column, by which a way is judged before all are


@dataclass(frozen=True)
class Reading:
    """A way to read a column as a field. ``odd``: the cells that are no values, and how often each is there.

    ``others``: ways that read as much, but not the same. ``unsure``: cells that are likely, not certainly, the value
    that ``said`` has for them. ``missing``: the words for what is not known.
    """

    field: Field
    said: Said
    missing: tuple[str, ...] = ()
    fits: int = 0
    odd: tuple[tuple[str, int], ...] = ()
    others: tuple[Said, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Which part of what is known can be read."""
        known = self.fits + sum(count for _, count in self.odd)
        return self.fits / known if known else 0.0


def read_column(column: Column, heading: Heading, field: Field, whole: bool = True) -> Reading:
    """The best way to read a column as a field; ``whole``: judged by all its cells, not the most frequent alone."""
    cells = list(column.counts)
    missing = missing_in(cells, field.values)
    known = [cell for cell in cells if cell not in missing][: None if whole else _TRIED]
    few = known[:_TRIED]
    counts = column.counts
    best: Reading | None = None
    plain: Said = {}
    for said, unsure in _ways(few, known, heading, field):
        found = judged(Reading(field, said, missing, unsure=unsure), few, counts)
        if best is None:
            best, plain = found, said
        elif found.fits > best.fits:
            best = found
        elif found.fits == best.fits and found.fits and best.said != plain and _read_otherwise(found, best, few):
            best = replace(best, others=(*best.others, found.said))
    assert best is not None
    return judged(best, known, counts) if len(few) < len(known) else best


def judged(reading: Reading, cells: Sequence[str], counts: Mapping[str, int]) -> Reading:
    """The reading, with what comes of some cells of the column."""
    values = _values(reading, cells)
    odd = tuple((cell, counts[cell]) for cell, value in values if isinstance(value, Misfit))
    return replace(reading, fits=sum(counts[cell] for cell in cells) - sum(count for _, count in odd), odd=odd)


def _values(reading: Reading, cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
    field = reading.field
    read = Cell(read_rule(reading.said, Rule(missing=reading.missing)), field).reader()
    for cell in cells:
        text = read(cell)
        report = Report()
        value = cell_value(text, field, start_of(""), report) if text else None
        if report.failed:
            found = report.diagnostics[0]
            yield cell, Misfit(found.code, found.message, found.labels[0].text if found.labels else "", found.help)
        else:
            yield cell, None if value is None else fit(value, field, field.name)


def misfit_of(reading: Reading, cell: str) -> Misfit | None:
    """What there is against a cell."""
    value = next(_values(reading, [cell]))[1]
    return value if isinstance(value, Misfit) else None


def _read_otherwise(one: Reading, other: Reading, cells: Sequence[str]) -> bool:
    """Whether two ways that read as much make different numbers or times of it."""
    ordered = one.field.kind.ranged
    return ordered and any(
        left != right for left, right in zip(_values(one, cells), _values(other, cells), strict=True)
    )


def _ways(few: list[str], known: list[str], heading: Heading, field: Field) -> Iterator[tuple[Said, tuple[str, ...]]]:
    """What a mapping could say of such cells, the plainest first; and of which cells that is no more than likely."""
    match field.kind:
        case Kind.BOOLEAN:
            yield {}, ()
            truths = truths_in(few, f"{field.name} {field.label}")
            if truths is not None:
                words = {"true_words": list(truths[0]), "false_words": list(truths[1])}
                yield {key: found for key, found in words.items() if found}, ()
        case Kind.CHOICE | Kind.LEVEL:
            yield {}, ()
            values, unsure = spelled(known, field.values)
            if values:
                yield {"values": values}, unsure
        case Kind.SET:
            yield from _ways_of_set(known, field)
        case Kind.INTEGER | Kind.DECIMAL:
            times = factor(heading.unit, field.unit) if heading.unit and field.unit else None
            converted: Said = {} if times is None else {"factor": times}
            for decimal, thousands in _MARKS:
                marks = ({"decimal": decimal} if decimal else {}) | ({"thousands": thousands} if thousands else {})
                yield {**marks, **converted}, ()
            if field.kind is Kind.DECIMAL and any(_is_finer(cell, field.places) for cell in few):
                for decimal in ("", ","):
                    marks = {"decimal": decimal} if decimal else {}
                    yield {**marks, **converted, "round": field.places}, ()
        case Kind.DATE:
            yield {}, ()
            for form in _DAYS:
                yield {"date": form}, ()
        case Kind.TIME:
            yield {}, ()
            for form in _CLOCKS:
                yield {"time": form}, ()
        case Kind.DATETIME:
            yield {}, ()
            for day, time in product(_DAYS, ("", *_CLOCKS)):
                yield {"date": f"{day} {time}".rstrip()}, ()
        case Kind.DURATION:
            yield {}, ()
            told = unit_of(heading.unit) or unit_of(heading.words[-1] if heading.words else "")
            for unit in [told] if told in UNITS else ["minute", "hour", "day", "second"]:
                yield {"unit": f"{unit}s"}, ()
        case _:
            yield {}, ()


def _is_finer(cell: str, places: int) -> bool:
    """Whether a number has more decimal places than these."""
    found = re.fullmatch(r"[+-]?[0-9]*[.,]([0-9]+)(?:[eE][+-]?[0-9]+)?", cell.strip())
    return found is not None and (len(found[1]) > places or "e" in cell.lower())


def _ways_of_set(known: list[str], field: Field) -> Iterator[tuple[Said, tuple[str, ...]]]:
    yield {}, ()
    for separator, spell in product(_SEPARATORS, (False, True)):
        parts = dict.fromkeys(part.strip() for cell in known for part in cell.split(separator or "|"))
        if spell and not separator and any(mark in part for part in parts for mark in ",;/"):
            continue  # which divides them, rather
        values, unsure = spelled([part for part in parts if part], field.values) if spell else ({}, ())
        if separator or values:
            said: dict[str, Any] = {"separator": separator} if separator else {}
            yield said | ({"values": values} if values else {}), unsure
