"""The draft of a mapping file: what becomes of each column, what is not sure, and which fields have no column."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from averment.batch.adapter import IGNORE, Rule, read_rule
from averment.batch.adapting import Cell
from averment.batch.columns import CASE
from averment.core.program import FactType, Kind
from averment.drafting.doubts import coded, codes, doubts_of_cells, examples, wanted
from averment.drafting.likeness import heading_of
from averment.drafting.matching import Match, Pair, fields_of, matches, name_column
from averment.drafting.reading import Reading, Said, read_column
from averment.drafting.sample import Column, Sample

_SHOWN = 3  # columns that a field may be in
_LOOKED_AT = 1000  # cells of a column by which marks are tried
_MARKS = ("decimal", "thousands")


@dataclass(frozen=True)
class Choice:
    """A way to take a column: ``to`` what, and what else is ``said`` of it."""

    to: str
    said: Said = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Line:
    """What becomes of a column: the ``choices``, the likeliest first, which is ``chosen`` (none until somebody says),
    and what is not sure about it.
    """

    heading: str
    choices: tuple[Choice, ...]
    chosen: int | None = 0
    doubts: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice | None:
        return None if self.chosen is None else self.choices[self.chosen]


@dataclass(frozen=True)
class Absent:
    """A field without a column, and the headings of columns that are left over and may hold it."""

    path: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A mapping file before it is written. ``stated``: what it says of all columns. ``left_out``: columns that are
    nothing; ``many``: types whose records no column holds.
    """

    stated: Mapping[str, Any]
    lines: tuple[Line, ...]
    left_out: tuple[str, ...] = ()
    absent: tuple[Absent, ...] = ()
    many: tuple[str, ...] = ()
    names: str = ""
    notes: tuple[str, ...] = ()

    @property
    def unsure(self) -> tuple[Line, ...]:
        """The columns of which somebody can say which choice is right."""
        return tuple(line for line in self.lines if line.doubts and len(line.choices) > 1)

    def with_choice(self, heading: str, chosen: int | None) -> Draft:
        """The draft in which somebody has said what a column is; no choice leaves it out."""
        done = {
            line.heading: replace(line, chosen=chosen, doubts=()) if line.heading == heading else line
            for line in self.lines
        }
        if chosen is None:
            left = done.pop(heading)
            return replace(self, lines=tuple(done.values()), left_out=(*self.left_out, left.heading))
        return replace(self, lines=tuple(done.values()))

    @property
    def document(self) -> dict[str, Any]:
        """What the file says, as plain data."""
        told = {
            line.heading: {"to": line.choice.to, **line.choice.said} if line.choice.said else line.choice.to
            for line in self.lines
            if line.choice is not None
        }
        names = {"names": [self.names]} if self.names else {}
        rest = {"rest": IGNORE} if self.left_out or any(line.choice is None for line in self.lines) else {}
        return {**self.stated, **names, **({"columns": told} if told else {}), **rest}


def draft(sample: Sample, types: Mapping[str, FactType]) -> Draft:
    """The draft for a table of a pack with this vocabulary."""
    found, left = matches(sample.columns, types)
    readings = {match.pair.column.place: _whole(match.pair) for match in found}
    marks = _common_marks([(match.pair.column, readings[match.pair.column.place]) for match in found])
    words = sorted({word for reading in readings.values() for word in reading.missing})
    lines = {match.pair.column.place: _line(match, readings[match.pair.column.place], marks, words) for match in found}
    taken = {place: line.choices[0].to for place, line in lines.items()}
    named = name_column(sample.columns, taken)
    also = ""
    if named is not None:
        lines[named.place] = Line(named.heading, (Choice(CASE),))
    else:
        also = next((column.heading for column in sample.columns if _names_too(column, found)), "")
    paths = {line.choices[0].to for line in lines.values()}
    lines |= _coded([column for column in sample.columns if column.place not in lines], types, paths)
    perhaps = [(pair.path, pair.column.heading) for pair in left]
    perhaps += [
        (choice.to, line.heading) for line in lines.values() for choice in line.choices if choice.to not in paths
    ]
    absent = [
        Absent(path, tuple(dict.fromkeys(heading for to, heading in perhaps if to == path))[:_SHOWN])
        for type, each in fields_of(types)
        if (path := f"{type.name}.{each.name}") not in paths
    ]
    many = tuple(name for name, type in types.items() if not type.one and not type.derived)
    shown = [line for _, line in sorted(lines.items())]
    if shown and all(line.choice is None for line in shown):  # a key of nothing is no YAML that can be read
        shown[0] = replace(shown[0], chosen=len(shown[0].choices) - 1)
    out = tuple(column.heading for column in sample.columns if column.place not in lines)
    return Draft(_stated(sample, marks, words), tuple(shown), out, tuple(absent), many, also, _notes(sample))


def _coded(columns: Sequence[Column], types: Mapping[str, FactType], paths: Container[str]) -> dict[int, Line]:
    """Columns that nothing but the number of their cells tells: codes, as many as a field has values."""
    found: dict[int, list[Choice]] = {}
    for type, each in fields_of(types):
        path = f"{type.name}.{each.name}"
        ways = {} if path in paths else {column.place: coded(column, each) for column in columns}
        fitting = {place: said for place, said in ways.items() if said}
        if len(fitting) <= _SHOWN:
            for place, said in fitting.items():
                found.setdefault(place, []).extend(Choice(path, one) for one in said)
    doubt = "it has as many different cells as the field has values; nothing tells more"
    return {
        column.place: Line(column.heading, (*found[column.place], Choice(IGNORE)), None, (doubt,))
        for column in columns
        if column.place in found
    }


def _names_too(column: Column, found: Sequence[Match]) -> bool:
    """Whether a column that is a text field tells the cases apart, too."""
    taken = {match.pair.column.place: match.pair.reading.field.kind for match in found}
    return column.unique and bool(column.heading) and taken.get(column.place) is Kind.TEXT


def _stated(sample: Sample, marks: Said, words: Sequence[str]) -> dict[str, Any]:
    dialect = sample.dialect
    stated: dict[str, Any] = {}
    if sample.file.sheets[1:]:
        stated["sheet"] = sample.file.sheet
    if dialect.encoding not in ("utf-8", "utf-16", "utf-32"):
        stated["encoding"] = dialect.encoding
    if dialect.delimiter != ",":
        stated["delimiter"] = dialect.delimiter
    if dialect.quote != '"':
        stated["quote"] = dialect.quote
    if words:
        stated["missing"] = words[0] if len(words) == 1 else list(words)
    return stated | dict(marks)


def _notes(sample: Sample) -> tuple[str, ...]:
    notes: list[str] = []
    if sample.guessed:
        notes.append(
            f"its bytes are not UTF-8: they are read as {sample.dialect.encoding}, which nothing tells for sure"
        )
    if not sample.whole:
        notes.append(f"only the first {sample.rows:,} rows were looked at")
    return tuple(notes)


def _whole(pair: Pair) -> Reading:
    return read_column(pair.column, heading_of(pair.column.heading), pair.reading.field)


def _common_marks(readings: Sequence[tuple[Column, Reading]]) -> Said:
    """The marks of numbers that all columns of numbers may be read with, where some have to be."""
    numbers = [each for each in readings if each[1].field.kind in (Kind.INTEGER, Kind.DECIMAL)]
    needed = {own for _, reading in numbers if (own := _marks_of(reading))}
    if len(needed) != 1 or any(reading.others for _, reading in numbers):
        return {}
    marks: Said = dict(next(iter(needed)))
    for column, reading in numbers:
        cells = list(column.counts)[:_LOOKED_AT]
        if not _marks_of(reading) and _texts(reading, {}, cells) != _texts(reading, marks, cells):
            return {}
    return marks


def _marks_of(reading: Reading) -> tuple[tuple[str, str], ...]:
    return tuple((key, reading.said[key]) for key in _MARKS if key in reading.said)


def _texts(reading: Reading, marks: Said, cells: Sequence[str]) -> list[str]:
    rule = read_rule({**marks, **reading.said}, Rule(missing=reading.missing))
    return list(map(Cell(rule, reading.field).reader(), cells))


def _line(match: Match, reading: Reading, marks: Said, words: Sequence[str]) -> Line:
    """The line of a column that is taken for a field."""
    pair = match.pair
    heading = pair.column.heading
    doubts: list[str] = []
    chosen: int | None = 0
    choices = [Choice(pair.path, _said(reading, marks, words))]
    if reading.others:
        choices += [Choice(pair.path, other) for other in reading.others]
        doubts.append("its cells may be read in more than one way, and do not tell which")
        chosen = None
    elif reading.share < 0.5 and pair.column.rows:
        ways = codes(pair, reading)
        choices = [Choice(pair.path, {**choices[0].said, **said}) for said in ways] or choices
        kinds = wanted(reading)
        doubts.append(f"its cells, as {examples(reading)}, are no values of `{pair.path}`{kinds}")
        chosen = 0 if any(None in said.get("values", {}).values() for said in ways) else None  # 0 is for filling in
    if not match.sure:
        rivals = [Choice(other.path, _said(_whole(other), marks, words)) for other in match.fields]
        choices += rivals
        if rivals and match.fields[0].like > pair.like - 0.05:
            chosen = None
        if rivals:
            doubts.append(f"it may be {' or '.join(f'`{choice.to}`' for choice in (choices[0], *rivals))}")
        for other in match.columns:
            doubts.append(f"the column `{other.column.heading}` may be `{pair.path}` as well")
        if not rivals and not match.columns:
            doubts.append(f"its name alone does not tell that it is `{pair.path}`")
    if doubts and choices[-1].to != IGNORE:
        choices.append(Choice(IGNORE))
    if chosen is not None and reading.share >= 0.5:
        doubts += doubts_of_cells(reading)
    if chosen is None and heading in (pair.path, reading.field.name):
        chosen = len(choices) - 1  # or its name alone would make it the field
    return Line(heading, tuple(choices), chosen, tuple(doubts))


def _said(reading: Reading, marks: Said, words: Sequence[str]) -> Said:
    """What the line of a column has to say, where all columns have these marks and words for what is missing."""
    said = {key: value for key, value in reading.said.items() if key not in marks}
    own = {word: word for word in words if word in reading.field.values}
    if own:
        said["values"] = {**said.get("values", {}), **own}
    return said
