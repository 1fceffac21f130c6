"""What a table says of its hit policy: the field that gets a row's place, the priority of outputs, and whether all
that the policy needs is there, and nothing that it has no use for.
"""

from __future__ import annotations

from averment.core.aggregates import AGGREGATES
from averment.core.node import Node
from averment.core.program import FactType, Kind, Value
from averment.core.values import show
from averment.model.conclusions import read_conclusion
from averment.model.conditions import dotted
from averment.model.model import Constant
from averment.model.names import report_mention, suggestion
from averment.model.scope import Scope
from averment.model.table import AGGREGATING, ORDERING, PRIORITIES, Column, Row, Table, leading

_USES = {"priority": PRIORITIES, "order": ORDERING, "total": tuple(AGGREGATING)}


def order_of(node: Node, scope: Scope) -> tuple[FactType, int] | None:
    """The field that gets the place of a row, where the table names one."""
    named = node.get("order")
    return dotted(named, scope) if named else None


def priority_of(node: Node, then: list[Column], scope: Scope) -> tuple[Value, ...]:
    """The outputs in the order of their priority, where the table lists them: of the first column of ``then``."""
    found: list[Value] = []
    for element in node.list_of("priority"):
        first = leading(then)
        of = FactType(first.type.name, (first.field,), derived=True)
        read = read_conclusion(of, [(first.field.name, element, element.span)], element.span, scope, "")
        if read and isinstance(read.values[0], Constant):
            found.append(read.values[0].value)
    return tuple(found)


def check_policy(table: Table, rows: list[Row], scope: Scope) -> bool:
    """Whether the hit policy has what it needs; the report has it where not."""
    before = len(scope.report.diagnostics)
    for key, policies in _USES.items():
        _check_use(key, policies, table, scope)
    if table.hit in ORDERING and table.order:
        of, place = table.order
        if of not in [column.type for column in table.then] or of.fields[place].kind is not Kind.INTEGER:
            message = "the place of a row goes into an integer of a type that the row derives"
            _misused(message, table, "order", "not such a field", scope)
    if table.hit in AGGREGATING:
        _check_aggregated(table, scope)
    if table.hit in PRIORITIES and table.priority:
        _check_priorities(table, rows, scope)
    return len(scope.report.diagnostics) == before


def _misused(message: str, table: Table, key: str, label: str, scope: Scope, help: str = "") -> None:
    child = table.node.get(key)
    span = child.span if child else table.span
    scope.report.error("AV651", message, span, label, *([help] if help else []))


def _check_use(key: str, policies: tuple[str, ...], table: Table, scope: Scope) -> None:
    given = table.node.get(key) is not None
    if given and table.hit not in policies:
        listed = ", ".join(f"`{policy}`" for policy in policies)
        _misused(f"`{key}` means nothing under the hit policy `{table.hit}`", table, key, f"is for {listed}", scope)
    elif not given and table.hit in policies and key != "total":
        wanted = {
            "priority": "add `priority: […]`: the values of the first column of `then` with cells, the first goes",
            "order": "add `order: TYPE.FIELD`, an integer that tells the place, since facts have no order",
        }[key]
        _misused(f"the hit policy `{table.hit}` needs `{key}`", table, "hit", f"without `{key}`", scope, wanted)


def _check_aggregated(table: Table, scope: Scope) -> None:
    free = [column for column in table.then if column.value is None]
    function = AGGREGATING[table.hit]
    if len(free) != 1:
        message = f"`{table.hit}` is of one column, and {len(free)} have no value of their own"
        help = "give all others one value for all rows, as `{TYPE.FIELD: VALUE}` in `then`"
        _misused(message, table, "then", "one column too many" if free else "none to aggregate", scope, help)
        return
    field, aggregation = free[0].field, AGGREGATES[function]
    fits = field.kind is Kind.INTEGER if aggregation.of_facts else aggregation.admits(field)
    if not fits:
        needed = "an integer" if aggregation.of_facts else "a number" if aggregation.adds else "a field with an order"
        message = f"`{table.hit}` of `{free[0].type.name}.{field.name}` has no meaning"
        scope.report.error("AV651", message, free[0].span, f"a {field.kind}, not {needed}")
    told = {column.variable for column in (*table.key_columns, free[0])}
    for variable in table.total.mentions:
        if variable not in told:
            report_mention(
                table.node, variable, "has many values here", scope.report, suggestion(variable, told), "total"
            )


def _check_priorities(table: Table, rows: list[Row], scope: Scope) -> None:
    first = table.leading
    for row in rows:
        term = row.values.get(first.variable)
        if row.number and table.rank(row) == len(table.priority):
            shown = show(term.value, first.field) if isinstance(term, Constant) else "this value"
            message = f"`priority` does not say where `{shown}` stands"
            cell = row.cells[first.variable]
            scope.report.error("AV651", message, cell.span, "not among `priority`", "list every output there")
