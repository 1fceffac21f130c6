"""Expressions and comparisons: names resolved, kinds checked.

The kind of an expression is told by a ``Field``: that of the variable or parameter, or a nameless one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from averment.core.node import Node
from averment.core.operators import CALENDAR_CALLS, CALLS
from averment.core.program import Field, Kind
from averment.core.values import INT64_MAX, INT64_MIN
from averment.core.written import (
    Call,
    Comparison,
    Dollar,
    Expression,
    Moment,
    Name,
    Number,
    Operation,
    Period,
    Quoted,
    Rounded,
    SizeOf,
    Truth,
    wording,
)
from averment.model import calendar
from averment.model.calendar import QUOTIENT, Problem
from averment.model.cells import operand, report_fault, scalar_text
from averment.model.kinds import compares, described, is_number
from averment.model.model import Computed, Constant, Reference, SizeUse, Term, Test, Use
from averment.model.names import suggestion
from averment.model.scope import Scope
from averment.surface.caret import caret
from averment.surface.grammar import Fault
from averment.surface.slips import CLOCK, NO_CLOCK

Typed = tuple[Term, Field]

_MOST_PLACES = 18  # what a 64-bit integer can hold


def read_comparison(node: Node, scope: Scope) -> Test | None:
    """The ``test:`` that ``node`` writes; ``None`` after reporting its mistakes."""
    text = scalar_text(node)
    tree = scope.declared.readers.comparison(text) if text is not None else Fault("expected a comparison", 0, 1)
    if isinstance(tree, Fault):
        report_fault(tree, "AV311", node, scope)
        return None
    left, right = _sides(tree, node, scope)
    if left is None or right is None:
        return None
    if {left[1].kind, right[1].kind} == {Kind.DATE, Kind.DATETIME}:
        left, right = ((calendar.in_seconds(side), calendar.DATETIME) for side in (left, right))
    if not compares(left[1], right[1]):
        label = f"{described(left[1])} against {described(right[1])}"
        message = f"`{wording(tree.left)}` does not compare with `{wording(tree.right)}`"
        scope.report.error("AV316", message, node.span, label)
        return None
    if tree.operator not in ("=", "!=") and not (left[1].kind.ordered and right[1].kind.ordered):
        message = f"`{tree.operator}` has no meaning here"
        scope.report.error("AV315", message, node.span, f"a {left[1].kind} has no order", "use `=` or `!=`")
        return None
    told = Field("", left[1].kind) if left[1].kind.timed else None
    return Test(tree.operator, left[0], right[0], tree, told)


def read_result(node: Node, hint: Field, scope: Scope) -> tuple[Term, Field, Expression | Rounded] | None:
    """The expression that ``node`` writes, or rounds, its kind and the tree; bare names may be values of ``hint``."""
    text = scalar_text(node)
    tree = scope.declared.readers.result(text) if text is not None else Fault("expected a value", 0, 1)
    if isinstance(tree, Fault):
        report_fault(tree, "AV311", node, scope)
        return None
    typed = type_expression(tree.value if isinstance(tree, Rounded) else tree, node, scope, hint)
    return (*typed, tree) if typed else None


def type_expression(tree: Expression, node: Node, scope: Scope, hint: Field | None) -> Typed | None:
    """The term and the kind of an expression; ``None`` after reporting its mistakes."""
    match tree:
        case Number():
            return _number(tree, node, scope)
        case Quoted():
            return Constant(tree.value), Field("", Kind.TEXT)
        case Moment():
            return Constant(tree.value), Field("", Kind(tree.kind))
        case Truth():
            return Constant(tree.value), Field("", Kind.BOOLEAN)
        case Name():
            return _name(tree, node, scope, hint)
        case Dollar():
            field = scope.field_of(tree.name, caret(node, tree.at, tree.end))
            return (Use(tree.name), field) if field else None
        case SizeOf():
            return _size(tree, node, scope)
        case Call():
            return _call(tree, node, scope)
        case Period():
            amount = type_expression(tree.amount, node, scope, None)
            return amount and _lawful(calendar.duration(amount, tree.unit), tree, node, scope)
        case Operation():
            return _operation(tree, node, scope)


def _sides(tree: Comparison, node: Node, scope: Scope) -> tuple[Typed | None, Typed | None]:
    """Both sides, a bare name on one being read as a value of what the other is."""
    if isinstance(tree.left, Name) and not isinstance(tree.right, Name):
        right = type_expression(tree.right, node, scope, None)
        return type_expression(tree.left, node, scope, right[1]) if right else None, right
    left = type_expression(tree.left, node, scope, None)
    return left, type_expression(tree.right, node, scope, left[1] if left else None)


def _number(tree: Number, node: Node, scope: Scope) -> Typed | None:
    numerator, denominator = tree.value.as_integer_ratio()
    places = 0
    while numerator * 10**places % denominator:
        places += 1
    value = numerator * 10**places // denominator
    if not INT64_MIN <= value <= INT64_MAX:
        place = caret(node, tree.at, tree.end)
        scope.report.error("AV313", "this number is out of range", place, "beyond 64 bits")
        return None
    return Constant(value, places), _numeric(places)


def _numeric(places: int) -> Field:
    return Field("", Kind.DECIMAL, places=places) if places else Field("", Kind.INTEGER)


def _name(tree: Name, node: Node, scope: Scope, hint: Field | None) -> Typed | None:
    if hint and tree.name in hint.ranks and hint.kind is not Kind.SET:
        found = operand(tree, hint, hint.name or "this", node, scope)
        return (found, hint) if found else None
    parameter = scope.declared.parameters.get(tree.name)
    if parameter and parameter.field.kind is Kind.SET:
        message = f"the parameter `{tree.name}` is a set, which stands in cells only"
        way = f"write a pattern with the cell `{tree.name}`, which any of its elements passes"
        scope.report.error("AV312", message, caret(node, tree.at, tree.end), "not in an expression", way)
        return None
    if parameter:
        return Reference(tree.name), parameter.field
    if tree.name in scope.declared.broken:
        return None
    place = caret(node, tree.at, tree.end)
    parameters = scope.declared.parameters.values()
    names = [parameter.name for parameter in parameters if hint is None or compares(parameter.field, hint)]
    help = suggestion(tree.name, [*names, *(hint.values if hint else ())])
    if tree.name in scope.bound:
        help = (f"did you mean the variable `${tree.name}`?",)
    elif owner := _owner(tree.name, scope):
        help = (f"bind the field in a pattern, as `{owner}: {{{tree.name}: ${tree.name}}}`, and write `${tree.name}`",)
    elif tree.name in CLOCK:
        help = (NO_CLOCK,)
    what = f"a value of `{hint.name}` and not a parameter" if hint and hint.values and hint.name else "a parameter"
    scope.report.error("AV303", f"`{tree.name}` is not {what}", place, "unknown name", *help)
    return None


def _owner(field: str, scope: Scope) -> str:
    """The first fact type that has a field of this name."""
    return next((name for name, of in scope.declared.vocabulary.types.items() if field in of.position), "")


def _size(tree: SizeOf, node: Node, scope: Scope) -> Typed | None:
    place = caret(node, tree.at, tree.end)
    field = scope.field_of(tree.name, place)
    if field and field.kind is not Kind.SET:
        message = f"`count` in an expression is of a set, and `${tree.name}` is {described(field)}"
        scope.report.error("AV312", message, place, "not a set", "to count facts, write a `count:` condition")
        return None
    return (SizeUse(tree.name), Field("", Kind.INTEGER, minimum=0)) if field else None


def _operation(tree: Operation, node: Node, scope: Scope) -> Typed | None:
    if isinstance(tree.right, Period) and tree.operator in "+-":
        start = type_expression(tree.left, node, scope, None)
        amount = type_expression(tree.right.amount, node, scope, None)
        if start is None or amount is None:
            return None
        return _lawful(calendar.moved(tree.operator, start, amount, tree.right.unit), tree, node, scope)
    typed = _typed((tree.left, tree.right), node, scope)
    if typed is None:
        return None
    if any(field.kind.timed for _, field in typed):
        return _lawful(calendar.calculated(tree.operator, *typed), tree, node, scope)
    numbers = _numbers(tree.operator, typed, (tree.left, tree.right), node, scope)
    if numbers is None:
        return None
    (left, one), (right, other) = numbers
    places = one.places + other.places if tree.operator == "*" else max(one.places, other.places)
    if places > _MOST_PLACES:
        place = caret(node, tree.at, tree.end)
        scope.report.error("AV314", f"this product has {places} decimal places", place, f"more than {_MOST_PLACES}")
        return None
    kind = QUOTIENT if tree.operator == "/" or one.quotient or other.quotient else _numeric(places)
    return Computed(tree.operator, left, right), kind


def _call(tree: Call, node: Node, scope: Scope) -> Typed | None:
    typed = _typed(tree.arguments, node, scope)
    if typed is None:
        return None
    if tree.name in CALENDAR_CALLS or any(field.kind.timed for _, field in typed):
        return _lawful(calendar.called(tree.name, typed), tree, node, scope)
    numbers = _numbers(tree.name, typed, tree.arguments, node, scope)
    if numbers is None:
        return None
    operator = CALLS[tree.name][0]
    terms, fields = [term for term, _ in numbers], [field for _, field in numbers]
    kind = QUOTIENT if any(field.quotient for field in fields) else _numeric(max(field.places for field in fields))
    if len(terms) == 1:
        inner = terms[0]
        if isinstance(inner, Computed) and inner.operator == "-":
            return Computed(operator, inner.left, inner.right), kind
        return Computed(operator, inner, Constant(0)), kind
    return reduce(lambda left, right: Computed(operator, left, right), terms), kind


def _typed(trees: Sequence[Expression], node: Node, scope: Scope) -> list[Typed] | None:
    """Each of the operands; ``None`` after reporting their mistakes."""
    typed = [type_expression(tree, node, scope, None) for tree in trees]
    found = [each for each in typed if each is not None]
    return found if len(found) == len(trees) else None


def _numbers(
    what: str, typed: list[Typed], trees: Sequence[Expression], node: Node, scope: Scope
) -> list[Typed] | None:
    """The operands of ``what``, each a number; ``None`` after reporting that one is none."""
    for (_, field), tree in zip(typed, trees, strict=True):
        if not is_number(field):
            place = caret(node, tree.at, tree.end)
            scope.report.error("AV312", f"`{what}` is for numbers", place, f"{described(field)}")
            return None
    return typed


def _lawful(found: Typed | Problem, tree: Expression, node: Node, scope: Scope) -> Typed | None:
    if not isinstance(found, Problem):
        return found
    place = caret(node, tree.at, tree.end)
    scope.report.error("AV623", found.message, place, found.label, *filter(None, [found.help]))
    return None
