"""Expressions in one scale: where numbers of different places meet, the coarser is scaled up, so that all are exact."""

from __future__ import annotations

from collections.abc import Mapping

from averment.core.program import NUMBER, Arithmetic, Expression, Field, Kind, Literal, Size, Variable
from averment.core.values import INT64_MAX, INT64_MIN
from averment.ir.parameters import Parameters
from averment.model.model import Computed, Constant, Reference, SizeUse, Term, Test, Use

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)


def lower_term(term: Term, variables: Mapping[str, Field], parameters: Parameters) -> tuple[Expression, int]:
    """The expression and its decimal places. What is known now is computed now."""
    match term:
        case Constant():
            return Literal(term.value), term.places
        case Reference():
            return Literal(parameters.value(term.name)), parameters.field(term.name).places
        case Use():
            return Variable(term.name), variables[term.name].places
        case SizeUse():
            return Size(term.name), 0
        case Computed():
            left, left_places = lower_term(term.left, variables, parameters)
            right, right_places = lower_term(term.right, variables, parameters)
            if term.operator == "*":
                return _computed("*", left, right), left_places + right_places
            places = max(left_places, right_places)
            return _computed(
                term.operator, aligned(left, left_places, places), aligned(right, right_places, places)
            ), places


def lower_comparison(
    test: Test, variables: Mapping[str, Field], parameters: Parameters
) -> tuple[Expression, Expression, Field]:
    """Both sides of a test in one scale, and how they are told in it."""
    left, left_places = lower_term(test.left, variables, parameters)
    right, right_places = lower_term(test.right, variables, parameters)
    places = max(left_places, right_places)
    fields = [_field_of(side, variables, parameters) for side in (test.left, test.right)]
    told = told_as(next((field for field in fields if field.kind not in _NUMBERS), NUMBER), places)
    return aligned(left, left_places, places), aligned(right, right_places, places), told


def told_as(field: Field, places: int) -> Field:
    """How values of a field are told, numbers in a scale of so many decimal places."""
    if field.kind not in _NUMBERS:
        return field
    return Field("", Kind.DECIMAL, places=places) if places else NUMBER


def _field_of(term: Term, variables: Mapping[str, Field], parameters: Parameters) -> Field:
    """The field that a side is of, or is as if it were of."""
    match term:
        case Use():
            return variables[term.name]
        case Reference():
            return parameters.field(term.name)
        case Constant(value=bool()):
            return Field("", Kind.BOOLEAN)
        case Constant(value=str()):
            return Field("", Kind.TEXT)
        case _:
            return NUMBER


def aligned(expression: Expression, places: int, wanted: int) -> Expression:
    """The expression, scaled up from ``places`` to ``wanted`` decimal places."""
    return expression if places >= wanted else _computed("*", expression, Literal(10 ** (wanted - places)))


def beyond(expression: Expression) -> bool:
    """Whether a number in the expression, once in scale, is not a 64-bit integer."""
    match expression:
        case Literal(value=int() as value):
            return not INT64_MIN <= value <= INT64_MAX
        case Arithmetic():
            return beyond(expression.left) or beyond(expression.right)
        case _:
            return False


def _computed(operator: str, left: Expression, right: Expression) -> Expression:
    if isinstance(left, Literal) and isinstance(right, Literal):
        a, b = left.value, right.value
        assert isinstance(a, int) and isinstance(b, int)
        return Literal(a + b if operator == "+" else a - b if operator == "-" else a * b)
    return Arithmetic(operator, left, right)
