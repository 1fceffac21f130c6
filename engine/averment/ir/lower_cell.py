"""Cells as sets of values: inclusive ranges of encoded integers for a field with an order, names for one without."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from averment.core.program import Among, Cell, Field, Kind, Ranges, Value
from averment.core.values import INT64_MAX, INT64_MIN, limits
from averment.diagnostics.diagnostic import Diagnostic, Label, Report, Severity
from averment.ir.parameters import Parameters
from averment.model.model import CellOn, CellTest, Constant, Operand

Range = tuple[int | None, int | None]

_EMPTY: Range = (1, 0)


def lower_cell(cell: CellOn, field: Field, type_name: str, parameters: Parameters, report: Report) -> Cell:
    """The cell with the values of the parameters filled in; one that is never or always true gets a warning."""
    shown = f"{type_name}.{field.name}"
    if not field.kind.ordered:
        names = frozenset(cast("str | bool", _value(test.low, field, parameters)) for test in cell.tests)
        _check_names(cell, names, field, shown, report)
        return Among(names, cell.negated, cell.text)
    ranges = merged(_range(test, field, parameters) for test in cell.tests)
    if cell.negated:
        ranges = complement(ranges)
    _check_ranges(cell, ranges, field, shown, report)
    return Ranges(ranges, cell.text)


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same integers as sorted ranges, none empty, no two that touch."""
    found: list[Range] = []
    kept = [(low, high) for low, high in ranges if low is None or high is None or low <= high]
    for low, high in sorted(kept, key=lambda ends: (ends[0] is not None, ends[0] or 0)):
        if found and _touches(found[-1][1], low):
            last_low, last_high = found[-1]
            found[-1] = (last_low, None if last_high is None or high is None else max(last_high, high))
        else:
            found.append((low, high))
    return tuple(found)


def complement(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """The integers outside of merged ranges."""
    found: list[Range] = []
    start: int | None = None
    for index, (low, high) in enumerate(ranges):
        if low is not None:
            found.append((start, low - 1))
        elif index:
            raise AssertionError("only the first of merged ranges is without a lower end")
        if high is None:
            return tuple(found)
        start = high + 1
    return (*found, (start, None))


def _touches(high: int | None, low: int | None) -> bool:
    return high is None or low is None or low <= high + 1


def _range(test: CellTest, field: Field, parameters: Parameters) -> Range:
    low = None if test.low is None else int(cast(int, _value(test.low, field, parameters))) + test.low_open
    high = None if test.high is None else int(cast(int, _value(test.high, field, parameters))) - test.high_open
    # A parameter in the field's scale may leave 64 bits; no value of the field does.
    if low is not None and low <= INT64_MIN:
        low = None
    if high is not None and high >= INT64_MAX:
        high = None
    if (low is not None and low > INT64_MAX) or (high is not None and high < INT64_MIN):
        return _EMPTY
    return low, high


def _value(operand: Operand | None, field: Field, parameters: Parameters) -> Value:
    assert operand is not None
    if isinstance(operand, Constant):
        return operand.value
    value, places = parameters.value(operand.name), parameters.field(operand.name).places
    return value * 10 ** (field.places - places) if isinstance(value, int) and field.places > places else value


def _check_ranges(cell: CellOn, ranges: tuple[Range, ...], field: Field, shown: str, report: Report) -> None:
    least, greatest = limits(field)
    inside = [
        (low, high)
        for low, high in ranges
        if not (high is not None and least is not None and high < least)
        and not (low is not None and greatest is not None and low > greatest)
    ]
    if not inside:
        _warn("AV404", cell, f"`{cell.text}` is never true of `{shown}`", "no value passes", report)
    elif len(inside) == 1 and _reaches(inside[0], least, greatest):
        _warn("AV405", cell, f"`{cell.text}` is always true of `{shown}`", "every value passes", report)


def _reaches(ends: Range, least: int | None, greatest: int | None) -> bool:
    low, high = ends
    from_least = low is None or (least is not None and low <= least)
    return from_least and (high is None or (greatest is not None and high >= greatest))


def _check_names(cell: CellOn, names: frozenset[str | bool], field: Field, shown: str, report: Report) -> None:
    every = 2 if field.kind is Kind.BOOLEAN else len(field.values)  # and each name is one of them
    if field.kind is Kind.SET or not every or len(names) < every:
        return
    if cell.negated:
        _warn("AV404", cell, f"`{cell.text}` is never true of `{shown}`", "no value passes", report)
    else:
        _warn("AV405", cell, f"`{cell.text}` is always true of `{shown}`", "every value passes", report)


def _warn(code: str, cell: CellOn, message: str, label: str, report: Report) -> None:
    help = ("write `-`, or leave the field out, if even an unknown value will do",) if code == "AV405" else ()
    found = Diagnostic(code, message, (Label(cell.span, label),), help, severity=Severity.WARNING)
    if found not in report.diagnostics[-64:]:  # the alternatives of one rule share their cells
        report.add(found)
