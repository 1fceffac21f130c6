"""Which column is which field: by name, label and values, each column and each field once.

A pair is worth what the heading and the field have in common, and how telling the cells are: a choice that all cells
spell tells much, a number within its range little. What has a rival that is worth about as much is not sure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from averment.core.program import FactType, Field, Kind
from averment.drafting.likeness import heading_of, likeness, words_of
from averment.drafting.reading import Reading, read_column
from averment.drafting.sample import Column

_ALIKE = 0.5  # a heading that is so like a field is taken for it
_SURE = 0.6
_NEAR = 0.2  # less than this between two pairs, and neither is sure
_POSSIBLE = 0.3
_LEAST = 0.5  # which part of the cells must be values of the field
_TELLING = {kind: 0.7 for kind in Kind if kind.timed} | {
    Kind.CHOICE: 1.0,
    Kind.LEVEL: 1.0,
    Kind.SET: 0.9,
    Kind.BOOLEAN: 0.4,
    Kind.TEXT: 0.0,
}
_NAMES = ("case", "id", "key", "nr", "no", "number", "name", "code", "model", "identifier", "rowname", "row", "index")
_NAMELESS = re.compile(r"|Unnamed: ?\d+|rownames|index|__index_level_\d+__", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A column taken for a field. ``like``: how like the names are; ``worth``: what the pair is worth in all."""

    column: Column
    type: FactType
    reading: Reading
    like: float
    worth: float

    @property
    def path(self) -> str:
        return f"{self.type.name}.{self.reading.field.name}"

    @property
    def telling(self) -> bool:
        """Whether the cells alone tell the field."""
        field = self.reading.field
        spelled = field.kind in (Kind.CHOICE, Kind.LEVEL, Kind.SET) or _says_so(self.column, field)
        words = any(any(map(str.isalpha, cell)) for cell in self.column.counts)  # numbers alone are codes of anything
        return (
            spelled and words and not self.reading.unsure and self.reading.share >= 0.95 and len(self.column.counts) > 1
        )


@dataclass(frozen=True)
class Match:
    """The field that a column is taken for, and the rivals: columns or fields for which it is about as likely."""

    pair: Pair
    fields: tuple[Pair, ...] = ()
    columns: tuple[Pair, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether nothing speaks against it."""
        alone = not self.fields and not self.columns
        return self.pair.like == 1.0 or (alone and (self.pair.like >= _SURE or self.pair.telling))


def matches(columns: Sequence[Column], types: Mapping[str, FactType]) -> tuple[list[Match], list[Pair]]:
    """What the columns are taken for, in their order; and pairs that are possible of what is left on both sides."""
    fields = fields_of(types)
    pairs = [pair for column in columns for type, field in fields if (pair := _pair(column, type, field))]
    pairs.sort(key=lambda pair: (-pair.worth, pair.column.place, pair.path))
    taken: dict[int, Pair] = {}
    given: dict[str, Pair] = {}
    for pair in pairs:
        if pair.column.place not in taken and pair.path not in given and (pair.like >= _ALIKE or _told(pair, pairs)):
            taken[pair.column.place] = given[pair.path] = pair
    found = [_match(pair, pairs, taken, given) for pair in taken.values()]
    left = [pair for pair in pairs if pair.column.place not in taken and pair.path not in given]
    return sorted(found, key=lambda match: match.pair.column.place), left


def fields_of(types: Mapping[str, FactType]) -> list[tuple[FactType, Field]]:
    """The fields that a column may hold."""
    return [(type, field) for type in types.values() if type.one and not type.derived for field in type.fields]


def _pair(column: Column, type: FactType, field: Field) -> Pair | None:
    heading = heading_of(column.heading)
    if column.heading in (f"{type.name}.{field.name}", field.name):
        like = 1.0
    else:
        like = likeness(heading, type, field)
    spelled = field.kind in (Kind.CHOICE, Kind.LEVEL, Kind.SET, Kind.BOOLEAN)
    if like < _POSSIBLE and not spelled:
        return None
    reading = read_column(column, heading, field, whole=False)
    if like < _POSSIBLE and field.kind is Kind.BOOLEAN and not _says_so(column, field):
        return None
    if reading.share < _LEAST and not (like == 1.0 and column.rows):
        return None if column.rows else Pair(column, type, reading, like, 2 * like)
    return Pair(column, type, reading, like, 2 * like + _evidence(reading, column))


def _says_so(column: Column, field: Field) -> bool:
    """Whether a cell of a column says what a truth value is called, as ``smoker`` does."""
    called = set(words_of(field.name))
    return (
        field.kind is Kind.BOOLEAN and len(column.counts) < 8 and any(called & set(words_of(c)) for c in column.counts)
    )


def _evidence(reading: Reading, column: Column) -> float:
    """How much the cells tell."""
    field = reading.field
    worth = _TELLING.get(field.kind)
    if worth is None:
        worth = 0.2 + 0.1 * (field.minimum is not None) + 0.1 * (field.maximum is not None)
    if field.kind in (Kind.CHOICE, Kind.LEVEL):
        worth *= min(1.0, len(column.counts) / 2)
    return worth * reading.share - 0.5 * bool(reading.unsure) * worth


def _told(pair: Pair, pairs: Sequence[Pair]) -> bool:
    """Whether the cells of a column are those of this field, and of no other, and of no other column."""
    return pair.telling and not any(
        other is not pair
        and other.telling
        and other.worth > pair.worth - _NEAR
        and (other.column is pair.column or other.path == pair.path)
        for other in pairs
    )


def _match(pair: Pair, pairs: Sequence[Pair], taken: Mapping[int, Pair], given: Mapping[str, Pair]) -> Match:
    """A pair with its rivals: what is taken for something else with more reason is none."""
    near = [other for other in pairs if other is not pair and other.worth > pair.worth - _NEAR]
    fields = [other for other in near if other.column is pair.column and _free(other, given.get(other.path))]
    columns = [other for other in near if other.path == pair.path and _free(other, taken.get(other.column.place))]
    return Match(pair, tuple(fields), tuple(columns))


def _free(pair: Pair, taken: Pair | None) -> bool:
    return taken is None or taken.worth < pair.worth + _NEAR


def name_column(columns: Sequence[Column], taken: Mapping[int, str]) -> Column | None:
    """The column that names the cases: one whose cells are all there and all different, and that is called so."""
    unique = [column for column in columns if column.unique]
    for column in unique:
        if column.heading == _NAMES[0]:
            return column
    free = [column for column in unique if column.place not in taken]
    called = [column for column in free if set(words_of(column.heading, fillers=True)) & set(_NAMES)]
    nameless = [column for column in free if _NAMELESS.fullmatch(column.heading)]
    texts = [column for column in free if not _numbers(column)]
    for found in ([each for each in called if not _numbers(each)], called, nameless, texts):
        if found:
            return found[0]
    return None


def _numbers(column: Column) -> bool:
    return all(re.fullmatch(r"[-+]?[\d.,]+", cell) for cell in column.counts)
