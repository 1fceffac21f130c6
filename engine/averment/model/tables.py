"""Decision tables: each row is a rule, named ``TABLE/1``, ``TABLE/2``, … and ``TABLE/else`` for when no other matches.

A row's columns of `one` types are of their records, those of a `many` type are all of one record; a row derives a fact
of each type among the columns of ``then``. Which of the rows that match do so is the hit policy (``hit_policies``).

``says`` and the values of ``then`` may name a column by its field, as ``$team_size`` (by ``$TYPE_FIELD`` where two
columns have fields of one name), and any field of the record's key: a column of ``when`` then binds that variable, and
in ``says`` the value of a column of ``then`` stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from averment.core.node import Node, Span
from averment.core.program import BY_RULE, FactType
from averment.model.conclusions import derived_type, filled_in
from averment.model.conditions import dotted
from averment.model.fields import words
from averment.model.hit_checks import check_policy, order_of, priority_of
from averment.model.hit_policies import under_policy
from averment.model.model import ModelRule, Source
from averment.model.names import report_mention, suggestion
from averment.model.rules import place_of, twice
from averment.model.scope import Declared, Scope
from averment.model.sources import read_backing
from averment.model.table import Column, Table
from averment.model.table_rows import read_rows
from averment.model.validity import in_force, read_validity
from averment.surface.says import parse_sentence


def read_tables(
    files: Sequence[Node], declared: Declared, sources: dict[str, Source]
) -> tuple[list[ModelRule], list[FactType]]:
    """The rows of every table, as rules, and the types of what rows tell each other; what could not be read is
    reported.
    """
    rules: list[ModelRule] = []
    types: list[FactType] = []
    places: dict[str, Span] = {}
    for node, file in _tables_of(files):
        name = words(node, "table")
        span = place_of(node, "table")
        if name in places:
            twice(f"the table `{name}`", span, places[name], declared.report)
        places.setdefault(name, span)
        table = _read_table(name, node, file, span, declared, sources)
        if table:
            fields = {column.variable: column.field for column in table.looked_at}
            scope = Scope(declared, fields, frozenset(fields), frozenset())
            rows = read_rows(table, node, scope)
            valid = read_validity(node, declared.report)
            days = in_force(valid, declared.day, node.keys.get("valid", span), declared.report)
            if check_policy(table, rows, scope):
                more, told = under_policy(table, rows, scope)
                rules += [replace(rule, when=(*rule.when, *days), valid=valid) for rule in more]
                types += told
    return rules, types


def _tables_of(files: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Each table with the file that it is in, which may give the backing and author of all."""
    for file in files:
        for node in file.list_of("tables") or [file]:
            yield node, file


def _read_table(
    name: str, node: Node, file: Node, span: Span, declared: Declared, sources: dict[str, Source]
) -> Table | None:
    before = len(declared.report.diagnostics)
    scope = Scope(declared, {}, frozenset(), frozenset())
    backed = node if node.get("backing") else file
    backing = read_backing(backed, sources, words(node, "author") or words(file, "author"), declared.report, span)
    when, then = _columns(node, "when", scope), _columns(node, "then", scope)
    record = _record(when, scope)
    order = order_of(node, scope)
    _check_outputs(then, order, span, scope)
    if len(declared.report.diagnostics) > before:
        return None
    keys = [Column(record, place, record.fields[place].name, span) for place in record.naming] if record else []
    keys = [column for column in keys if not any(column.same(other) for other in when)]
    when, then, keys = _named(when, then, keys)
    table = Table(
        name=name,
        span=span,
        record=record,
        when=tuple(when),
        then=tuple(then),
        keys=tuple(keys),
        says=parse_sentence(words(node, "says")),
        total=parse_sentence(words(node, "total")),
        backing=backing,
        hit=words(node, "hit") or "collect",
        node=node,
        order=order,
        priority=priority_of(node, then, scope),
    )
    named = {column.variable for column in (*table.looked_at, *then)}
    for variable in table.says.mentions:
        if variable not in named:
            report_mention(node, variable, "is no column", declared.report, suggestion(variable, named))
    return table if len(declared.report.diagnostics) == before else None


def _columns(node: Node, key: str, scope: Scope) -> list[Column]:
    found: list[Column] = []
    for element in node.list_of(key):
        path, value = element, None
        if isinstance(element.value, dict):
            ((name, value),) = element.items()
            path = Node(name, element.keys[name], name)
        named = dotted(path, scope)
        if named:
            of, index = named
            column = Column(of, index, of.fields[index].name, path.span, value)
            if any(column.same(other) for other in found):
                scope.report.error("AV322", f"`{path.value}` occurs twice among the columns", path.span, "again")
            found.append(column)
    return found


def _record(when: list[Column], scope: Scope) -> FactType | None:
    """The `many` type whose records the table is asked of, if it is of any."""
    many = list({column.type.name: column for column in when if not column.type.one}.values())
    for other in many[1:]:
        message = f"a row looks at one record, of `{many[0].type.name}` or of `{other.type.name}`"
        help = "derive by a rule one fact of what both tell, and look at that"
        scope.report.error("AV322", message, other.span, "a second type with many", help)
    return many[0].type if many else None


def _check_outputs(then: list[Column], order: tuple[FactType, int] | None, span: Span, scope: Scope) -> None:
    """Report columns of types that no rule derives, and fields of others that no column gives."""
    given: dict[str, set[int]] = {}
    for column in then:
        if column.type.by_rule and column.field.name == BY_RULE.name:
            filled_in(column.type, column.span, scope)
        if derived_type(column.type.name, column.span, scope):
            given.setdefault(column.type.name, set()).add(column.place)
    for of in {column.type.name: column.type for column in then}.values():
        if of.name not in given:
            continue
        had = set(given[of.name])
        if order and order[0] is of:
            had.add(order[1])
        if of.by_rule:
            had.add(of.position[BY_RULE.name])
        missing = ", ".join(f"`{field.name}`" for index, field in enumerate(of.fields) if index not in had)
        if missing:
            scope.report.error("AV321", f"`{of.name}` is derived without {missing}", span, f"needs {missing}")


def _named(when: list[Column], then: list[Column], keys: list[Column]) -> tuple[list[Column], ...]:
    names = [column.variable for column in (*when, *keys, *(each for each in then if each.value is None))]

    def renamed(column: Column) -> Column:
        others = names.count(column.variable) - (column.value is None)
        if not others:
            return column
        return column._replace(variable=f"{column.type.name}_{column.variable}")

    return tuple([renamed(column) for column in columns] for columns in (when, then, keys))
