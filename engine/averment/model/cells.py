"""A cell on a field: parsed, its names resolved, its values encoded."""

from __future__ import annotations

from decimal import Decimal

from averment.core.node import Node
from averment.core.operators import OPPOSITE
from averment.core.optional import NONE, nothing
from averment.core.program import Field, Kind
from averment.core.suggest import did_you_mean
from averment.core.values import Misfit, fit, scaled, unknown_value
from averment.core.written import (
    ANYTHING,
    Atom,
    Between,
    Bound,
    Cell,
    Dollar,
    Equal,
    Made,
    Moment,
    Name,
    Number,
    Quoted,
    Test,
    Truth,
    number_wording,
    wording,
)
from averment.model.kinds import compares, described, fills
from averment.model.model import Bind, CellOn, CellTest, CompareOn, Constant, Operand, Reference
from averment.model.names import suggestion
from averment.model.scope import Scope
from averment.surface.caret import caret
from averment.surface.grammar import Fault
from averment.surface.slips import CLOCK, NO_CLOCK

_LONGEST_NUMBER = 60


def read_cell(
    index: int, field: Field, shown: str, node: Node, scope: Scope
) -> tuple[CellOn | Bind | CompareOn | None, Cell]:
    """What a cell asks of the field at ``index``, and its tree; ``None`` for ``-``, or after reporting a mistake."""
    parsed = _parse(node, scope)
    if parsed is None:
        return None, ANYTHING
    cell, nodes = parsed
    if not cell.tests:
        return None, cell
    if any(isinstance(atom, Dollar) for test in cell.tests for atom in _atoms(test)):
        return _on_variable(index, field, shown, cell, nodes[0], scope), cell
    tests = [_test(test, field, shown, place, scope) for test, place in zip(cell.tests, nodes, strict=True)]
    if any(test is None for test in tests):
        return None, cell
    return CellOn(index, tuple(test for test in tests if test), cell.negated, cell, node.span), cell


def operand(atom: Atom, field: Field, shown: str, node: Node, scope: Scope) -> Operand | None:
    """An atom as a value of ``field``: a constant or a parameter; ``None`` after reporting why it is neither."""
    if isinstance(atom, Name):
        return _named(atom, field, shown, node, scope)
    found = _literal(atom, field, shown)
    if isinstance(found, Misfit):
        scope.report.error(found.code, found.message, caret(node, atom.at, atom.end), found.label, *found.help)
        return None
    return found


def scalar_text(node: Node) -> str | None:
    """The text of a scalar as the grammar reads it; ``None`` if it is no scalar, or a number without end."""
    match node.value:
        case str():
            return node.value
        case bool():
            return "true" if node.value else "false"
        case int():
            return str(node.value) if node.value.bit_length() < 200 else None
        case Decimal() if node.value.is_finite() and abs(node.value.adjusted()) < _LONGEST_NUMBER:
            return number_wording(node.value)
        case _:
            return None


def report_fault(fault: Fault, code: str, node: Node, scope: Scope) -> None:
    scope.report.error(code, fault.message, caret(node, fault.at, fault.end), "here", *fault.help)


def _parse(node: Node, scope: Scope) -> tuple[Cell, list[Node]] | None:
    """The cell and, for each of its tests, the scalar it stands in."""
    if isinstance(node.value, dict):
        help = 'write a test of the field, as `high`, `">= 20"` or `[api, web]`'
        scope.report.error("AV310", "expected a cell, found a mapping", node.span, "not a cell", help)
        return None
    if not isinstance(node.value, list):
        text = scalar_text(node)
        found = scope.declared.readers.cell(text) if text is not None else Fault("expected a cell", 0, 1)
        if isinstance(found, Fault):
            report_fault(found, "AV310", node, scope)
            return None
        return found, [node] * len(found.tests)
    tests: list[Test] = []
    for element in node.value:
        text = scalar_text(element)
        test = scope.declared.readers.test(text) if text is not None else Fault("expected a value", 0, 1)
        if isinstance(test, Fault):
            report_fault(test, "AV310", element, scope)
            return None
        tests.append(test)
    if not tests:
        scope.report.error(
            "AV310", "expected a value, found an empty list", node.span, "here", "write `-` for anything"
        )
        return None
    return Cell(tuple(tests)), list(node.value)


def _atoms(test: Test) -> tuple[Atom, ...]:
    return (test.low, test.high) if isinstance(test, Between) else (test.atom,)


def is_comparison(cell: Cell) -> bool:
    """Whether a cell compares its field with one variable, and does not only join with it."""
    test = cell.tests[0] if len(cell.tests) == 1 else None
    if not isinstance(test, Equal | Bound) or not isinstance(test.atom, Dollar):
        return False
    return cell.negated or isinstance(test, Bound)


def _on_variable(index: int, field: Field, shown: str, cell: Cell, node: Node, scope: Scope) -> Bind | CompareOn | None:
    test = cell.tests[0]
    if len(cell.tests) > 1 or isinstance(test, Between) or not isinstance(test.atom, Dollar):
        help = "bind the field to a variable of its own and write a `test:`"
        scope.report.error("AV329", "a variable stands alone in its cell", node.span, "among other tests", help)
        return None
    name, operator = test.atom.name, test.operator if isinstance(test, Bound) else "="
    if operator == "=" and not cell.negated:
        return Bind(index, name)
    place = caret(node, test.atom.at, test.atom.end)
    if scope.inner:
        help = "derive the pairs that compare so by a rule of its own, and ask for its fact here"
        scope.report.error("AV319", "inside `known` and aggregates a variable only joins", place, "compared here", help)
        return None
    other = scope.field_of(name, place)
    if other is None:
        return None
    if not compares(field, other):
        message = f"`{shown}` does not compare with `${name}`"
        scope.report.error("AV316", message, place, f"{described(field)} against {described(other)}")
        return None
    if operator != "=" and not _ordered(operator, field, shown, node, test, scope):
        return None
    return CompareOn(index, OPPOSITE[operator] if cell.negated else operator, name)


def _test(test: Test, field: Field, shown: str, node: Node, scope: Scope) -> CellTest | None:
    match test:
        case Equal():
            value = operand(test.atom, field, shown, node, scope)
            return CellTest(value, value) if value else None
        case Bound():
            value = operand(test.atom, field, shown, node, scope)
            if _is_none(field, node, scope, test.operator, value):
                return None
            if not _ordered(test.operator, field, shown, node, test, scope) or value is None:
                return None
            if not _single(test.operator, (value,), shown, node, scope):
                return None
            is_open = test.operator in ("<", ">")
            return (
                CellTest(value, None, low_open=is_open)
                if test.operator[0] == ">"
                else CellTest(None, value, high_open=is_open)
            )
        case Made():
            if field.kind is not Kind.TEXT:
                message = f"`{test.test}` has no meaning for `{shown}`"
                help = "list the values it may have" if field.values else ""
                label = f"is {described(field)}"
                place = caret(node, 0, test.atom.end)
                scope.report.error("AV652", message, place, label, *filter(None, [help]))
                return None
            part = operand(test.atom, field, shown, node, scope)
            return CellTest(part, part, made=test.test) if part else None
        case Between():
            low = operand(test.low, field, shown, node, scope)
            high = operand(test.high, field, shown, node, scope)
            if _is_none(field, node, scope, "..", low, high):
                return None
            if not _ordered("..", field, shown, node, test, scope) or low is None or high is None:
                return None
            if not _single("..", (low, high), shown, node, scope):
                return None
            return CellTest(low, high, test.low_open, test.high_open)


def _single(operator: str, operands: tuple[Operand | None, ...], shown: str, node: Node, scope: Scope) -> bool:
    """Whether what a value is compared with are single values; reported where a parameter among them is a set."""
    for each in operands:
        if isinstance(each, Reference) and scope.declared.parameters[each.name].field.kind is Kind.SET:
            message = f"`{shown}` cannot be compared by `{operator}` with the parameter `{each.name}`, which is a set"
            help = f"write `{each.name}` alone: it is passed by any of its elements"
            scope.report.error("AV312", message, node.span, "a set has no order", help)
            return False
    return True


def _is_none(field: Field, node: Node, scope: Scope, operator: str, *ends: Operand | None) -> bool:
    """Whether an end of a range is ``none``, which has no place in an order; reported."""
    found = field.optional and Constant(nothing(field), field.places) in ends
    if found:
        help = f"ask for it by itself: `{NONE}`, or beside others: `{NONE}, …`"
        scope.report.error("AV315", f"`{operator}` has no meaning for `{NONE}`", node.span, "it has no order", help)
    return found


def _ordered(operator: str, field: Field, shown: str, node: Node, test: Test, scope: Scope) -> bool:
    if not field.kind.ordered:
        atoms = _atoms(test)
        place = caret(node, 0, atoms[-1].end)
        message = f"`{operator}` has no meaning for `{shown}`"
        help = "list the values it may have, or declare it a `level`" if field.kind is Kind.CHOICE else ""
        scope.report.error("AV315", message, place, f"a {field.kind} has no order", *filter(None, [help]))
    return field.kind.ordered


def _named(atom: Name, field: Field, shown: str, node: Node, scope: Scope) -> Operand | None:
    name, declared, place = atom.name, scope.declared, caret(node, atom.at, atom.end)
    parameter = declared.parameters.get(name)
    if name in field.ranks or (field.optional and name == NONE):
        if parameter or name in declared.broken:
            message = f"`{name}` is both a value of `{shown}` and a parameter"
            declared.report.error("AV304", message, place, "which one?", "rename the parameter")
            return None
        value = nothing(field) if field.optional and name == NONE else field.ranks[name]
        return Constant(value if field.kind.ordered else name, field.places)
    if parameter is None:
        if name not in declared.broken:
            _unknown_name(name, field, shown, node, atom, scope)
        return None
    if not fills(parameter.field, field):
        message = f"the parameter `{name}` is not a value of `{shown}`"
        declared.report.error("AV312", message, place, f"{described(parameter.field)}, not {described(field)}")
        return None
    return Reference(name)


def _unknown_name(name: str, field: Field, shown: str, node: Node, atom: Name, scope: Scope) -> None:
    place = caret(node, atom.at, atom.end)
    parameters = [key for key, parameter in scope.declared.parameters.items() if fills(parameter.field, field)]
    near = did_you_mean(name, parameters)
    if field.values:
        misfit = unknown_value(name, field, shown)
        help = (f"did you mean `{near}`?",) if near and not misfit.near else misfit.help
        scope.report.error("AV303", misfit.message + " and not a parameter", place, misfit.label, *help)
        return
    helps = suggestion(name, parameters)
    if field.kind is Kind.TEXT and not near:
        helps = (f"a text is in double quotes: `'\"{name}\"'`",)
    if name in ("yes", "no") and field.kind is Kind.BOOLEAN:
        helps = (f"write `{'true' if name == 'yes' else 'false'}`",)
    if name in CLOCK:
        helps = (NO_CLOCK,)
    kind = f"a{'n' if field.kind is Kind.INTEGER else ''} {field.kind}"
    scope.report.error("AV303", f"`{name}` is not a parameter", place, f"`{shown}` is {kind}", *helps)


def _literal(atom: Atom, field: Field, shown: str) -> Constant | Misfit:
    match atom:
        case Number() if field.kind in (Kind.INTEGER, Kind.DECIMAL):
            value = scaled(atom.value, field, shown)
            return value if isinstance(value, Misfit) else Constant(value, field.places)
        case Moment() if atom.kind == field.kind or (field.kind is Kind.DATETIME and atom.kind == Kind.DATE):
            moment = fit(wording(atom), field, shown)
            return moment if isinstance(moment, Misfit) else Constant(moment)
        case Quoted() if field.optional and atom.value == NONE:
            return Misfit("AV312", f"`{shown}` cannot be the text `{NONE}`", "it is optional", (f"write `{NONE}`",))
        case Quoted() if field.kind is Kind.TEXT:
            return Constant(atom.value)
        case Truth() if field.kind is Kind.BOOLEAN:
            return Constant(atom.value)
        case Quoted() if atom.value in field.ranks:
            help = f"write `{atom.value}`, without the double quotes"
            return Misfit("AV312", f"a text is not a value of `{shown}`", f"`{shown}` is {described(field)}", (help,))
        case _:
            return Misfit("AV312", f"`{wording(atom)}` is not a value of `{shown}`", f"`{shown}` is {described(field)}")
