"""Facts that belong to a pack: tables of CSV, each the facts of one type, read against the vocabulary.

The first row names the fields, in any order; each other row is a fact, in which every field has a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from averment.core.data import Data
from averment.core.node import Node, Span
from averment.core.program import Fact, FactType, Value
from averment.diagnostics.diagnostic import Diagnostic, Label, Report
from averment.model.encoding import encode
from averment.model.fields import words
from averment.model.model import Source
from averment.model.names import suggestion, unknown_field
from averment.model.sources import read_backing
from averment.model.vocabulary import Vocabulary
from averment.source.csv_cells import cell_value

Rows = Sequence[Sequence[Node]]


def read_data(
    files: Mapping[str, Rows], vocabulary: Vocabulary, sources: dict[str, Source], report: Report
) -> dict[str, Data]:
    """The facts of each type that has data, by its name; every mistake in them is reported."""
    found: dict[str, Data] = {}
    used: set[str] = set()
    for name, declared in vocabulary.data.items():
        of, place = vocabulary.types[name], (declared.get("data") or declared).span
        file = f"data/{words(declared, 'data')}"
        backing = read_backing(declared, sources, "", report, vocabulary.places[name])
        rows = files.get(file)
        if rows is None:
            near = suggestion(file, list(files))
            report.error("AV663", f"the pack has no `{file}`", place, f"the facts of `{name}`", *near)
            continue
        used.add(file)
        if rows:  # else why it could not be read has been said
            found[name] = Data(file, _facts(of, rows, _key(of, declared, vocabulary, report), report), backing)
    for file in files.keys() - used:
        message = f"no fact type has its facts from `{file}`"
        help = f"declare the type in `facts.yaml` with `data: {file.removeprefix('data/')}`"
        report.error("AV664", message, Span(file, 1, 1, 1, 1), "not used", help)
    return found


def _key(of: FactType, declared: Node, vocabulary: Vocabulary, report: Report) -> tuple[int, ...]:
    """The indexes of the fields that tell rows apart: all where no key is declared."""
    key = declared.get("key")
    if key is None:
        return tuple(range(len(of.fields)))
    found: list[int] = []
    for element in key.elements() or [key]:
        index = of.position.get(str(element.value))
        if index is not None:
            found.append(index)
        elif f"{of.name}.{element.value}" not in vocabulary.broken:
            unknown_field(str(element.value), of.name, of.position, report, element.span)
    return tuple(found)


def _facts(of: FactType, rows: Rows, key: tuple[int, ...], report: Report) -> tuple[Fact, ...]:
    before = len(report.diagnostics)
    columns = _columns(of, rows[0], report)
    if len(report.diagnostics) > before:
        return ()
    facts: list[Fact] = []
    first: dict[tuple[Value | None, ...], Span] = {}
    for row in rows[1:]:
        fact = _fact(of, row, columns, report)
        if fact is None:
            continue
        told, place = (
            tuple(fact.values[index] for index in key),
            row[columns.index(key[0])].span if key else row[0].span,
        )
        if told in first:
            names = ", ".join(f"`{of.fields[index].name}`" for index in key)
            labels = (Label(place, "again"), Label(first[told], "first given here"))
            help = (f"rows of `{of.name}` are told apart by {names}",)
            report.add(Diagnostic("AV343", f"this row of `{of.name}` is given twice", labels, help))
        first.setdefault(told, place)
        facts.append(fact)
    if not rows[1:]:
        report.error("AV663", f"`{rows[0][0].span.file}` has no rows", rows[0][0].span, "only the names of fields")
    return tuple(facts)


def _columns(of: FactType, heads: Sequence[Node], report: Report) -> list[int]:
    """Of each column the index of its field."""
    found: list[int] = []
    for head in heads:
        index = of.position.get(str(head.value))
        if index is None:
            unknown_field(str(head.value), of.name, of.position, report, head.span)
        elif index in found:
            report.error("AV665", f"the column `{head.value}` is there twice", head.span, "again")
        else:
            found.append(index)
    missing = [field.name for index, field in enumerate(of.fields) if index not in found]
    if missing and len(found) == len(heads):
        shown = ", ".join(f"`{name}`" for name in missing)
        report.error("AV665", f"the rows of `{of.name}` are without {shown}", heads[-1].span, f"needs {shown}")
    return found


def _fact(of: FactType, row: Sequence[Node], columns: list[int], report: Report) -> Fact | None:
    if len(row) != len(columns):
        message = f"this row has {len(row)} cells, and the table {len(columns)} columns"
        report.error("AV665", message, row[-1].span, "the last cell of the row")
        return None
    values: list[Value | None] = [None] * len(of.fields)
    for index, cell in zip(columns, row, strict=True):
        name = f"{of.name}.{of.fields[index].name}"
        if not cell.text and not cell.quoted:
            help = 'of what belongs to the pack nothing is unknown; an empty text is `""`'
            report.error("AV665", f"`{name}` has no value", cell.span, "empty", help)
            continue
        plain = cell.text if cell.quoted else cell_value(cell.text, of.fields[index], cell.span, report)
        values[index] = encode(plain, of.fields[index], name, report, cell.span)
    return None if None in values else Fact(of.name, tuple(values))
