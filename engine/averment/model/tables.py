"""Decision tables: each row is a rule, named ``TABLE/1``, ``TABLE/2``, …

``says`` may name a column by its field, as ``$team_size`` (by ``$TYPE_FIELD`` where two columns have fields of one
name): a column of ``when`` then binds that variable, and the value of a column of ``then`` stands in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from averment.core.node import Node, Span
from averment.core.program import BY_RULE, Backing, FactType, Field
from averment.core.values import show
from averment.core.written import Sentence
from averment.model.cells import scalar_text
from averment.model.conclusions import derived_type, filled_in, read_conclusion
from averment.model.conditions import dotted, read_pattern
from averment.model.fields import words
from averment.model.model import Bind, Constant, ModelRule, Pattern, Reference, Rounding, Source, Term
from averment.model.names import report_mention, suggestion
from averment.model.rules import place_of, twice
from averment.model.scope import Declared, Scope
from averment.model.sources import read_backing
from averment.model.validity import in_force, read_validity
from averment.surface.says import parse_sentence


class _Column(NamedTuple):
    type: FactType
    place: int  # of the field in the type
    variable: str
    span: Span

    @property
    def field(self) -> Field:
        return self.type.fields[self.place]


def read_tables(files: Sequence[Node], declared: Declared, sources: dict[str, Source]) -> list[ModelRule]:
    """The rows of every table, as rules; what could not be read is reported."""
    found: list[ModelRule] = []
    places: dict[str, Span] = {}
    for node in files:
        name = words(node, "table")
        span = place_of(node, "table")
        if name in places:
            twice(f"the table `{name}`", span, places[name], declared.report)
        places.setdefault(name, span)
        found += _read_table(name, node, span, declared, sources)
    return found


def _read_table(name: str, node: Node, span: Span, declared: Declared, sources: dict[str, Source]) -> list[ModelRule]:
    before = len(declared.report.diagnostics)
    scope = Scope(declared, {}, frozenset(), frozenset())
    backing = read_backing(node, sources, words(node, "author"), declared.report, span)
    valid = read_validity(node, declared.report)
    days = in_force(valid, declared.day, node.keys.get("valid", span), declared.report)
    when, then = _columns(node, "when", scope), _columns(node, "then", scope)
    _check_columns(when, then, span, scope)
    if len(declared.report.diagnostics) > before:
        return []
    when, then = _named(when, then)
    says = parse_sentence(words(node, "says"))
    for variable in says.mentions:
        if variable not in {column.variable for column in (*when, *then)}:
            help = suggestion(variable, [column.variable for column in (*when, *then)])
            report_mention(node, variable, "is no column", declared.report, help)
    if len(declared.report.diagnostics) > before:
        return []
    found: list[ModelRule] = []
    for number, row in enumerate(node.list_of("rows"), 1):
        rule = _row(f"{name}/{number}", row, when, then, says, backing, scope)
        if rule:
            found.append(replace(rule, when=(*rule.when, *days), valid=valid))
    return found


def _columns(node: Node, key: str, scope: Scope) -> list[_Column]:
    found: list[_Column] = []
    for element in node.list_of(key):
        named = dotted(element, scope)
        if named:
            of, index = named
            if any(column.type is of and column.place == index for column in found):
                scope.report.error("AV322", f"`{element.value}` occurs twice among the columns", element.span, "again")
            found.append(_Column(of, index, of.fields[index].name, element.span))
    return found


def _check_columns(when: list[_Column], then: list[_Column], span: Span, scope: Scope) -> None:
    for column in when:
        if not column.type.one:
            message = f"a table looks only at `one` fact types, and `{column.type.name}` is not"
            scope.report.error("AV322", message, column.span, "may have many facts", "write rules instead")
    for column in then:
        if column.type.by_rule and column.field.name == BY_RULE.name:
            filled_in(column.type, column.span, scope)
        if derived_type(column.type.name, column.span, scope) and column.type is not then[0].type:
            scope.report.error("AV322", "a row derives one fact", column.span, f"not of `{then[0].type.name}`")
    if then and then[0].type.derived:
        given = {column.place for column in then if column.type is then[0].type}
        if then[0].type.by_rule:
            given.add(then[0].type.position[BY_RULE.name])
        missing = ", ".join(f"`{f.name}`" for index, f in enumerate(then[0].type.fields) if index not in given)
        if missing:
            scope.report.error("AV321", f"`{then[0].type.name}` is derived without {missing}", span, f"needs {missing}")


def _named(when: list[_Column], then: list[_Column]) -> tuple[list[_Column], list[_Column]]:
    names = [column.variable for column in (*when, *then)]

    def renamed(column: _Column) -> _Column:
        if names.count(column.variable) == 1:
            return column
        return column._replace(variable=f"{column.type.name}_{column.variable}")

    return [renamed(column) for column in when], [renamed(column) for column in then]


def _row(
    name: str,
    row: Node,
    when: list[_Column],
    then: list[_Column],
    says: Sentence,
    backing: tuple[Backing, ...],
    scope: Scope,
) -> ModelRule | None:
    before = len(scope.report.diagnostics)
    cells = row.elements()
    if len(cells) != len(when) + len(then):
        message = f"the row has {len(cells)} cells, and the table {len(when) + len(then)} columns"
        scope.report.error("AV322", message, row.span, f"{len(when)} of `when` and {len(then)} of `then`")
        return None
    if not _has_no_variables(cells[: len(when)], scope):
        return None
    patterns = _patterns(when, cells, set(says.mentions), name, scope)
    conclusion = read_conclusion(
        then[0].type,
        [(column.field.name, cell, cell.span) for column, cell in zip(then, cells[len(when) :], strict=True)],
        row.span,
        scope,
        name,
    )
    if conclusion is None or len(scope.report.diagnostics) > before:
        return None
    variables = {column.variable: column.field for column in when if column.variable in says.mentions}
    derived = {c.variable: conclusion.values[c.place] for c in then if c.variable in says.mentions}
    said = _filled(says, then, cells[len(when) :], derived, scope)
    if len(scope.report.diagnostics) > before:
        return None
    parameters = {variable: term.name for variable, term in derived.items() if isinstance(term, Reference)}
    return ModelRule(name, said, backing, patterns, (conclusion,), variables, row.span, parameters)


def _has_no_variables(cells: Sequence[Node], scope: Scope) -> bool:
    before = len(scope.report.diagnostics)
    for cell in cells:
        if isinstance(cell.value, str) and "$" in cell.value and '"' not in cell.value:
            scope.report.error("AV322", "a table has no variables", cell.span, "not here", "write a rule instead")
    return len(scope.report.diagnostics) == before


def _patterns(
    when: list[_Column], cells: Sequence[Node], mentions: set[str], name: str, scope: Scope
) -> tuple[Pattern, ...]:
    types = {column.type.name: column.type for column in when}
    found: list[Pattern] = []
    for of in types.values():
        listed = [(column, cell) for column, cell in zip(when, cells, strict=False) if column.type is of]
        pattern = read_pattern(
            of, [(column.field.name, cell, cell.span) for column, cell in listed], listed[0][1].span, scope
        )
        binds: list[Bind] = []
        for column, cell in listed:
            if column.variable in mentions:
                if str(cell.value).strip() == "-":
                    message = f"`says` mentions `${column.variable}`, which `{name}` does not look at"
                    scope.report.error("AV317", message, cell.span, "may be unknown here")
                binds.append(Bind(column.place, column.variable))
        if pattern.cells or binds:
            found.append(replace(pattern, binds=tuple(sorted(binds, key=lambda bind: bind.field))))
    return tuple(found)


def _filled(
    says: Sentence, then: list[_Column], cells: Sequence[Node], derived: Mapping[str, Term | Rounding], scope: Scope
) -> Sentence:
    """``says`` with what the row derives in the place of its columns; parameters are filled in with their values."""
    shown: dict[str, str] = {}
    for column, cell in zip(then, cells, strict=True):
        term = derived.get(column.variable)
        if term is None or isinstance(term, Reference):
            continue
        text = show(term.value, column.field) if isinstance(term, Constant) else scalar_text(cell) or ""
        if mentions := parse_sentence(text).mentions:
            help = f"leave `${column.variable}` out of `says`, or the `$` out of the text"
            message = f"`says` would mention `${mentions[0]}`, which is only a part of this text"
            scope.report.error("AV317", message, cell.span, "has no value", help)
        shown[column.variable] = text
    return says.filled(shown.get)
