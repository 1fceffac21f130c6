"""Cells as sets of values: inclusive ranges of encoded integers for a field with an order, names for one without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from averment.core import written
from averment.core.optional import NONE, nothing
from averment.core.program import Among, Cell, Field, Kind, Ranges, Value
from averment.core.values import INT64_MAX, INT64_MIN
from averment.ir.parameters import Parameters
from averment.model.model import CellOn, CellTest, Constant, Operand

Range = tuple[int | None, int | None]

_EMPTY: Range = (1, 0)
NOT_NONE = written.Cell((written.Equal(written.Name(NONE)),), negated=True)
"""What nobody wrote of an optional field that is bound or added up: that it has a value."""


def lower_cell(cell: CellOn, field: Field, parameters: Parameters) -> Cell:
    """The cell with the values of the parameters filled in."""
    if not field.kind.ordered:
        values = [
            (test.made, cast("str | bool", value))
            for test in cell.tests
            for value in _values(test.low, field, parameters)
        ]
        names = frozenset(value for made, value in values if not made)
        if field.optional and cell.negated:
            names |= {NONE}
        return Among(names, cell.negated, cell.origin, frozenset((made, str(value)) for made, value in values if made))
    ranges = merged(each for test in cell.tests for each in _ranges(test, field, parameters))
    if cell.negated:
        ranges = complement(ranges)
    if field.optional:
        said = not cell.negated and any(test.low == test.high == _none(field) for test in cell.tests)
        ranges = merged([*_of_values(ranges, field), *([_point(field)] if said else [])])
    return Ranges(ranges, cell.origin)


def some_value(field: Field) -> Cell:
    """The cell that an optional field passes where it has a value."""
    if not field.kind.ordered:
        return Among(frozenset({NONE}), True, NOT_NONE)
    return Ranges((_span(field),), NOT_NONE)


def _none(field: Field) -> Constant:
    return Constant(nothing(field), field.places)


def _point(field: Field) -> Range:
    none = nothing(field)
    assert isinstance(none, int)
    return none, none


def _span(field: Field) -> Range:
    """The integers among which the values of an optional field are, but not that it has none."""
    none = nothing(field)
    assert isinstance(none, int)
    return (None, none - 1) if field.kind is Kind.LEVEL else (none + 1, None)


def _of_values(ranges: Iterable[Range], field: Field) -> Iterator[Range]:
    """The parts of ranges that are not below, or above, the values of an optional field."""
    least, greatest = _span(field)
    for low, high in ranges:
        yield (
            least if low is None else low if least is None else max(low, least),
            greatest if high is None else high if greatest is None else min(high, greatest),
        )


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


def _ranges(test: CellTest, field: Field, parameters: Parameters) -> Iterator[Range]:
    if test.low is not None and test.low is test.high:
        for value in _values(test.low, field, parameters):
            yield int(cast(int, value)), int(cast(int, value))
    else:
        yield _range(test, field, parameters)


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


def _values(operand: Operand | None, field: Field, parameters: Parameters) -> Iterable[Value]:
    """The value of an operand, or those of a parameter that is a set."""
    value = _value(operand, field, parameters)
    if not isinstance(value, frozenset):
        return (value,)
    return sorted(field.ranks[name] for name in value) if field.kind is Kind.LEVEL else sorted(value)


def _value(operand: Operand | None, field: Field, parameters: Parameters) -> Value:
    assert operand is not None
    if isinstance(operand, Constant):
        return operand.value
    value, places = parameters.value(operand.name), parameters.field(operand.name).places
    return value * 10 ** (field.places - places) if isinstance(value, int) and field.places > places else value
