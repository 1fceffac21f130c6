"""The codes of a batch: choices by their place in the field's values, sets as bit masks, texts as symbols.

A symbol is a number for a string that holds within one batch. Choices are compared by their own codes where two fields
have the same values, else, and with texts, by symbols.
"""

from __future__ import annotations

import numpy as np

from averment.backends.columnar.columns import Array, Column, Plane, of_codes
from averment.core.program import Among, Cell, Field, Kind, Ranges, Value
from averment.core.text_tests import made_of

MOST_ELEMENTS = 64  # of a set type: its values are the bits of a word


class Symbols:
    """Strings by number."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.strings: list[str] = []

    def code(self, text: str) -> int:
        """The number of a string, a new one if it has none."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.strings)
            self.strings.append(text)
        return found

    def codes(self, texts: list[str]) -> Array:
        """The numbers of many strings."""
        return np.fromiter(map(self.code, texts), np.int32, len(texts))


class Vocabulary:
    """What encoded values of choices, texts and sets mean. Nothing in it belongs to a batch."""

    @staticmethod
    def code_type(field: Field) -> type[np.unsignedinteger]:
        """The type of the codes of a choice or level, or of the masks of a set."""
        count = len(field.values)
        if field.kind is Kind.SET:
            return next((size for size in (np.uint8, np.uint16, np.uint32) if np.iinfo(size).bits >= count), np.uint64)
        return np.uint8 if count < 256 else np.uint16 if count < 65536 else np.uint32

    def mask(self, elements: frozenset[str] | frozenset[str | bool], field: Field) -> int:
        """The elements of a set as bits."""
        return sum(1 << index for index, value in enumerate(field.values) if value in elements)

    def among(self, codes: Array, cell: Among, field: Field | None, symbols: Symbols) -> Plane:
        """Where the value, or some element of the set, is one of the cell's (or, negated, none is)."""
        assert field is not None
        found: Plane
        match field.kind:
            case Kind.BOOLEAN:
                found = np.zeros(len(codes), np.bool_)
                for value in cell.values:
                    found = found | (codes if value else ~codes)
            case Kind.SET:
                found = (codes & codes.dtype.type(self.mask(cell.values, field))) != 0
            case Kind.TEXT:
                found = _one_of(codes, [symbols.code(str(value)) for value in cell.values])
                if cell.parts and symbols.strings:  # once a distinct text
                    told = [made_of(text, cell.parts) for text in symbols.strings]
                    found = found | np.array(told, np.bool_)[codes]
            case _:
                found = _one_of(codes, [index for index, value in enumerate(field.values) if value in cell.values])
        return ~found if cell.negated else found

    def constant(self, value: Value, field: Field, symbols: Symbols) -> Column:
        """A string or set in the code of a field; in no row equal to any value where the field cannot have it."""
        if isinstance(value, frozenset):
            outside = not value <= set(field.values)
            mask = np.array([0 if outside else self.mask(value, field)], self.code_type(field))
            if outside and len(field.values) < mask.dtype.itemsize * 8:
                mask[0] = 1 << len(field.values)
            return of_codes(mask)
        assert isinstance(value, str)
        if field.kind is Kind.TEXT:
            return of_codes(np.array([symbols.code(value)], np.int32))
        place = field.values.index(value) if value in field.values else -1
        return of_codes(np.array([place], np.int32))

    def shared(self, column: Column, field: Field, other: Field, symbols: Symbols) -> Column:
        """A column of choices or texts in a code shared with columns of the other field."""
        if field.kind is Kind.TEXT or (field.kind is other.kind and field.values == other.values):
            return column
        return of_codes(symbols.codes(list(field.values))[column.low], column.unknown)

    def plain(self, column: Column, field: Field, symbols: Symbols) -> Column:
        """A column as tables hold it: 64-bit numbers, strings as symbols."""
        low = column.low
        if field.kind is Kind.CHOICE:
            low = symbols.codes(list(field.values))[low]
        if low.dtype == np.uint64:
            low = low.view(np.int64)
        low = low.astype(np.int64, copy=False)
        return Column(low, low, column.unknown, column.least, column.greatest)

    def passes_plain(self, value: Array, cell: Cell, field: Field, symbols: Symbols) -> Plane:
        """Where a column of a table passes a cell."""
        if isinstance(cell, Ranges):
            return in_ranges(value, cell)
        if field.kind is Kind.BOOLEAN:
            return self.among(value != 0, cell, field, symbols)
        if field.kind is Kind.CHOICE:
            found = _one_of(value, [symbols.code(str(element)) for element in cell.values])
            return ~found if cell.negated else found
        if field.kind is Kind.SET:
            return self.among(value.view(np.uint64), cell, field, symbols)
        return self.among(value, cell, field, symbols)

    def recode(self, column: Column, source: Field, target: Field, symbols: Symbols) -> Column:
        """A column of choices or texts in the code of the field that is to hold it."""
        if source.kind is target.kind and (source.kind is Kind.TEXT or source.values == target.values):
            return column
        if target.kind is Kind.TEXT:
            return self.shared(column, source, target, symbols)
        if source.kind is Kind.TEXT:
            table = np.zeros(len(symbols.strings) + len(target.values), self.code_type(target))
            table[symbols.codes(list(target.values))] = np.arange(len(target.values))
            return of_codes(table[column.low], column.unknown)
        places = [target.values.index(value) if value in target.values else 0 for value in source.values]
        return of_codes(np.array(places, self.code_type(target))[column.low], column.unknown)


def in_ranges(value: Array, cell: Ranges) -> Plane:
    """Where a number lies in one of the ranges of a cell."""
    found: Plane | None = None
    for low, high in cell.ranges:
        if low is not None and low == high:
            inside = value == low
        elif low is None:
            inside = np.ones(len(value), np.bool_) if high is None else value <= high
        else:
            inside = value >= low if high is None else (value >= low) & (value <= high)
        found = inside if found is None else found | inside
    return np.zeros(len(value), np.bool_) if found is None else found


def _one_of(codes: Array, wanted: list[int]) -> Plane:
    if not wanted:
        return np.zeros(len(codes), np.bool_)
    if len(wanted) > 8:
        return np.isin(codes, wanted)
    found: Plane = codes == wanted[0]
    for code in wanted[1:]:
        found |= codes == code
    return found
