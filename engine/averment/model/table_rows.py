"""The rows of a decision table, each read as the patterns, the facts and the sentence of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from averment.core.aggregates import AGGREGATES
from averment.core.node import Node
from averment.core.program import FactType
from averment.core.values import show
from averment.core.written import Mention, Sentence
from averment.model.cells import scalar_text
from averment.model.conclusions import read_conclusion
from averment.model.conditions import read_pattern
from averment.model.model import Bind, Computed, Conclusion, Constant, Pattern, Reference, Rounding, SizeUse, Term, Use
from averment.model.scope import Scope
from averment.model.table import AGGREGATING, Column, Row, Table
from averment.surface.says import parse_sentence


def read_rows(table: Table, node: Node, scope: Scope) -> list[Row]:
    """Every row that could be read, that of ``else`` last."""
    found: list[Row] = []
    for number, row in enumerate(node.list_of("rows"), 1):
        cells = row.elements()
        wanted = len(table.when) + len(table.cells)
        if len(cells) != wanted:
            message = f"the row has {len(cells)} cells, and the table {wanted} columns"
            label = f"{len(table.when)} of `when` and {len(table.cells)} of `then`"
            scope.report.error("AV322", message, row.span, label)
            continue
        read = _row(f"{table.name}/{number}", number, row, cells, table, scope)
        found += [read] if read else []
    other = node.get("else")
    if other:
        cells = other.elements()
        wanted = len([column for column in table.then if column.value is None])
        if len(cells) != wanted:
            message = f"`else` has {len(cells)} cells, and {wanted} of `then` have one in each row"
            scope.report.error("AV322", message, other.span, "a value for each")
        else:
            anything = [Node("-", other.span, "-")] * len(table.when)
            read = _row(f"{table.name}/else", 0, other, [*anything, *cells], table, scope)
            found += [read] if read else []
    return found


def _row(id: str, number: int, row: Node, cells: Sequence[Node], table: Table, scope: Scope) -> Row | None:
    before = len(scope.report.diagnostics)
    looks, values = cells[: len(table.when)], _values(table, cells[len(table.when) :], number)
    if not _has_no_variables(looks, scope):
        return None
    patterns = _patterns(table, looks, scope)
    then, terms = _conclusions(table, values, number, id, row, scope)
    if len(scope.report.diagnostics) > before:
        return None
    mentions = set(table.says.mentions)
    used = {name for term in terms.values() for name in _variables(term)}
    binds = [column for column in table.looked_at if column.variable in mentions | used]
    for column, cell in zip(table.when, looks, strict=True):
        if column in binds and str(cell.value).strip() == "-" and column not in table.key_columns:
            what = "`says` mentions" if column.variable in mentions else "`then` uses"
            message = f"{what} `${column.variable}`, which `{id}` does not look at"
            scope.report.error("AV317", message, cell.span, "may be unknown here")
    said = _filled(table, values, terms, scope)
    if len(scope.report.diagnostics) > before:
        return None
    return Row(
        id=id,
        number=number,
        when=tuple(bound(pattern, binds) for pattern in patterns),
        then=then,
        says=said,
        variables={column.variable: column.field for column in binds},
        parameters={variable: term.name for variable, term in terms.items() if isinstance(term, Reference)},
        span=row.span,
        cells={column.variable: node for column, node in values},
        values=terms,
    )


def bound(pattern: Pattern, columns: Sequence[Column]) -> Pattern:
    """The pattern with those of the columns that are of its type bound, each once."""
    more = [Bind(column.place, column.variable) for column in columns if column.type is pattern.type]
    binds = dict.fromkeys((*pattern.binds, *more))
    return replace(pattern, binds=tuple(sorted(binds, key=lambda bind: bind.field)))


def _values(table: Table, cells: Sequence[Node], number: int) -> list[tuple[Column, Node]]:
    """What a row gives to each column of ``then``, in their order; where it is aggregated, only that is its own."""
    if number and table.hit in AGGREGATING:
        return list(zip(table.cells, cells, strict=True))
    own = iter(cells)
    return [(column, column.value or next(own)) for column in table.then]


def _has_no_variables(cells: Sequence[Node], scope: Scope) -> bool:
    before = len(scope.report.diagnostics)
    for cell in cells:
        if isinstance(cell.value, str) and "$" in cell.value and '"' not in cell.value:
            help = "write a rule instead"
            scope.report.error("AV322", "what a row tests has no variables", cell.span, "not here", help)
    return len(scope.report.diagnostics) == before


def _patterns(table: Table, cells: Sequence[Node], scope: Scope) -> list[Pattern]:
    """What a row looks at: types of which it tests nothing are left out, but for the record."""
    found: list[Pattern] = []
    for of in {column.type.name: column.type for column in table.when}.values():
        listed = [(column, cell) for column, cell in zip(table.when, cells, strict=True) if column.type is of]
        pattern = read_pattern(
            of, [(column.field.name, cell, cell.span) for column, cell in listed], listed[0][1].span, scope
        )
        mentioned = any(column.variable in table.says.mentions for column, _ in listed)
        if pattern.cells or mentioned or of is table.record:
            found.append(pattern)
    return found


def _conclusions(
    table: Table, values: Sequence[tuple[Column, Node]], number: int, id: str, row: Node, scope: Scope
) -> tuple[tuple[Conclusion, ...], dict[str, Term | Rounding]]:
    """The facts of a row, one a type, and the term of each column; a row that is aggregated has no fact of its own."""
    found: list[Conclusion] = []
    terms: dict[str, Term | Rounding] = {}
    aggregated = number and table.hit in AGGREGATING
    for of in {column.type.name: column.type for column, _ in values}.values():
        given = [(column, node) for column, node in values if column.type is of]
        listed = [(column.field.name, node, node.span) for column, node in given]
        if aggregated:
            fields = tuple(AGGREGATES["sum"].result(column.field) for column, _ in given)
            of = FactType(of.name, fields, derived=True)
        elif table.order and table.order[0] is of:
            listed.append((of.fields[table.order[1]].name, Node(number, row.span, str(number)), row.span))
        conclusion = read_conclusion(of, listed, row.span, scope, id)
        if conclusion is None:
            continue
        terms |= {column.variable: conclusion.values[of.position[column.field.name]] for column, _ in given}
        found += [] if aggregated else [conclusion]
    return tuple(found), terms


def _variables(term: Term | Rounding) -> Iterator[str]:
    match term:
        case Rounding():
            yield from _variables(term.term)
        case Use(name) | SizeUse(name):
            yield name
        case Computed(_, left, right):
            yield from _variables(left)
            yield from _variables(right)
        case _:
            pass


def _filled(
    table: Table, values: Sequence[tuple[Column, Node]], terms: Mapping[str, Term | Rounding], scope: Scope
) -> Sentence:
    """``says`` with what the row derives in the place of its columns; parameters are filled in with their values."""
    shown: dict[str, str] = {}
    renamed: dict[str, str] = {}
    mentions = set(table.says.mentions)
    for column, cell in values:
        term = terms.get(column.variable)
        if column.variable not in mentions or term is None or isinstance(term, Reference):
            continue
        if isinstance(term, Use):
            renamed[column.variable] = term.name
            continue
        text = show(term.value, column.field) if isinstance(term, Constant) else scalar_text(cell) or ""
        if mentions_in := parse_sentence(text).mentions:
            help = f"leave `${column.variable}` out of `says`, or the `$` out of the text"
            message = f"`says` would mention `${mentions_in[0]}`, which is only a part of this text"
            scope.report.error("AV317", message, cell.span, "has no value", help)
        shown[column.variable] = text
    filled = table.says.filled(shown.get)
    if not renamed:
        return filled
    return Sentence(
        tuple(
            Mention(renamed.get(part.name, part.name)) if isinstance(part, Mention) else part for part in filled.parts
        )
    )
