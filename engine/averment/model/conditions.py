"""The conditions of a rule, resolved and typed in the scope of its variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from averment.core import written
from averment.core.aggregates import AGGREGATES
from averment.core.node import Node, Span
from averment.core.program import FactType
from averment.model.cells import is_comparison, read_cell, scalar_text
from averment.model.expressions import read_comparison
from averment.model.model import (
    AggregateOf,
    AnyOf,
    Bind,
    CellOn,
    CompareOn,
    Condition,
    KnownOf,
    NoneOf,
    NotAll,
    Pattern,
    tree_of,
)
from averment.model.names import CONDITIONS, suggestion, unknown_field, unknown_type
from averment.model.scope import Scope, alternatives, only_item, pattern_of, variable_alone


def read_conditions(nodes: Sequence[Node], scope: Scope) -> tuple[Condition, ...]:
    """Each condition that could be read; the others are reported."""
    found = (_condition(node, scope) for node in nodes)
    return tuple(condition for condition in found if condition)


def read_denied(nodes: Sequence[Node], scope: Scope, unless: bool = False) -> NotAll | None:
    """The conditions that must not hold together; ``None`` where none of them could be read."""
    within = scope.denied(nodes)
    conditions = read_conditions(nodes, within)
    tree = written.NotAll(tuple(map(tree_of, conditions)), unless)
    return NotAll(conditions, within.variables, tree) if conditions else None


def read_pattern(of: FactType, cells: Sequence[tuple[str, Node, Span]], span: Span, scope: Scope) -> Pattern:
    """The pattern over ``of`` with the given cells: each the field's name, the cell, and the place of the name."""
    tests: list[CellOn] = []
    binds: list[Bind] = []
    compares: list[CompareOn] = []
    trees: list[tuple[str, written.Cell]] = []
    for name, node, place in cells:
        index = of.position.get(name)
        if index is None:
            if f"{of.name}.{name}" not in scope.declared.vocabulary.broken:
                unknown_field(name, of.name, of.position, scope.report, place)
            continue
        read, tree = read_cell(index, of.fields[index], f"{of.name}.{name}", node, scope)
        if tree.tests:
            trees.append((name, tree))
        match read:
            case CellOn():
                tests.append(read)
            case Bind():
                binds.append(read)
            case CompareOn():
                compares.append(read)
            case None:
                pass
    return Pattern(
        of,
        cells=tuple(sorted(tests, key=lambda cell: cell.field)),
        binds=tuple(sorted(binds, key=lambda bind: bind.field)),
        compares=tuple(sorted(compares, key=lambda compare: compare.field)),
        origin=written.Pattern(of.name, tuple(sorted(trees, key=lambda cell: cell[0]))),
        span=span,
    )


def _condition(node: Node, scope: Scope) -> Condition | None:
    key, child = only_item(node)
    match key:
        case "not" if isinstance(child.value, list):
            return read_denied(child.elements(), scope)
        case "not" if _compares(child, scope):  # one that joins alone is less to ask for
            return read_denied([child], scope)
        case "not":
            pattern = _pattern(child, replace(scope, inner=True))
            return NoneOf(pattern, written.Absent(pattern.origin)) if pattern else None
        case "any":
            return _any(child, scope)
        case "test":
            return read_comparison(child, scope)
        case "known" | "unknown":
            return _known(key, child, scope)
        case _ if key in AGGREGATES:
            return _aggregate(key, child, node.keys[key], scope)
        case _:
            return _pattern(node, scope)


def _compares(node: Node, scope: Scope) -> bool:
    """Whether a cell of a pattern compares its field with a variable."""
    found = pattern_of(node)
    texts = (scalar_text(cell) for _, cell in (found[1].items() if found else ()))
    cells = (scope.declared.readers.cell(text) for text in texts if text is not None)
    return any(isinstance(cell, written.Cell) and is_comparison(cell) for cell in cells)


def _pattern(node: Node, scope: Scope) -> Pattern | None:
    found = pattern_of(node)
    if found is None:
        scope.report.error("AV302", "expected a fact type", node.span, "names none")
        return None
    name, cells, span = found
    of = scope.declared.vocabulary.types.get(name)
    if of is None and name in CONDITIONS:
        help = "derive a fact by a rule of its own, and ask for that one here"
        scope.report.error("AV302", f"`{name}` cannot stand within a condition", span, "expected a fact type", help)
        return None
    if of is None:
        conditions = () if scope.inner else CONDITIONS
        unknown_type(name, {*scope.declared.vocabulary.types, *conditions}, scope.report, span)
        return None
    return read_pattern(of, [(field, cell, cells.keys[field]) for field, cell in cells.items()], span, scope)


def _any(node: Node, scope: Scope) -> AnyOf | None:
    read = tuple(read_conditions(inner, scope.within(inner)) for inner in alternatives(node))
    return AnyOf(read, node.span) if read else None


def _aggregate(function: str, node: Node, span: Span, scope: Scope) -> AggregateOf | None:
    of, name = node.get("of"), node.get("as")
    pattern = _pattern(of, replace(scope, inner=True)) if of else None
    variable = variable_alone(name) if name else None
    if variable is None:
        place = name.span if name else span
        scope.report.error("AV323", f"`{function}` gives its result to a variable", place, "needs `as: $name`")
    if pattern is None or variable is None:
        return None
    if AGGREGATES[function].of_facts:
        if "field" in node.keys:
            scope.report.error("AV323", f"`{function}` is of facts, not of a field", node.keys["field"], "not here")
        tree = written.Aggregate(function, pattern.origin, "", variable)
        return AggregateOf(function, pattern, None, variable, tree, span)
    index = _field_of(function, pattern.type, node, span, scope)
    if index is None:
        return None
    tree = written.Aggregate(function, pattern.origin, pattern.type.fields[index].name, variable)
    return AggregateOf(function, pattern, index, variable, tree, span)


def _field_of(function: str, of: FactType, node: Node, span: Span, scope: Scope) -> int | None:
    named = node.get("field")
    if named is None:
        scope.report.error("AV323", f"`{function}` needs a field", span, "needs `field`")
        return None
    index = _index(str(named.value), of, named.span, scope)
    if index is None:
        return None
    field = of.fields[index]
    if AGGREGATES[function].admits(field):
        return index
    needed = "a number" if AGGREGATES[function].adds or AGGREGATES[function].parts else "a field with an order"
    scope.report.error(
        "AV323", f"`{function}` of `{of.name}.{field.name}` has no meaning", named.span, f"a {field.kind}, not {needed}"
    )
    return None


def _index(name: str, of: FactType, span: Span, scope: Scope) -> int | None:
    index = of.position.get(name)
    if index is None and f"{of.name}.{name}" not in scope.declared.vocabulary.broken:
        unknown_field(name, of.name, of.position, scope.report, span)
    return index


def _known(word: str, node: Node, scope: Scope) -> KnownOf | None:
    if not isinstance(node.value, dict):
        return _known_of_one(word, node, scope)
    inner = node.get("of")
    pattern = _pattern(inner, replace(scope, inner=True)) if inner else None
    named = node.get("field")
    if pattern is None or named is None or inner is None:
        return None
    index = _index(str(named.value), pattern.type, named.span, scope)
    if index is None or not _given(word, pattern.type, inner.span, scope):
        return None
    given = word == "known"
    tree = written.Known(given, pattern.origin, pattern.type.fields[index].name)
    return KnownOf(pattern, index, given, tree)


def _known_of_one(word: str, node: Node, scope: Scope) -> KnownOf | None:
    named = dotted(node, scope)
    if named is None:
        return None
    of, index = named
    if not _given(word, of, node.span, scope):
        return None
    if not of.one:
        help = f"write `{word}: {{of: {{{of.name}: {{…}}}}, field: {of.fields[index].name}}}`"
        scope.report.error("AV324", f"`{of.name}` has many records", node.span, "of which?", help)
        return None
    pattern = Pattern(of, (), (), (), written.Pattern(of.name), node.span)
    given = word == "known"
    return KnownOf(pattern, index, given, written.Known(given, pattern.origin, of.fields[index].name, alone=True))


def _given(word: str, of: FactType, span: Span, scope: Scope) -> bool:
    if of.derived:
        message = f"`{word}` asks what was given, and `{of.name}` is derived"
        scope.report.error("AV324", message, span, "a derived fact type", "ask for the given fields it rests on")
    return not of.derived


def dotted(node: Node, scope: Scope) -> tuple[FactType, int] | None:
    """The type and the index of the field that ``TYPE.FIELD`` names; ``None`` after reporting that it names none."""
    type_name, _, field_name = str(node.value).partition(".")
    of = scope.declared.vocabulary.types.get(type_name)
    if of is None:
        unknown_type(type_name, scope.declared.vocabulary.types, scope.report, node.span)
        return None
    if not field_name:
        help = suggestion("", [f"{of.name}.{field.name}" for field in of.fields])
        scope.report.error("AV301", f"`{type_name}` names no field", node.span, "expected TYPE.FIELD", *help)
        return None
    index = _index(field_name, of, node.span, scope)
    return None if index is None else (of, index)
