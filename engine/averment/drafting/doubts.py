"""What is not sure about a column that is taken for a field: in words, and as the ways in which it may be read."""

from __future__ import annotations

import re
from itertools import permutations

from averment.core.program import Field, Kind
from averment.drafting.matching import Pair
from averment.drafting.reading import Reading, Said, misfit_of
from averment.drafting.sample import Column
from averment.drafting.words import missing_in, truths_in

_SHOWN = 3  # cells that are told as examples
_CODES = 12  # distinct cells of a column whose values are left to be filled in


def codes(pair: Pair, reading: Reading) -> list[Said]:
    """Ways to read a column of a field whose cells spell no value of it: by their order, or to be filled in."""
    field = reading.field
    cells = [cell for cell in pair.column.counts if cell not in reading.missing]
    found = coded(pair.column, field)
    if found or field.kind not in (Kind.CHOICE, Kind.LEVEL, Kind.SET) or len(cells) > _CODES or field.sensitive:
        return found
    spelled = dict(reading.said.get("values", {}))
    return [{"values": {cell: spelled.get(cell) for cell in sorted(cells) if cell not in field.values}}]


def coded(column: Column, field: Field) -> list[Said]:
    """Ways to read codes that are as many as a field has values, in their order; none where they are no such codes."""
    missing = missing_in(column.counts)
    cells = [cell for cell in column.counts if cell not in missing]
    if field.kind is Kind.BOOLEAN and len(cells) == 2 and (truths_in(cells, "") or all(map(_is_code, cells))):
        return [{"true_words": one, "false_words": other} for one, other in permutations(sorted(cells, reverse=True))]
    if field.kind not in (Kind.CHOICE, Kind.LEVEL) or len(cells) != len(field.values) or field.sensitive:
        return []
    if not all(map(_is_code, cells)):
        return []
    inorder = sorted(cells, key=float)
    ways = [field.values, field.values[::-1]] if field.kind is Kind.LEVEL else [field.values]
    return [{"values": dict(zip(inorder, values, strict=True))} for values in ways]


def _is_code(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,9}(\.0)?", cell) is not None


def wanted(reading: Reading) -> str:
    values = reading.field.values
    return f", which are {', '.join(values[:_CODES])}{', …' if len(values) > _CODES else ''}" if values else ""


def examples(reading: Reading) -> str:
    if reading.field.sensitive:
        return "which are not repeated"
    return ", ".join(f"`{_short(cell)}`" for cell, _ in reading.odd[:_SHOWN])


def _short(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain if len(plain) <= 40 else plain[:40] + "…"


def doubts_of_cells(reading: Reading) -> list[str]:
    """What is to be said of single cells of a column that is otherwise read."""
    doubts: list[str] = []
    secret = bool(reading.field.sensitive)
    if "round" in reading.said:
        places = reading.field.places
        doubts.append(f"its cells are finer than the field, and rounded to {places} place{'' if places == 1 else 's'}")
    if reading.unsure and not secret:
        values = reading.said.get("values", {})
        told = ", ".join(f"`{_short(cell)}` for `{values[cell]}`" for cell in reading.unsure[:_SHOWN])
        doubts.append(f"likely, not certain: {told}{', …' if len(reading.unsure) > _SHOWN else ''}")
    for cell, count in reading.odd[:_SHOWN]:
        misfit = misfit_of(reading, cell)
        why = f": {misfit.label or misfit.message}" if misfit else ""
        rows = f"{count:,} row{'' if count == 1 else 's'}"
        shown = "a value that is not repeated" if secret else f"`{_short(cell)}`"
        mend = "" if secret else f'; if it says that nothing is known, values: {{"{_short(cell)}": null}}'
        doubts.append(f"{rows} with {shown} will be rejected{why}{mend}")
    more = reading.odd[_SHOWN:]
    if more:
        doubts.append(f"{sum(count for _, count in more):,} more rows with {len(more):,} other cells will be rejected")
    if reading.field.kind is Kind.TEXT and reading.missing:
        shown = ", ".join(f"`{word}`" for word in reading.missing)
        doubts.append(f"{shown} here is taken to be missing; if it is a value, add missing: []")
    return doubts
